import Configuration
import Workload

extension FaultChooser {
    /// Pairs that are to move, each to a shard that it is not on.
    ///
    /// - Parameters:
    ///   - status: The cluster just now.
    ///   - all: Every pair, or one.
    ///   - random: Chooses pairs and shards.
    /// - Returns: What is moved; only its pairs are looked at.
    /// - Throws: `LoadError` when there is nowhere to move to.
    func moves(
        _ status: ClusterStatus,
        all: Bool,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        var targets: [Fault.PairTarget] = []
        var shards: [ClusterStatus.Shard] = []
        for shard in status.shards {
            let others = status.shards.filter { $0.id != shard.id }
            for pair in shard.pairs {
                guard let target = others.randomElement(using: &random) else {
                    throw LoadError("there is only one shard")
                }
                targets.append(Fault.PairTarget(symbol: pair, shard: target.id))
            }
        }
        targets.shuffle(using: &random)
        if !all { targets = Array(targets.prefix(1)) }
        for var shard in status.shards {
            shard.pairs = shard.pairs.filter { pair in targets.contains { $0.symbol == pair } }
            if !shard.pairs.isEmpty { shards.append(shard) }
        }
        guard !targets.isEmpty else { throw LoadError("there is no pair") }
        return FaultChoice(members: [], shards: shards, excused: [], action: .move(targets))
    }

    /// As many shards again as at the start; nodes only until there are twice as many.
    func growth(_ status: ClusterStatus) -> FaultChoice {
        let nodes = status.nodes.count { $0.role == "shard" }
        return FaultChoice(
            members: [],
            // A shard without pairs acknowledges nothing.
            shards: status.shards.filter { !$0.pairs.isEmpty },
            excused: [],
            action: .grow(
                nodes: max(2 * plan.nodes.count - nodes, 0),
                shards: plan.shards.count
            )
        )
    }
}
