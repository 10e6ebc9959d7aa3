import Accounts
import Trading

/// What the pairs of a shard share: the money, the names in use, and the clock of the log.
struct SharedState: ~Copyable {
    private let pinned = Pinned()
    var ledger = Ledger()
    var names = OrderNames()
    var conversion = FeeConversion()
    /// Time of the last command.
    var now = Timestamp.zero
    /// Microseconds of log time between a leader's last entry and the first of the next.
    ///
    /// They may be the error of a wall clock: no name is forgotten for them.
    var skipped: Int64 = 0
    /// When work is due by itself, the earliest of all pairs; may be early, never late.
    var nextDue = Timestamp.never
    /// The answer to the command that runs, then to the last.
    var answer = CommandAnswer()
    /// Public events of the command that runs.
    var events: [MarketEvent] = []
}

extension SharedState {
    /// Log time as far as leaders were there to see it pass: what names are remembered by.
    @inline(__always)
    var timeOfNames: Timestamp { Timestamp(microseconds: now.microseconds &- skipped) }
}

extension Timestamp {
    /// Later than all others.
    static let never = Timestamp(microseconds: .max)
}
