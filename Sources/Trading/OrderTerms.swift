/// The side of an order.
public enum Side: UInt8, Sendable, CaseIterable {
    case buy = 0
    case sell = 1

    /// The other side.
    @inlinable
    public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How an order is priced.
public enum OrderType: UInt8, Sendable, CaseIterable {
    /// At the limit price or better.
    case limit = 0
    /// At the best prices there are, within the protection band.
    case market = 1
    /// A limit order that is refused when it would take (post-only).
    case limitMaker = 2
}

/// How long the unfilled part of an order lives.
public enum TimeInForce: UInt8, Sendable, CaseIterable {
    /// Rests until cancelled.
    case goodTilCancelled = 0
    /// Takes what there is, the rest expires.
    case immediateOrCancel = 1
    /// Fills whole at once or expires untouched.
    case fillOrKill = 2
}

/// What happens when an account's order meets its own resting order.
public enum SelfTradePrevention: UInt8, Sendable, CaseIterable {
    /// They trade.
    case none = 0
    /// The incoming order's remainder expires.
    case expireTaker = 1
    /// The resting order expires.
    case expireMaker = 2
    /// Both expire.
    case expireBoth = 3
}

/// Where an order is in its life.
public enum OrderStatus: UInt8, Sendable, CaseIterable {
    case new = 0
    case partiallyFilled = 1
    case filled = 2
    case canceled = 3
    /// The unfilled part ended by its own terms: IOC, FOK, a market order beyond the book.
    case expired = 4
    /// Ended by self-trade prevention.
    case expiredInMatch = 5

    /// Whether the order still rests in the book.
    @inlinable
    public var isOpen: Bool { self == .new || self == .partiallyFilled }
}
