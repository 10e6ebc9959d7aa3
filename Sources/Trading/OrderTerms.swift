/// The side of an order.
public enum Side: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case buy = 0
    case sell = 1

    /// The other side.
    @inlinable
    public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How an order is priced.
public enum OrderType: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// At the limit price or better.
    case limit = 0
    /// At the best prices there are, within the protection band.
    case market = 1
    /// A limit order that is refused when it would take (post-only).
    case limitMaker = 2
    /// A market order that waits until the last price gets worse than its stop price.
    case stopLoss = 3
    /// A limit order that waits until the last price gets worse than its stop price.
    case stopLossLimit = 4
    /// A market order that waits until the last price gets better than its stop price.
    case takeProfit = 5
    /// A limit order that waits until the last price gets better than its stop price.
    case takeProfitLimit = 6

    /// Whether it waits for a trigger before it enters the book (an algo order in the filters).
    @inlinable
    public var isConditional: Bool { rawValue >= OrderType.stopLoss.rawValue }

    /// Whether it carries a limit price.
    @inlinable
    public var hasLimit: Bool { self != .market && self != .stopLoss && self != .takeProfit }
}

/// How long the unfilled part of an order lives.
public enum TimeInForce: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Rests until cancelled.
    case goodTilCancelled = 0
    /// Takes what there is, the rest expires.
    case immediateOrCancel = 1
    /// Fills whole at once or expires untouched.
    case fillOrKill = 2
    /// Rests until cancelled or until its expiry time has come.
    case goodTilDate = 3

    /// Whether what does not trade at once stays in the book.
    @inlinable
    public var mayRest: Bool { self == .goodTilCancelled || self == .goodTilDate }
}

/// What happens when an account's order meets its own resting order.
public enum SelfTradePrevention: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// They trade.
    case none = 0
    /// The incoming order's remainder expires.
    case expireTaker = 1
    /// The resting order expires.
    case expireMaker = 2
    /// Both expire.
    case expireBoth = 3
    /// Both shrink by the smaller of the two; what has nothing left expires.
    case decrement = 4
}

/// Where an order is in its life.
public enum OrderStatus: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case new = 0
    case partiallyFilled = 1
    case filled = 2
    case canceled = 3
    /// The unfilled part ended by its own terms: IOC, FOK, a market order beyond the book.
    case expired = 4
    /// Ended by self-trade prevention.
    case expiredInMatch = 5
    /// Waits for the working order of its list to be filled.
    case pendingNew = 6
    /// Could not start when the working order of its list was filled.
    case rejected = 7

    /// Whether the order may still trade.
    @inlinable
    public var isOpen: Bool {
        self == .new || self == .partiallyFilled || self == .pendingNew
    }
}
