/// A request to place an order.
public struct PlaceOrder: Equatable, Sendable {
    /// The owner.
    public var account: AccountID
    /// The pair.
    public var instrument: InstrumentID
    /// Buy or sell.
    public var side: Side
    /// How it is priced.
    public var type: OrderType
    /// How long it lives.
    public var timeInForce: TimeInForce
    /// `nil` takes the instrument's default.
    public var selfTradePrevention: SelfTradePrevention?
    /// Limit price; `none` for a market order.
    public var price: Price
    /// Quantity in lots; 0 for a market order by quote amount.
    public var quantity: Quantity
    /// Quote amount of a market order; 0 otherwise.
    public var quoteQuantity: Amount
    /// The client's name for it; never empty (the router makes one where the client did not).
    public var clientOrderID: ClientOrderID

    /// Makes a request of all its fields.
    public init(
        account: AccountID,
        instrument: InstrumentID,
        side: Side,
        type: OrderType,
        timeInForce: TimeInForce,
        selfTradePrevention: SelfTradePrevention?,
        price: Price,
        quantity: Quantity,
        quoteQuantity: Amount,
        clientOrderID: ClientOrderID
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.type = type
        self.timeInForce = timeInForce
        self.selfTradePrevention = selfTradePrevention
        self.price = price
        self.quantity = quantity
        self.quoteQuantity = quoteQuantity
        self.clientOrderID = clientOrderID
    }
}

/// How a request names an existing order.
public enum OrderReference: Equatable, Sendable {
    case id(OrderID)
    /// Finds the newest order of the account with this id.
    case clientOrderID(ClientOrderID)
}

/// A command: the unit of the replicated log.
public enum Command: Equatable, Sendable {
    case place(PlaceOrder)
    case cancel(account: AccountID, instrument: InstrumentID, order: OrderReference)
    case cancelAll(account: AccountID, instrument: InstrumentID)
    /// Adds funds once per reference; the reference is the caller's and unique per shard.
    case deposit(account: AccountID, asset: AssetID, amount: Amount, reference: UInt64)
    case addAsset(Asset)
    case addInstrument(Instrument)
    /// Does nothing: takes the place of a request whose client was told "unknown".
    case void
}

/// A question about the state, answered by the primary and never logged.
public enum Query: Equatable, Sendable {
    case order(account: AccountID, instrument: InstrumentID, order: OrderReference)
    case openOrders(account: AccountID, instrument: InstrumentID?)
    case orders(account: AccountID, instrument: InstrumentID, HistoryRange)
    case fills(account: AccountID, instrument: InstrumentID, order: OrderID?, HistoryRange)
    case balances(account: AccountID)
    /// Every check that `place` would make, without effect.
    case test(PlaceOrder)
    /// The feed position that holds everything acknowledged before this question.
    case position
}

/// A window of an account's history.
public struct HistoryRange: Equatable, Sendable {
    /// Only ids from here upwards (order ids for orders, trade ids for fills).
    public var fromID: Int64?
    /// Only from this log time on.
    public var start: Timestamp?
    /// Only up to this log time, inclusive.
    public var end: Timestamp?
    /// At most so many.
    ///
    /// Range: `1...1000`.
    public var limit: Int

    /// Makes a window.
    public init(fromID: Int64?, start: Timestamp?, end: Timestamp?, limit: Int) {
        self.fromID = fromID
        self.start = start
        self.end = end
        self.limit = limit
    }
}

/// The answer to a command or a query.
public enum Reply: Equatable, Sendable {
    case done
    case rejected(RejectReason)
    /// An accepted order with the fills it made at once.
    case placed(Order, fills: [Fill])
    case canceled([Order])
    case orders([Order])
    case fills([Fill])
    case balances([Balance])
    case position(SequenceNumber)
}
