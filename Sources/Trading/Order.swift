/// An order as its owner sees it: the terms it came with and what became of it.
///
/// What a trade reads and changes comes first, in one cache line, then what the end of an order
/// needs, then the rest.
public struct Order: Equatable, Sendable, BitwiseCopyable {
    /// Identity within the pair.
    public var id: OrderID
    /// Limit price; `none` for a market order.
    public var price: Price
    /// Ordered quantity; 0 for a market order by quote amount until it has traded, then what it got.
    public var quantity: Quantity
    /// Quantity traded so far.
    public var executed: Quantity
    /// Quantity that self-trade prevention took off (mode DECREMENT).
    public var prevented: Quantity
    /// Quote amount traded so far, before fees.
    public var cumulativeQuote: Amount
    /// Log time of the last change.
    public var updatedAt: Timestamp
    /// The pair.
    public var instrument: InstrumentID
    /// Buy or sell.
    public var side: Side
    /// How it is priced.
    public var type: OrderType
    /// How long it lives.
    public var timeInForce: TimeInForce
    /// What happens when it meets an order of the same account.
    public var selfTradePrevention: SelfTradePrevention
    /// Where it is in its life.
    public var status: OrderStatus
    /// The owner.
    public var account: AccountID
    /// How far a trailing stop stays behind the best price since its activation.
    ///
    /// Unit: basis points (1/10,000). 0 unless a trailing stop.
    public var trailingDelta: Int32
    /// The part shown in the book at a time; 0 unless an iceberg order.
    public var icebergQuantity: Quantity
    /// The list it belongs to.
    public var list: OrderListID
    /// The owner's name for it.
    public var clientOrderID: ClientOrderID
    /// Log time of acceptance.
    public var createdAt: Timestamp
    /// Log time at which it began to trade; `zero` while it waits for a trigger or its list.
    public var workingAt: Timestamp
    /// Ordered quote amount; 0 unless a market order by `quoteOrderQty`.
    public var quoteQuantity: Amount
    /// Stop price, or the activation price of a trailing stop; `none` where there is none.
    public var stopPrice: Price
    /// When it expires in log time; `zero` unless GTD.
    public var expiresAt: Timestamp

    /// The part that may still trade; 0 once closed by a fill.
    @inlinable
    public var remaining: Quantity { quantity - executed - prevented }

    /// Whether it is in the book or was, and no longer waits for a trigger or for its list.
    @inlinable
    public var isWorking: Bool { workingAt != .zero }

    /// Makes a record of all its fields.
    public init(
        id: OrderID,
        instrument: InstrumentID,
        account: AccountID,
        clientOrderID: ClientOrderID,
        side: Side,
        type: OrderType,
        timeInForce: TimeInForce,
        selfTradePrevention: SelfTradePrevention,
        price: Price,
        quantity: Quantity,
        quoteQuantity: Amount,
        executed: Quantity,
        cumulativeQuote: Amount,
        status: OrderStatus,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        stopPrice: Price = .none,
        trailingDelta: Int32 = 0,
        icebergQuantity: Quantity = .zero,
        expiresAt: Timestamp = .zero,
        prevented: Quantity = .zero,
        list: OrderListID = .none,
        workingAt: Timestamp = .zero
    ) {
        self.id = id
        self.instrument = instrument
        self.account = account
        self.clientOrderID = clientOrderID
        self.side = side
        self.type = type
        self.timeInForce = timeInForce
        self.selfTradePrevention = selfTradePrevention
        self.price = price
        self.quantity = quantity
        self.quoteQuantity = quoteQuantity
        self.executed = executed
        self.cumulativeQuote = cumulativeQuote
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.stopPrice = stopPrice
        self.trailingDelta = trailingDelta
        self.icebergQuantity = icebergQuantity
        self.expiresAt = expiresAt
        self.prevented = prevented
        self.list = list
        self.workingAt = workingAt
    }
}
