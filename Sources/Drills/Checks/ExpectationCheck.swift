import Workload

/// What was seen around a fault.
public struct FaultObservation: Equatable, Sendable {
    /// Shards whose primary the fault hit.
    public var deposed: Set<Int> = []
    /// Whether most of the Redis instances stayed up.
    public var keepsQuorum = true
    /// Coordinators of the topology.
    public var coordinatorCount = 1
    /// The coordinator that led before the fault.
    public var leaderBefore = ""
    /// The one that led once the cluster was healthy again.
    public var leaderAfter = ""
    /// Epochs before the fault.
    public var epochsBefore: [Int: Int] = [:]
    /// Epochs once the cluster was healthy again.
    public var epochsAfter: [Int: Int] = [:]
    /// Requests that failed or were unknown, by where they were sent.
    public var failures: [Endpoint: Int] = [:]
    /// What the first of them was told.
    public var firstFailure: [Endpoint: String] = [:]
    /// Where requests may fail: the process that was killed serves it.
    public var excused: Set<Endpoint> = []
    /// Whether requests may fail everywhere.
    public var excusesAll = false
    /// Requests refused for their timestamp.
    public var untimelyCount = 0
    /// Whether a router's clock was so wrong that it had to refuse them.
    public var hasWrongRouter = false
    /// Connections lost, by where they went.
    public var losses: [Endpoint: Int] = [:]
    /// Shards hit on which nothing was acknowledged after the fault.
    public var silentShards: [Int] = []
    /// What else is wrong, in words.
    public var problems: [String] = []
    /// Where no connection could be made any more, once all should have been well again.
    public var deadEndpoints: Set<Endpoint> = []

    /// Nothing seen yet.
    public init() {}
}

/// The failure matrix of the design, as far as a client can see it.
public enum ExpectationCheck {
    /// Compares what was seen with what the matrix promises.
    ///
    /// - Parameters:
    ///   - kind: The fault.
    ///   - seen: What happened.
    /// - Returns: What is wrong.
    public static func violations(_ kind: DrillKind, _ seen: FaultObservation) -> [Violation] {
        var found = seen.silentShards.map {
            Violation(.expectation, "nothing was acknowledged on shard \($0) after the fault")
        }
        for endpoint in seen.deadEndpoints.sorted(by: { $0.port < $1.port }) {
            found.append(Violation(.expectation, "\(endpoint) takes no connections afterwards"))
        }
        found += seen.problems.map { Violation(.expectation, $0) }
        found += epochs(kind, seen)
        if seen.hasWrongRouter != (seen.untimelyCount > 0) {
            found.append(
                Violation(.expectation, "\(seen.untimelyCount) timestamps were refused")
            )
        }
        if kind.takesTheLead, seen.coordinatorCount > 1, seen.leaderAfter == seen.leaderBefore {
            found.append(
                Violation(.expectation, "no other coordinator took over from \(seen.leaderBefore)")
            )
        }
        guard !seen.excusesAll else { return found }
        let endpoints = Set(seen.failures.keys).union(seen.losses.keys).subtracting(seen.excused)
        for endpoint in endpoints.sorted(by: { $0.port < $1.port }) {
            let failures = seen.failures[endpoint] ?? 0
            // A router that is upgraded closes its connections, and nobody's request with them.
            let losses = kind == .rollingUpgrade ? 0 : seen.losses[endpoint] ?? 0
            if failures + losses > 0 {
                let reason = seen.firstFailure[endpoint].map { ", first: \($0)" } ?? ""
                found.append(
                    Violation(
                        .expectation,
                        "\(endpoint): \(failures) requests failed, \(losses) connections lost"
                            + reason
                    )
                )
            }
        }
        return found
    }

    private static func epochs(_ kind: DrillKind, _ seen: FaultObservation) -> [Violation] {
        var found: [Violation] = []
        let rule = kind.epochRule(keepsQuorum: seen.keepsQuorum)
        for (shard, before) in seen.epochsBefore.sorted(by: { $0.key < $1.key }) {
            let after = seen.epochsAfter[shard] ?? 0
            if rule == .riseWherePrimariesWere, seen.deposed.contains(shard), after <= before {
                found.append(
                    Violation(.expectation, "shard \(shard) stayed at epoch \(before)")
                )
            }
            if rule == .stay, after != before {
                found.append(
                    Violation(
                        .expectation,
                        "shard \(shard) went from epoch \(before) to \(after)"
                    )
                )
            }
        }
        return found
    }
}
