import Membership
import Trading

extension ClusterState {
    /// Adds a shard behind all others: who goes by the place of a shard finds it where it was.
    mutating func add(_ shard: ShardID, _ nodes: [NodeID], why: String, at time: Timestamp) {
        guard isBootstrapped, shard > lastShard, map.shards.count < TopologyPlan.shardCountMax,
            Self.canRun(nodes)
        else { return }
        map.shards.append(
            ShardAssignment(
                shard: shard,
                epoch: Epoch(0),
                primary: nil,
                primaryInstance: 0,
                standbys: [],
                pairs: []
            )
        )
        replicas.append(nodes)
        let names = nodes.map(\.rawValue).joined(separator: " ")
        changed("shard \(shard) is added on [\(names)]", why: why, at: time)
    }

    /// The highest number of a shard; 0, which is the coordinator's own log, without one.
    public var lastShard: ShardID { map.shards.last?.shard ?? ShardID(0) }

    /// Whether a list of nodes is one that a shard can be placed on.
    static func canRun(_ nodes: [NodeID]) -> Bool {
        (1...TopologyPlan.replicaCountMax).contains(nodes.count)
            && Set(nodes).count == nodes.count && nodes.allSatisfy { !$0.rawValue.isEmpty }
    }
}
