import Trading

/// The trades of one taker at one price and moment, as one.
///
/// A trade does not name its taker, so neighbours with the same price, time and taker side are
/// taken for one order's.
public struct AggregateTrade: Equatable, Sendable {
    /// Consecutive per pair, starting at 1.
    public var id: Int64
    /// The price of all its trades.
    public var price: Price
    /// Sum of the quantities.
    public var quantity: Quantity
    /// Its first trade.
    public var firstTradeID: TradeID
    /// Its last trade.
    public var lastTradeID: TradeID
    /// Log time.
    public var time: Timestamp
    /// Whether the buyer was the resting side.
    public var isBuyerMaker: Bool

    /// Makes a record of all its fields.
    public init(
        id: Int64,
        price: Price,
        quantity: Quantity,
        firstTradeID: TradeID,
        lastTradeID: TradeID,
        time: Timestamp,
        isBuyerMaker: Bool
    ) {
        self.id = id
        self.price = price
        self.quantity = quantity
        self.firstTradeID = firstTradeID
        self.lastTradeID = lastTradeID
        self.time = time
        self.isBuyerMaker = isBuyerMaker
    }
}
