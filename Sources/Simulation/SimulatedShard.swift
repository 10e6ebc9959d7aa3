import Replication
import Trading

/// One shard as the checkers see it.
final class SimulatedShard {
    let id: ShardID
    /// What its durable log amounts to.
    var oracle = LogOracle()
    /// The highest entry whose reply reached a router.
    var acknowledged: UInt64 = 0

    init(_ id: ShardID) { self.id = id }
}
