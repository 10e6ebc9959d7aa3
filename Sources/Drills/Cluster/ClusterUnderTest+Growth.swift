import Configuration
import Workload

// A cluster that gets more nodes and more shards while it works.

extension ClusterUnderTest {
    /// Lets nodes join and adds shards, which get a pair each.
    ///
    /// - Parameters:
    ///   - nodes: How many nodes; their zones are those of the plan, in turn.
    ///   - shards: How many shards.
    /// - Throws: `LoadError` when anything is refused or does not come to an end.
    func grow(nodes: Int, shards: Int) throws(LoadError) {
        for index in 0..<nodes { try join(zone: plan.nodes[index % plan.nodes.count].zone) }
        let old = (status()?.shards ?? []).map(\.id)
        for _ in 0..<shards { try addShard() }
        try wait("the new shards have standbys") { $0.weakness == nil }
        for shard in (status()?.shards ?? []).map(\.id) where !old.contains(shard) {
            guard let pair = spare(of: old) else { throw LoadError("there is no pair to move") }
            try move(pair, to: shard)
        }
    }

    /// Adds a shard, and waits until it is served.
    private func addShard() throws(LoadError) {
        let count = status()?.shards.count ?? 0
        try order("/control/shards")
        try wait("a new shard is served") { status in
            guard status.shards.count > count, let new = status.shards.last else { return false }
            return new.primary != nil && new.serving != false
        }
    }

    /// A pair of the shard that has the most.
    private func spare(of shards: [Int]) -> String? {
        let some = (status()?.shards ?? []).filter { shards.contains($0.id) }
        let fullest = some.max { ($0.pairs.count, $1.id) < ($1.pairs.count, $0.id) }
        return fullest?.pairs.last
    }
}
