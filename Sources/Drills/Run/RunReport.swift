import Workload

/// One run of a drill.
public struct RunReport: Codable, Equatable, Sendable {
    /// From 1.
    public var run: Int
    /// Runs asked for.
    public var runs: Int
    /// What was done, such as `killed n2 (pid 4711; shards 2,3)`.
    public var fault: String
    /// From the fault to the first order sent after it and acknowledged on the shard that took
    /// longest; 0 when there was none.
    public var gapNanoseconds: UInt64
    /// The longest any request took.
    public var longestNanoseconds: UInt64
    /// Orders sent.
    public var orders: Int
    /// Orders acknowledged.
    public var acknowledged: Int
    /// Orders sent more than once.
    public var retried: Int
    /// What is wrong.
    public var violations: [Violation]

    /// Whether nothing is wrong.
    public var hasPassed: Bool { violations.isEmpty }

    /// One line.
    public var text: String {
        let gap = LatencySummary.milliseconds(gapNanoseconds)
        let longest = LatencySummary.milliseconds(longestNanoseconds)
        var line =
            "run \(run)/\(runs) \(fault) gap \(gap) ms longest \(longest) ms orders \(orders)"
            + " acked \(acknowledged) retried \(retried) lost \(count(.lost))"
            + " duplicated \(count(.duplicated)) balances \(word(.balances))"
            + " trades \(word(.trades)) depth \(word(.depth))"
        for kind in [Violation.Kind.phantom, .inconsistent, .unresolved, .expectation]
        where count(kind) > 0 {
            line += " \(kind.rawValue) \(count(kind))"
        }
        return line + (hasPassed ? "" : " FAILED")
    }

    private func count(_ kind: Violation.Kind) -> Int {
        violations.count { $0.kind == kind }
    }

    private func word(_ kind: Violation.Kind) -> String { count(kind) == 0 ? "ok" : "WRONG" }
}

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
    /// Percentiles of the gaps of those runs, and how many there are.
    public private(set) var gaps = LatencySummary([])
    /// Where the plot was written.
    public var plot: String?
    /// Why a file that was asked for is not there.
    public var writeFailure: String?
    /// Why the drill ended early; empty when it did not.
    public var abortReason = ""

    /// Runs without a fault of ours.
    public var passedCount: Int { finished.count { $0.hasPassed } }
    /// Runs that failed or did not come to an end.
    public var failedCount: Int { runs - passedCount }

    /// The last lines: the gaps, the plot, and `N passed, N failed`.
    public var closing: String {
        var lines = ""
        if !finished.isEmpty {
            let parts = [
                ("p50", gaps.p50), ("p90", gaps.p90), ("p99", gaps.p99), ("max", gaps.max),
            ]
            let text = parts.map { "\($0) \(LatencySummary.milliseconds($1)) ms" }
            let runs = gaps.count == 1 ? "1 run" : "\(gaps.count) runs"
            lines += "gap \(text.joined(separator: "  "))  of \(runs)\n"
        }
        if let plot { lines += "plot \(plot)\n" }
        if !abortReason.isEmpty { lines += "ended early: \(abortReason)\n" }
        return lines + "\(passedCount) passed, \(failedCount) failed"
    }
}
