import Workload

/// One run of a drill.
public struct RunReport: Codable, Equatable, Sendable {
    /// From 1.
    public var run: Int
    /// Runs asked for.
    public var runs: Int
    /// What kind of fault it was.
    public var kind: DrillKind
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
    /// The move in which somebody was killed.
    public var move: MoveKillOutcome?

    /// Whether nothing is wrong.
    public var hasPassed: Bool { violations.isEmpty }

    /// One line.
    public var text: String {
        let gap = LatencySummary.milliseconds(gapNanoseconds)
        let longest = LatencySummary.milliseconds(longestNanoseconds)
        var line =
            "run \(run)/\(runs) \(kind.rawValue): \(fault) gap \(gap) ms longest \(longest) ms orders \(orders)"
            + " acked \(acknowledged) retried \(retried) lost \(count(.lost))"
            + " duplicated \(count(.duplicated)) balances \(word(.balances))"
            + " trades \(word(.trades)) depth \(word(.depth))"
        for kind in [Violation.Kind.phantom, .inconsistent, .unresolved, .expectation]
        where count(kind) > 0 {
            line += " \(kind.rawValue) \(count(kind))"
        }
        return line + (hasPassed ? "" : " FAILED")
    }

    /// How many promises of a kind were not kept.
    func count(_ kind: Violation.Kind) -> Int {
        violations.count { $0.kind == kind }
    }

    private func word(_ kind: Violation.Kind) -> String { count(kind) == 0 ? "ok" : "WRONG" }
}
