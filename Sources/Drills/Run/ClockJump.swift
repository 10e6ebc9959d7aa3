import Workload

/// A jump of one process' wall clock.
struct ClockJump: Equatable, Sendable {
    /// Whose clocks jump, in turn.
    static let parts: [Partition.Part] = [.primary, .router, .coordinator, .standby]
    private static let secondsMax = 3600
    private static let pauseMilliseconds: ClosedRange<UInt64> = 1000...3000

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

    /// What the time of trades reaches by it, in milliseconds since 1970; `nil` when it may stay.
    ///
    /// - Parameter now: The right time of the jump.
    /// - Returns: The new time.
    func reached(from now: Int64) -> Int64? {
        part == .primary && seconds > 0 ? now + Int64(seconds) * 1000 : nil
    }

    /// Whether it is a router whose clock jumped so far must refuse what clients sign: their timestamp is
    /// more than 5 s old or 1 s ahead, the API's limits.
    var isOutsideOfWindow: Bool { part == .router && (seconds > 6 || seconds < -2) }
}
