import Coordination
import Membership
import Testing
import Trading

@Suite(.timeLimit(.minutes(1))) struct RebalancerTests {
    private static let seeds = (0..<200).map { UInt64($0) }

    private func node(_ id: String, processor: Int = 0) -> Rebalancer.Node {
        Rebalancer.Node(.init(id: NodeID(id), zone: id), processor: processor)
    }

    private func shard(
        _ id: UInt16,
        _ replicas: [String],
        load: Int,
        queue: Int = 0,
        pairs: [(String, Int)] = []
    ) -> Rebalancer.Shard {
        Rebalancer.Shard(
            .init(
                id: ShardID(id),
                replicas: replicas.map { NodeID($0) },
                replicaCount: replicas.count,
                load: load
            ),
            queueDepth: queue,
            pairs: pairs.map { PairLoad(symbol: $0.0, commands: $0.1) }
        )
    }

    private var busy: [Rebalancer.Shard] {
        [
            shard(1, ["n1", "n2"], load: 900, queue: 2000), shard(2, ["n1", "n2"], load: 900),
            shard(3, ["n2", "n1"], load: 10),
        ]
    }

    private let role = Rebalancer.Move.role(ShardID(1), from: NodeID("n1"), to: NodeID("n2"))

    @Test func anOverloadMustLastBeforeARoleMoves() {
        var rebalancer = Rebalancer()
        let nodes = [node("n1"), node("n2")]
        #expect(rebalancer.next(nodes, busy, isDisturbed: false, now: 100) == nil)
        #expect(rebalancer.next(nodes, busy, isDisturbed: false, now: 5000) == nil)
        let proposal = rebalancer.next(nodes, busy, isDisturbed: false, now: 5100)
        #expect(proposal?.move == role)
        #expect(proposal?.why == "2000 commands wait in shard 1 on n1")
        #expect(proposal?.before == [3615, 1824])
        #expect(proposal?.after == [2714, 2725])
    }

    @Test func anOverloadThatPassesMovesNothing() {
        var rebalancer = Rebalancer()
        let nodes = [node("n1"), node("n2")]
        var calm = busy
        calm[0].queueDepth = 0
        for second in UInt64(0)..<60 {
            let shards = second % 4 == 0 ? calm : busy
            let now = second * 1000
            #expect(rebalancer.next(nodes, shards, isDisturbed: false, now: now) == nil)
        }
    }

    @Test func nothingMovesDuringAFailoverNorRightAfter() {
        var rebalancer = Rebalancer()
        let nodes = [node("n1"), node("n2")]
        for second in UInt64(1)..<30 {
            #expect(rebalancer.next(nodes, busy, isDisturbed: true, now: second * 1000) == nil)
        }
        #expect(rebalancer.next(nodes, busy, isDisturbed: false, now: 38_900) == nil)
        #expect(rebalancer.next(nodes, busy, isDisturbed: false, now: 39_000)?.move == role)
    }

    @Test func movesAreFewAMinute() {
        var rebalancer = Rebalancer()
        let nodes = [node("n1"), node("n2")]
        // Nobody carries them out, so that the overload stays.
        var times: [UInt64] = []
        for tenth in UInt64(0)..<3000 {
            let now = tenth * 100
            if rebalancer.next(nodes, busy, isDisturbed: false, now: now) != nil {
                times.append(now)
            }
        }
        #expect(times.count >= 16)
        for (first, fifth) in zip(times, times.dropFirst(4)) { #expect(fifth - first >= 60_000) }
        for (one, next) in zip(times, times.dropFirst()) { #expect(next - one >= 10_000) }
    }

    @Test func aBusyProcessorOrTooManyCommandsCountToo() {
        let shards = [shard(1, ["n1", "n2"], load: 900), shard(2, ["n1", "n2"], load: 900)]
        let hot = [node("n1", processor: 900), node("n2")]
        #expect(Rebalancer.plan(hot, shards)[0].why == "n1 uses 90 % of a core")
        var settings = Rebalancer.Settings()
        settings.commandsMax = 1000
        let cool = [node("n1"), node("n2")]
        #expect(Rebalancer.plan(cool, shards, settings)[0].why == "n1 has 1800 commands a second")
    }

    @Test func aShardThatIsTooMuchGivesAPairAway() {
        let shards = [
            shard(1, ["n1"], load: 1000, queue: 1500, pairs: [("A", 800), ("B", 150), ("C", 50)]),
            shard(2, ["n2"], load: 700), shard(3, ["n3"], load: 100),
        ]
        let plan = Rebalancer.plan([node("n1"), node("n2"), node("n3")], shards)
        #expect(plan.map(\.move) == [.pair("B", from: ShardID(1), to: ShardID(3))])
        #expect(plan[0].before == [1000, 100] && plan[0].after == [850, 250])
    }

    @Test func theOnlyPairStays() {
        let shards = [
            shard(1, ["n1"], load: 1000, queue: 1500, pairs: [("A", 1000)]),
            shard(2, ["n2"], load: 0),
        ]
        #expect(Rebalancer.plan([node("n1"), node("n2")], shards).isEmpty)
    }

    // MARK: - Random clusters

    private struct Sample {
        var nodes: [Rebalancer.Node] = []
        var shards: [Rebalancer.Shard] = []

        init(seed: UInt64) {
            var random = SplitMix(state: seed)
            let count = Int.random(in: 2...6, using: &random)
            for index in 0..<count {
                let place = Placement.Node(id: NodeID("n\(index)"), zone: "z\(index % 3)")
                let processor = Int.random(in: 0...1000, using: &random)
                nodes.append(Rebalancer.Node(place, processor: processor))
            }
            for index in 0..<Int.random(in: 1...12, using: &random) {
                let first = Int.random(in: 0..<count, using: &random)
                let place = Placement.Shard(
                    id: ShardID(UInt16(index + 1)),
                    replicas: [NodeID("n\(first)"), NodeID("n\((first + 1) % count)")],
                    replicaCount: 2,
                    load: Int.random(in: 0...3000, using: &random)
                )
                let queue = Int.random(in: 0...2000, using: &random)
                shards.append(Rebalancer.Shard(place, queueDepth: queue))
            }
        }

        /// Carries a move out; the load goes with it.
        mutating func make(_ move: Rebalancer.Move) {
            switch move {
            case .role(let id, let from, let to):
                edit(id) { replicas in
                    replicas.removeAll { $0 == to }
                    #expect(replicas.first == from)
                    replicas.insert(to, at: 0)
                }
            case .replica(let id, let from, let to):
                edit(id) { replicas in
                    #expect(!replicas.contains(to))
                    #expect(replicas.first != from, "a primary moves by its role")
                    replicas = replicas.map { $0 == from ? to : $0 }
                }
            case .pair: break
            }
        }

        private mutating func edit(_ id: ShardID, _ change: (inout [NodeID]) -> Void) {
            guard let index = shards.firstIndex(where: { $0.place.id == id }) else { return }
            change(&shards[index].place.replicas)
        }
    }

    @Test(arguments: seeds) func everyMoveHelpsAndNoneIsTakenBack(seed: UInt64) {
        var sample = Sample(seed: seed)
        let plan = Rebalancer.plan(sample.nodes, sample.shards)
        #expect(plan == Rebalancer.plan(sample.nodes, sample.shards))
        for proposal in plan {
            let (before, after) = (proposal.before, proposal.after)
            #expect((after.max() ?? 0) < (before.max() ?? 0))
            #expect(after.reduce(0, +) == before.reduce(0, +))
            sample.make(proposal.move)
        }
        // At the end there is nothing left to do.
        #expect(Rebalancer.plan(sample.nodes, sample.shards).isEmpty)
    }

    @Test(arguments: seeds) func onlyWhoIsOverALimitIsRelieved(seed: UInt64) {
        let sample = Sample(seed: seed)
        let one = sample.nodes[0].place.id
        for proposal in Rebalancer.plan(sample.nodes, sample.shards, relieving: [one]) {
            switch proposal.move {
            case .role(_, let from, _), .replica(_, let from, _): #expect(from == one)
            case .pair: break
            }
        }
        #expect(Rebalancer.plan(sample.nodes, sample.shards, relieving: []).isEmpty)
    }
}
