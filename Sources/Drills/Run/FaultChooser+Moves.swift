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

    /// A pair that is to move, and who is killed at which step of that.
    ///
    /// - Parameters:
    ///   - number: Of the run: all combinations come in turn.
    ///   - status: The cluster just now.
    ///   - coordinator: Name of the one that leads.
    ///   - random: Chooses pair and shards.
    /// - Returns: Who is killed, and what may be seen of it.
    /// - Throws: `LoadError` when no two shards are led by different nodes.
    func killDuringMove(
        _ number: Int,
        _ status: ClusterStatus,
        coordinator: String,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        let (step, victim) = MoveKill.combination(number)
        var kills: [MoveKill] = []
        for source in status.shards {
            let others = status.shards.filter { $0.id != source.id && $0.primary != source.primary }
            for symbol in source.pairs {
                for target in others {
                    kills.append(
                        MoveKill(
                            step: step,
                            victim: victim,
                            symbol: symbol,
                            source: source.id,
                            destination: target.id
                        )
                    )
                }
            }
        }
        guard let kill = kills.randomElement(using: &random) else {
            throw LoadError("no pair has a shard to go to that another node leads")
        }
        var choice = FaultChoice(members: [], shards: status.shards, action: .killAtStep(kill))
        switch victim {
        case .source, .destination:
            let shard = victim == .source ? kill.source : kill.destination
            guard let node = status.shards.first(where: { $0.id == shard })?.primary else {
                throw LoadError("shard \(shard) has no primary")
            }
            choice.members = [.node(node)]
            choice.shards = status.shards(ledBy: node)
            choice.deposed = Set(choice.shards.map(\.id))
        case .coordinator:
            choice.members = [.coordinator(coordinator)]
            choice.excused = []
        case .router:
            let router = try victimRouter()
            choice.members = [.node(router.id)]
            choice.excused = Set([router.url, file.rest].compactMap(Endpoint.init(url:)))
        case .redis:
            guard let redis = plan.redis.randomElement(using: &random) else {
                throw LoadError("the cluster has no Redis")
            }
            choice.members = [.redis(redis.id)]
            choice.excused = keepsQuorum(without: 1) ? [] : nil
        }
        // Nobody sends an order to a shard whose pairs have all left.
        choice.shards.removeAll(where: \.pairs.isEmpty)
        return choice
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
