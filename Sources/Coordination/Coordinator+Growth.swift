import Membership
import Trading

extension Coordinator {
    /// Adds a shard without pairs; pairs get there by `move(_:to:why:isDryRun:now:_:)`.
    ///
    /// Its log must have been made before: nodes begin with it as soon as this is committed, and a
    /// log that is not there counts as lost (I6).
    ///
    /// - Parameters:
    ///   - wanted: Its number; `nil` is the next that is free.
    ///   - why: Ends in the log.
    ///   - isDryRun: Whether to say what it would be and change nothing.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    /// - Returns: Its number, and where it runs.
    /// - Throws: `OperationRefusal`; nothing has changed then.
    @discardableResult
    public mutating func addShard(
        _ wanted: ShardID?,
        why: String,
        isDryRun: Bool = false,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) -> ShardPlan {
        guard isLeader else { throw .notLeading }
        let shard = try freeNumber(wanted)
        let replicas = replicasOfNewShard(shard, now: now)
        guard !replicas.isEmpty else { throw .noNode }
        let isAdding = pending.contains { if case .addShard = $0 { true } else { false } }
        guard !isAdding else { throw .isAddingShard }
        if !isDryRun {
            let command = CoordinationCommand.addShard(shard, replicas: replicas, why: why)
            pending.append(command)
            effects.append(.propose(command))
        }
        return ShardPlan(shard: shard, pairs: [], replicas: replicas)
    }

    private func freeNumber(_ wanted: ShardID?) throws(OperationRefusal) -> ShardID {
        if let wanted, shardIndex(wanted) != nil { throw .shardExists(wanted) }
        let last = state.lastShard.rawValue
        guard state.map.shards.count < TopologyPlan.shardCountMax, last < .max else {
            throw .tooManyShards
        }
        let next = ShardID(last + 1)
        guard let wanted else { return next }
        guard wanted >= next else { throw .shardNumberPassed(wanted, next: next) }
        return wanted
    }

    /// Where a new shard goes: beside those that are placed, on nodes that are well just now.
    private func replicasOfNewShard(_ shard: ShardID, now: UInt64) -> [NodeID] {
        guard state.isBootstrapped else { return [] }
        let placed = placement(now: now)
        let new = Placement.Shard(id: shard, replicas: [], replicaCount: usualReplicaCount)
        let nodes = placed.nodes.map { node in
            var node = node
            node.isHealthy = peer(node.id).map { isHealthy($0, now: now) } ?? false
            return node
        }
        return Placement(nodes: nodes, adding: new, to: placed.shards).shards.last?.replicas ?? []
    }
}
