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
    /// Stop price, or the activation price of a trailing stop; `none` where there is none.
    public var stopPrice: Price
    /// Distance of a trailing stop in basis points; 0 unless a trailing stop.
    public var trailingDelta: Int32
    /// The part to show in the book at a time; 0 unless an iceberg order.
    public var icebergQuantity: Quantity
    /// When it expires in log time; `zero` unless GTD.
    public var expiresAt: Timestamp

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
        clientOrderID: ClientOrderID,
        stopPrice: Price = .none,
        trailingDelta: Int32 = 0,
        icebergQuantity: Quantity = .zero,
        expiresAt: Timestamp = .zero
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
        self.stopPrice = stopPrice
        self.trailingDelta = trailingDelta
        self.icebergQuantity = icebergQuantity
        self.expiresAt = expiresAt
    }
}

/// A request to place a list of orders, all or none.
public struct PlaceOrderList: Equatable, Sendable {
    /// How the orders depend on each other.
    public var contingency: ContingencyType
    /// The client's name for the list; never empty.
    public var clientOrderID: ClientOrderID
    /// OCO: the two legs; OTO: working, pending; OTOCO: working and the two pending legs.
    ///
    /// All are of one account and one pair.
    public var orders: [PlaceOrder]

    /// Makes a request of all its fields.
    public init(
        contingency: ContingencyType,
        clientOrderID: ClientOrderID,
        orders: [PlaceOrder]
    ) {
        self.contingency = contingency
        self.clientOrderID = clientOrderID
        self.orders = orders
    }
}

/// A request to change an open order under its id.
public struct AmendOrder: Equatable, Sendable {
    /// The owner.
    public var account: AccountID
    /// The pair.
    public var instrument: InstrumentID
    /// Which order.
    public var order: OrderReference
    /// The new total quantity, what has traded included.
    public var quantity: Quantity
    /// The new limit price; `none` keeps the old one.
    public var price: Price
    /// Whether it must keep its place in the queue: then only a smaller quantity will do.
    ///
    /// Otherwise it always goes behind all others of its price, and may trade first.
    public var keepsPriority: Bool
    /// The order's new name; `none` keeps the old one.
    public var clientOrderID: ClientOrderID

    /// Makes a request of all its fields.
    public init(
        account: AccountID,
        instrument: InstrumentID,
        order: OrderReference,
        quantity: Quantity,
        price: Price,
        keepsPriority: Bool,
        clientOrderID: ClientOrderID
    ) {
        self.account = account
        self.instrument = instrument
        self.order = order
        self.quantity = quantity
        self.price = price
        self.keepsPriority = keepsPriority
        self.clientOrderID = clientOrderID
    }
}

/// What becomes of the new order when the old one could not be cancelled.
public enum CancelReplaceMode: UInt8, Sendable, CaseIterable {
    /// It is not attempted.
    case stopOnFailure = 0
    /// It is placed all the same.
    case allowFailure = 1
}

/// In which state alone an order is to be cancelled.
public enum CancelRestriction: UInt8, Sendable, CaseIterable {
    /// Nothing of it has traded.
    case onlyNew = 1
    /// A part of it has traded.
    case onlyPartiallyFilled = 2

    /// Whether it lets an order of a status be cancelled.
    ///
    /// - Parameter status: Of the order.
    /// - Returns: Whether it is the one named.
    public func allows(_ status: OrderStatus) -> Bool {
        status == (self == .onlyNew ? .new : .partiallyFilled)
    }
}

/// A request to cancel one order and place another in one step.
public struct CancelReplace: Equatable, Sendable {
    /// The order to cancel, of the account and pair of `place`.
    public var cancel: OrderReference
    /// What a failed cancel means.
    public var mode: CancelReplaceMode
    /// The new order.
    public var place: PlaceOrder
    /// In which state alone the old order is cancelled; `nil` in any.
    public var restriction: CancelRestriction?

    /// Makes a request of all its fields.
    public init(
        cancel: OrderReference,
        mode: CancelReplaceMode,
        place: PlaceOrder,
        restriction: CancelRestriction? = nil
    ) {
        self.cancel = cancel
        self.mode = mode
        self.place = place
        self.restriction = restriction
    }
}

/// How a request names an order list.
public enum OrderListReference: Equatable, Sendable {
    case id(OrderListID)
    /// Finds the newest list of the account with this name.
    case clientOrderID(ClientOrderID)
}

/// How a request names an existing order.
public enum OrderReference: Equatable, Sendable {
    case id(OrderID)
    /// Finds the newest order of the account with this id.
    case clientOrderID(ClientOrderID)
}
