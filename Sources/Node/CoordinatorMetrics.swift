import Coordination
import Membership
import Observability
import Trading

/// What the coordinator counts.
final class CoordinatorMetrics {
    private let registry: MetricsRegistry
    private let assignments: MetricsRegistry.Counter
    private let failovers: MetricsRegistry.Counter
    private let mapVersion: MetricsRegistry.Gauge
    private var lags: [String: MetricsRegistry.Gauge] = [:]

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        assignments = registry.counter(
            "castle_assignments_total",
            help: "Assignments of shards since this process leads: failovers, joins, losses."
        )
        failovers = registry.counter(
            "castle_failovers_total",
            help: "Shards that went from one primary to another since this process leads."
        )
        mapVersion = registry.gauge("castle_map_version", help: "Version of the shard map.")
    }

    func assigned() { registry.increment(assignments) }

    func changed(from old: ShardMap, to new: ShardMap) {
        for (before, after) in zip(old.shards, new.shards) {
            guard let left = before.primary, let next = after.primary, left != next else {
                continue
            }
            registry.increment(failovers)
        }
    }

    func measure(_ view: ClusterView) {
        registry.set(mapVersion, to: Double(view.mapVersion))
        for shard in view.shards {
            for standby in shard.standbys {
                let gauge = lag(shard.id, standby.node.rawValue)
                registry.set(gauge, to: Double(standby.lag ?? 0))
            }
        }
    }

    private func lag(_ shard: ShardID, _ node: String) -> MetricsRegistry.Gauge {
        let key = "\(shard)/\(node)"
        if let gauge = lags[key] { return gauge }
        let gauge = registry.gauge(
            "castle_standby_lag_entries",
            help: "Log entries a standby is behind its shard.",
            labels: ["shard": "\(shard)", "node": node]
        )
        lags[key] = gauge
        return gauge
    }
}
