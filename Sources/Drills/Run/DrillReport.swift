import Workload

/// A whole drill.
public struct DrillReport: Codable, Equatable, Sendable {
    /// The fault.
    public var drill: DrillKind
    /// What it ran on.
    public var machine: MachineFacts
    /// Chooses the victims and the orders.
    public var seed: UInt64
    /// Requests a second.
    public var rate: Int
    /// Runs asked for.
    public var runs: Int
    /// Runs that were finished.
    public var finished: [RunReport] = [] {
        didSet { gaps = LatencySummary(finished.map(\.gapNanoseconds)) }
    }
    /// The same by kind of fault, in the order of the list of drills; filled in by `sumUp()`.
    public private(set) var kinds: [KindSummary] = []
    /// Percentiles of the gaps of those runs, and how many there are.
    public private(set) var gaps = LatencySummary([])
    /// Where the plot was written.
    public var plot: String?
    /// Why a file that was asked for is not there.
    public var writeFailure: String?
    /// Why it could not be run here at all; nothing was started then.
    public var obstacle: String?
    /// Why the drill ended early; empty when it did not.
    public var abortReason = ""

    /// Whether every run passed, and every file was written.
    public var hasPassed: Bool { failedCount == 0 && writeFailure == nil }
    /// Runs without a fault of ours.
    public var passedCount: Int { finished.count { $0.hasPassed } }
    /// Runs that failed or did not come to an end.
    public var failedCount: Int { runs - passedCount }

    /// Counts by kind of fault, once the last run has ended.
    mutating func sumUp() {
        let struck = Set(finished.map(\.kind))
        kinds = DrillKind.allCases.filter(struck.contains).map { KindSummary($0, finished) }
    }

    /// The last lines: the gaps, for several kinds those of each, the plot, and `N passed, N failed`.
    public var closing: String {
        if let obstacle { return "cannot run here: \(obstacle)" }
        var lines = ""
        if kinds.count > 1 { lines += kinds.map { text(of: $0) + "\n" }.joined() }
        if let table = MoveKillOutcome.table(finished.compactMap(\.move)) { lines += table + "\n" }
        if !finished.isEmpty { lines += "gap \(text(of: gaps))\n" }
        if let plot { lines += "plot \(plot)\n" }
        if !abortReason.isEmpty { lines += "ended early: \(abortReason)\n" }
        return lines + "\(passedCount) passed, \(failedCount) failed"
    }

    /// The whole drill in one line.
    public var summary: String {
        var line = Self.padded(drill.rawValue)
        if let obstacle { return line + "cannot run here: \(obstacle)" }
        line += "\(passedCount)/\(runs) passed"
        if !finished.isEmpty {
            line += "  gap \(text(of: gaps))"
            line += "  lost \(count(.lost))  duplicated \(count(.duplicated))"
        }
        if !abortReason.isEmpty { line += "  ended early: \(abortReason)" }
        if let writeFailure { line += "  \(writeFailure)" }
        return line + (hasPassed ? "" : "  FAILED")
    }

    private func text(of kind: KindSummary) -> String {
        let passed = kind.injections - kind.failed
        return Self.padded(kind.kind.rawValue) + "\(passed)/\(kind.injections) passed"
            + "  lost \(kind.lost)  duplicated \(kind.duplicated)  gap \(text(of: kind.gaps))"
    }

    private static func padded(_ name: String) -> String {
        name + String(repeating: " ", count: max(1, 18 - name.count))
    }

    private func text(of gaps: LatencySummary) -> String {
        let parts = [("p50", gaps.p50), ("p90", gaps.p90), ("p99", gaps.p99), ("max", gaps.max)]
        let text = parts.map { "\($0) \(LatencySummary.milliseconds($1)) ms" }
        return text.joined(separator: "  ") + "  of \(gaps.count) run\(gaps.count == 1 ? "" : "s")"
    }

    private func count(_ kind: Violation.Kind) -> Int {
        finished.reduce(0) { $0 + $1.count(kind) }
    }
}
