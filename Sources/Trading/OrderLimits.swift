/// An interval in which orders are counted.
public enum OrderInterval: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case tenSeconds = 0
    case day = 1

    /// Its length in microseconds; intervals start at multiples of it.
    public var microseconds: Int64 {
        switch self {
        case .tenSeconds: 10_000_000
        case .day: 86_400_000_000
        }
    }

    /// When the interval began that a time lies in.
    @inlinable
    public func start(of time: Timestamp) -> Timestamp {
        Timestamp(microseconds: time.microseconds - time.microseconds % microseconds)
    }
}

/// How many orders one account may place in an interval: of a shard its share, of the venue the sum.
public struct OrderLimits: Equatable, Sendable {
    /// In ten seconds.
    public var tenSeconds: Int32
    /// In a day.
    public var day: Int32

    /// Makes limits.
    public init(tenSeconds: Int32, day: Int32) {
        self.tenSeconds = tenSeconds
        self.day = day
    }

    /// No limits.
    public static let none = OrderLimits(tenSeconds: .max, day: .max)

    /// The limit of an interval.
    public subscript(interval: OrderInterval) -> Int32 {
        switch interval {
        case .tenSeconds: tenSeconds
        case .day: day
        }
    }

    /// The part of one of several shards; all parts together are the whole.
    ///
    /// - Parameters:
    ///   - index: Which, from 0; one that was added later has no part and borrows.
    ///   - count: How many there are.
    /// - Returns: The same for each, and one more for the first ones where that does not come out.
    public func share(_ index: Int?, of count: Int) -> OrderLimits {
        guard self != .none else { return .none }
        guard let index, count > 0 else { return OrderLimits(tenSeconds: 0, day: 0) }
        func part(_ whole: Int32) -> Int32 {
            let (part, rest) = Int(whole).quotientAndRemainder(dividingBy: count)
            return Int32(part + (index < rest ? 1 : 0))
        }
        return OrderLimits(tenSeconds: part(tenSeconds), day: part(day))
    }
}

/// What an account has used of its orders in an interval.
public struct OrderUsage: Equatable, Sendable {
    /// When the interval began, in log time.
    public var start: Timestamp
    /// Orders that count: placed in the interval and not traded yet.
    public var used: Int32
    /// How many more there may be.
    public var free: Int32

    /// Makes a record of all its fields.
    public init(start: Timestamp, used: Int32, free: Int32) {
        self.start = start
        self.used = used
        self.free = free
    }
}

/// The right to place so many orders in one interval, on its way from one shard to another.
public struct OrderLoan: Equatable, Sendable {
    /// Whose orders.
    public var account: AccountID
    /// Of which length.
    public var interval: OrderInterval
    /// When it began; a loan for another one is void.
    public var start: Timestamp
    /// How many.
    public var count: Int32

    /// Makes a loan.
    public init(account: AccountID, interval: OrderInterval, start: Timestamp, count: Int32) {
        self.account = account
        self.interval = interval
        self.start = start
        self.count = count
    }
}
