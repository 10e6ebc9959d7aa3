import Accounts
import Trading

/// What the pairs of a shard share: the money, the names in use, and the clock of the log.
struct SharedState: ~Copyable {
    private let pinned = Pinned()
    var ledger = Ledger()
    var names = OrderNames()
    var conversion = FeeConversion()
    var orders = OrderCounter()
    /// Time of the last command.
    var now = Timestamp.zero
    /// Microseconds of log time between a leader's last entry and the first of the next.
    ///
    /// They may be the error of a wall clock: no name is forgotten for them.
    var skipped: Int64 = 0
    /// The generation that the command that runs names.
    var generation: UInt32 = 0
    /// The newest attempts to move pairs that left or never came, by instrument id.
    var departures: [PairDeparture] = []
    /// When work is due by itself, the earliest of all pairs; may be early, never late.
    var nextDue = Timestamp.never
    /// The answer to the command that runs, then to the last.
    var answer = CommandAnswer()
    /// Public events of the command that runs.
    var events: [MarketEvent] = []
    /// What accounts are told of the command that runs, then of the last.
    var reports = ReportBuffer()
}

/// The newest attempt to move a pair that is not here.
struct PairDeparture: Equatable {
    var instrument: InstrumentID
    var generation: UInt32
}

extension SharedState {
    /// How far the clock of a shard that a pair comes from may be ahead, in microseconds.
    static let clockDifferenceMax: Int64 = 1_000_000

    /// Lets log time reach that of a shard a pair comes from, whose records must not lie ahead.
    ///
    /// - Parameter time: Log time there.
    /// - Returns: Whether the clocks are near enough.
    mutating func advance(to time: Timestamp) -> Bool {
        let ahead = time.microseconds.subtractingReportingOverflow(now.microseconds)
        guard time >= .zero, !ahead.overflow, ahead.partialValue <= Self.clockDifferenceMax else {
            return false
        }
        guard ahead.partialValue > 0 else { return true }
        // As for a new leader: nobody's name is forgotten for it.
        skipped += ahead.partialValue
        now = time
        return true
    }

    /// Log time as far as leaders were there to see it pass: what names are remembered by.
    @inline(__always)
    var timeOfNames: Timestamp { Timestamp(microseconds: now.microseconds &- skipped) }
}

extension Timestamp {
    /// Later than all others.
    static let never = Timestamp(microseconds: .max)
}
