import Workload

/// A jump of one process' wall clock.
struct ClockJump: Equatable, Sendable {
    /// Whose clocks jump, in turn.
    static let parts: [Partition.Part] = [.primary, .router, .coordinator, .standby]
    private static let secondsMax = 3600
    private static let pauseMilliseconds: ClosedRange<UInt64> = 1000...3000
    /// By how much a jump may last longer than it was told to.
    private static let slackMilliseconds: Int64 = 500

    /// Whose.
    let part: Partition.Part
    /// How far; negative is back.
    let seconds: Int
    /// After how long it jumps back.
    let milliseconds: UInt64

    /// The jump of a run: each part forward, then each back.
    ///
    /// - Parameters:
    ///   - number: Of the run, from 1.
    ///   - random: Decides how far and how long.
    init(number: Int, _ random: inout some RandomNumberGenerator) {
        let turn = (number - 1) % (2 * Self.parts.count)
        part = Self.parts[turn % Self.parts.count]
        // Seconds as often as minutes and an hour: what depends on the time has limits of each size.
        let scale = [3, 10, 60, 600, Self.secondsMax].randomElement(using: &random) ?? 1
        let size = Int.random(in: (scale + 1) / 2...scale, using: &random)
        seconds = turn < Self.parts.count ? size : -size
        milliseconds = UInt64.random(in: Self.pauseMilliseconds, using: &random)
    }

    /// For the report.
    var text: String { "\(seconds > 0 ? "+" : "")\(seconds) s for \(milliseconds) ms" }

    /// Where the time of the newest trade is then, in milliseconds since 1970; `nil` when it may stay.
    ///
    /// A primary's log time runs at most twice as fast as its monotonic clock: it gains what the jump
    /// lasted and no more, and half of that at least, or there was no jump.
    ///
    /// - Parameters:
    ///   - start: The right time of the jump.
    ///   - now: The right time when the trades are looked at.
    /// - Returns: The earliest and the latest.
    func newestTrade(since start: Int64, until now: Int64) -> ClosedRange<Int64>? {
        guard part == .primary, seconds > 0 else { return nil }
        let gained = min(Int64(seconds) * 1000, Int64(milliseconds))
        let earliest = start + Int64(milliseconds) + gained / 2
        return earliest...max(earliest, now + gained + Self.slackMilliseconds)
    }

    /// Whether it is a router whose clock jumped so far must refuse what clients sign: their timestamp is
    /// more than 5 s old or 1 s ahead, the API's limits.
    var isOutsideOfWindow: Bool { part == .router && (seconds > 6 || seconds < -2) }
}
