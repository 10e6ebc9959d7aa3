import Accounts
import Trading

/// What an account has used of its orders in one interval.
///
/// Not private to its file: it lives in a pool, see `SlotTable`.
struct OrderTally: Equatable, BitwiseCopyable {
    /// When the interval began, in microseconds of log time.
    var start: Int64 = 0
    /// Placed since and not traded.
    var used: Int32 = 0
    /// Borrowed from other shards less lent to them.
    var borrowed: Int32 = 0

    /// Begins a new interval where the last one is over.
    @inline(__always)
    mutating func reach(_ now: Timestamp, _ length: Int64) {
        guard now.microseconds &- start >= length else { return }
        self = OrderTally(start: now.microseconds - now.microseconds % length)
    }

    @inline(__always)
    func free(of limit: Int32) -> Int {
        // Sums of three numbers of 32 bits.
        Int(limit) &+ Int(borrowed) &- Int(used)
    }

    /// An order placed in the interval has traded: it counts no more.
    @inline(__always)
    mutating func giveBack(_ createdAt: Int64) {
        if createdAt >= start, used > 0 { used -= 1 }
    }
}

/// The tallies of one account.
struct OrderTallies: Equatable, BitwiseCopyable {
    var tenSeconds = OrderTally()
    var day = OrderTally()

    /// Begins new intervals where they are due, and says whether so many orders more are too many.
    @inline(__always)
    mutating func refusal(
        of count: Int32,
        _ limits: OrderLimits,
        at now: Timestamp
    ) -> RejectReason? {
        tenSeconds.reach(now, OrderInterval.tenSeconds.microseconds)
        day.reach(now, OrderInterval.day.microseconds)
        if tenSeconds.free(of: limits.tenSeconds) < Int(count) {
            return .tooManyOrders(.tenSeconds)
        }
        return day.free(of: limits.day) < Int(count) ? .tooManyOrders(.day) : nil
    }
}

/// Counts the orders of each account in log time, against this shard's share of its limits.
///
/// What the shards of a venue let an account place in an interval is never more than its limit,
/// since what one borrows another has lent: a loan that is lost on its way is lost for both.
struct OrderCounter: ~Copyable {
    private let pinned = Pinned()
    /// The largest loan, so that no sum of loans leaves 32 bits.
    static let loanMax: Int32 = 1 << 20
    /// The largest sum of loans in an interval.
    static let borrowedMax: Int32 = 1 << 29

    private(set) var limits = OrderLimits.none
    /// By account slot.
    private var tallies = Pool<OrderTallies>(capacity: 64)

    /// Sets the shard's share.
    mutating func set(_ limits: OrderLimits) -> RejectReason? {
        guard limits.tenSeconds >= 0, limits.day >= 0 else { return .malformed }
        self.limits = limits
        return nil
    }

    /// Why new orders would be too many; `nil` when they are not.
    func refusal(of count: Int32, _ owner: AccountSlot, at now: Timestamp) -> RejectReason? {
        var present = tallies(of: owner)
        return present.refusal(of: count, limits, at: now)
    }

    /// Counts new orders, unless they are too many.
    ///
    /// - Parameters:
    ///   - count: How many come at once.
    ///   - owner: Whose.
    ///   - now: Log time.
    /// - Returns: Why they are refused; nothing is counted then.
    @inline(__always)
    mutating func take(_ count: Int32, _ owner: AccountSlot, at now: Timestamp) -> RejectReason? {
        let number = seat(owner)
        if let reason = tallies[number].refusal(of: count, limits, at: now) { return reason }
        tallies[number].tenSeconds.used &+= count
        tallies[number].day.used &+= count
        return nil
    }

    /// An order trades for the first time.
    @inline(__always)
    mutating func giveBack(_ owner: AccountSlot, createdAt: Timestamp) {
        let number = UInt32(owner.index)
        guard number < tallies.count else { return }
        tallies[number].tenSeconds.giveBack(createdAt.microseconds)
        tallies[number].day.giveBack(createdAt.microseconds)
    }

    /// Gives up a part of what is free, as much as is wanted or all of it.
    ///
    /// - Returns: How many; 0 also when the interval is another one here.
    mutating func lend(_ loan: OrderLoan, _ owner: AccountSlot, at now: Timestamp) -> Int32 {
        edit(loan, owner, at: now) { tally, limit in
            // Without limits there is nothing to borrow for.
            guard limit != .max, tally.borrowed > -Self.borrowedMax else { return 0 }
            let lent = Int32(max(min(Int(loan.count), tally.free(of: limit)), 0))
            tally.borrowed -= lent
            return lent
        } ?? 0
    }

    /// Takes what another shard has given up.
    ///
    /// - Returns: Whether it is of use: a loan for another interval is void.
    mutating func borrow(_ loan: OrderLoan, _ owner: AccountSlot, at now: Timestamp) -> Bool {
        edit(loan, owner, at: now) { tally, _ in
            guard tally.borrowed < Self.borrowedMax else { return false }
            tally.borrowed += loan.count
            return true
        } ?? false
    }

    private mutating func edit<Result>(
        _ loan: OrderLoan,
        _ owner: AccountSlot,
        at now: Timestamp,
        _ change: (inout OrderTally, Int32) -> Result
    ) -> Result? {
        let number = seat(owner)
        let limit = limits[loan.interval]
        switch loan.interval {
        case .tenSeconds:
            tallies[number].tenSeconds.reach(now, loan.interval.microseconds)
            guard tallies[number].tenSeconds.start == loan.start.microseconds else { return nil }
            return change(&tallies[number].tenSeconds, limit)
        case .day:
            tallies[number].day.reach(now, loan.interval.microseconds)
            guard tallies[number].day.start == loan.start.microseconds else { return nil }
            return change(&tallies[number].day, limit)
        }
    }

    /// What an account has used, in the order of `OrderInterval.allCases`.
    ///
    /// - Parameters:
    ///   - owner: `nil` for one that is not known here.
    ///   - now: Log time.
    /// - Returns: One record for each interval.
    func usage(of owner: AccountSlot?, at now: Timestamp) -> [OrderUsage] {
        var present = owner.map { tallies(of: $0) } ?? OrderTallies()
        present.tenSeconds.reach(now, OrderInterval.tenSeconds.microseconds)
        present.day.reach(now, OrderInterval.day.microseconds)
        return [(present.tenSeconds, limits.tenSeconds), (present.day, limits.day)].map {
            OrderUsage(
                start: Timestamp(microseconds: $0.start),
                used: $0.used,
                free: Int32(clamping: max($0.free(of: $1), 0))
            )
        }
    }

    private func tallies(of owner: AccountSlot) -> OrderTallies {
        let number = UInt32(owner.index)
        return number < tallies.count ? tallies[number] : OrderTallies()
    }

    /// The place of an account, made when it is first asked for.
    @inline(__always)
    private mutating func seat(_ owner: AccountSlot) -> UInt32 {
        let number = UInt32(owner.index)
        while tallies.count <= number { tallies.append(OrderTallies()) }
        return number
    }
}

extension OrderCounter {
    /// Number of accounts that ever placed an order, or came before one that did.
    var count: UInt32 { tallies.count }

    /// The tallies of a place.
    func tallies(_ number: UInt32) -> OrderTallies { tallies[number] }

    /// Takes the next place out of a snapshot.
    mutating func append(_ restored: OrderTallies) { tallies.append(restored) }
}
