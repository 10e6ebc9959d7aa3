/// A meeting of two orders that self-trade prevention kept from trading, as one of the two accounts
/// sees it.
public struct PreventedMatch: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// Rises per pair from 1; both accounts see the same.
    public var id: Int64
    /// The account of the taker or, where another account of its trade group was met, of either.
    public var account: AccountID
    /// The incoming order.
    public var taker: OrderID
    /// The resting order.
    public var maker: OrderID
    /// The trade group they share; 0 when they are of one account without a group.
    public var tradeGroup: UInt32
    /// What was done.
    public var mode: SelfTradePrevention
    /// The price at which they met.
    public var price: Price
    /// Lots taken off the maker; 0 when only the taker expired.
    public var makerQuantity: Quantity
    /// Lots taken off the taker; 0 when only the maker expired, or for an order by quote amount.
    public var takerQuantity: Quantity
    /// Log time.
    public var time: Timestamp

    /// Makes a record of all its fields.
    public init(
        instrument: InstrumentID,
        id: Int64,
        account: AccountID,
        taker: OrderID,
        maker: OrderID,
        tradeGroup: UInt32,
        mode: SelfTradePrevention,
        price: Price,
        makerQuantity: Quantity,
        takerQuantity: Quantity,
        time: Timestamp
    ) {
        self.instrument = instrument
        self.id = id
        self.account = account
        self.taker = taker
        self.maker = maker
        self.tradeGroup = tradeGroup
        self.mode = mode
        self.price = price
        self.makerQuantity = makerQuantity
        self.takerQuantity = takerQuantity
        self.time = time
    }
}
