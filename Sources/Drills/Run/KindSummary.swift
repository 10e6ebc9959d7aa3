import Workload

/// All runs of a drill with one kind of fault.
public struct KindSummary: Codable, Equatable, Sendable {
    /// The fault.
    public var kind: DrillKind
    /// How often it struck.
    public var injections: Int
    /// Runs in which something was wrong.
    public var failed: Int
    /// Acknowledged orders that were not there.
    public var lost: Int
    /// Orders that were there twice.
    public var duplicated: Int
    /// Percentiles of the gaps.
    public var gaps: LatencySummary

    /// Sums up the runs of a kind.
    init(_ kind: DrillKind, _ runs: [RunReport]) {
        let own = runs.filter { $0.kind == kind }
        self.kind = kind
        injections = own.count
        failed = own.count { !$0.hasPassed }
        lost = own.reduce(0) { $0 + $1.count(.lost) }
        duplicated = own.reduce(0) { $0 + $1.count(.duplicated) }
        gaps = LatencySummary(own.map(\.gapNanoseconds))
    }
}
