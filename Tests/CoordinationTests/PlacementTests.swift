import Coordination
import Membership
import Testing
import Trading

@Suite(.timeLimit(.minutes(1))) struct PlacementTests {
    private static let seeds = (0..<400).map { UInt64($0) }

    private func shard(_ id: UInt16, _ replicas: [String], _ count: Int = 2, load: Int = 0)
        -> Placement.Shard
    {
        Placement.Shard(
            id: ShardID(id),
            replicas: replicas.map { NodeID($0) },
            replicaCount: count,
            load: load
        )
    }

    private func node(_ id: String, _ zone: String) -> Placement.Node {
        Placement.Node(id: NodeID(id), zone: zone)
    }

    private func names(_ placement: Placement, _ index: Int = 0) -> [String] {
        placement.shards[index].replicas.map(\.rawValue)
    }

    @Test func aSoundPlacementStaysAsItIs() {
        let nodes = [node("n1", "a"), node("n2", "b"), node("n3", "c")]
        let shards = [shard(1, ["n1", "n2"]), shard(2, ["n1", "n3"], load: 900)]
        #expect(Placement(nodes: nodes, shards: shards).shards == shards)
    }

    @Test func aDrainedPrimaryIsSucceededByItsStandbyAndReplaced() {
        var nodes = [node("n1", "a"), node("n2", "b"), node("n3", "c")]
        nodes[0].isDraining = true
        let placement = Placement(nodes: nodes, shards: [shard(1, ["n1", "n2"])])
        #expect(names(placement) == ["n2", "n3"])
    }

    @Test func theLastStandbyStaysOnADrainedNode() {
        var nodes = [node("n1", "a"), node("n2", "b")]
        nodes[0].isDraining = true
        #expect(names(Placement(nodes: nodes, shards: [shard(1, ["n1", "n2"])])) == ["n2", "n1"])
    }

    @Test func aDeadNodeIsReplacedByTheLightestOfAnotherZone() {
        var nodes = [
            node("n1", "a"), node("n2", "b"), node("n3", "a"), node("n4", "c"), node("n5", "b"),
        ]
        nodes[1].isHealthy = false
        let shards = [shard(1, ["n1", "n2"]), shard(2, ["n4", "n1"], load: 10)]
        #expect(names(Placement(nodes: nodes, shards: shards)) == ["n1", "n5"])
    }

    @Test func moreReplicasAreFilledUpByCapacity() {
        var nodes = [node("n1", "a"), node("n2", "b"), node("n3", "c"), node("n4", "d")]
        nodes[3].capacity = 4
        let placement = Placement(nodes: nodes, shards: [shard(1, ["n1"], 2, load: 100)])
        #expect(names(placement) == ["n1", "n4"])
    }

    @Test func anOverloadedNodeGivesRolesBeforeReplicas() {
        let nodes = [node("n1", "a"), node("n2", "b")]
        let shards = [shard(1, ["n1", "n2"], load: 100), shard(2, ["n1", "n2"], load: 100)]
        var placement = Placement(nodes: nodes, shards: shards)
        let (one, two) = (NodeID("n1"), NodeID("n2"))
        #expect(placement.balance() == [.lead(ShardID(1), from: one, to: two)])
        #expect(placement.pressure(of: one) == placement.pressure(of: two))
    }

    @Test func aFreeNodeTakesReplicas() {
        let nodes = [node("n1", "a"), node("n2", "b"), node("n3", "c")]
        let shards = (1...6).map { shard(UInt16($0), ["n1", "n2"], load: 100) }
        var placement = Placement(nodes: nodes, shards: shards)
        let changes = placement.balance()
        #expect(changes.contains { if case .replica = $0 { true } else { false } })
        let pressures = nodes.map { placement.pressure(of: $0.id) }
        #expect((pressures.max() ?? 0) <= (pressures.min() ?? 0) + 202_000)
    }

    // MARK: - Random clusters

    private struct Sample {
        var nodes: [Placement.Node] = []
        var shards: [Placement.Shard] = []

        init(seed: UInt64, zones: Int? = nil, replicas: Int? = nil, isTroubled: Bool = true) {
            var random = Generator(state: seed &* 77 &+ 5)
            let zoneCount = zones ?? random.below(4) + 1
            for index in 0..<(random.below(9) + 1) {
                var node = Placement.Node(
                    id: NodeID("n\(index)"),
                    zone: "z\(random.below(zoneCount))",
                    capacity: random.below(4) + 1
                )
                node.isHealthy = !isTroubled || random.below(5) > 0
                node.isDraining = isTroubled && random.below(6) == 0
                nodes.append(node)
            }
            for index in 0..<(random.below(20) + 1) {
                let count = replicas ?? random.below(4) + 1
                let names = (0..<random.below(5)).map { _ in
                    NodeID("n\(random.below(nodes.count + 1))")
                }
                shards.append(
                    Placement.Shard(
                        id: ShardID(UInt16(index + 1)),
                        replicas: names,
                        replicaCount: count,
                        load: random.below(5000)
                    )
                )
            }
        }

        func node(_ id: NodeID) -> Placement.Node? { nodes.first { $0.id == id } }

        var eligible: [Placement.Node] { nodes.filter { $0.isHealthy && !$0.isDraining } }

        var zones: Set<String> { Set(eligible.map(\.zone)) }
    }

    private struct Generator {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }

    /// Balanced or not, the rules hold.
    @Test(arguments: seeds) func rulesHold(seed: UInt64) {
        let sample = Sample(seed: seed)
        var placement = Placement(nodes: sample.nodes, shards: sample.shards)
        check(placement, sample)
        _ = placement.balance()
        check(placement, sample)
    }

    private func check(_ placement: Placement, _ sample: Sample) {
        #expect(placement.shards.map(\.id) == sample.shards.map(\.id))
        for shard in placement.shards {
            let replicas = shard.replicas
            #expect(Set(replicas).count == replicas.count, "a node twice: \(replicas)")
            guard let first = replicas.first else {
                #expect(sample.eligible.isEmpty)
                continue
            }
            let home = sample.node(first)
            let others = replicas.dropFirst()
            if sample.zones.count > 1 {
                #expect(others.allSatisfy { sample.node($0)?.zone != home?.zone }, "\(replicas)")
            }
            let isHomeEligible = sample.eligible.contains { $0.id == first }
            #expect(isHomeEligible || sample.eligible.isEmpty, "\(first) leads")
            let usable = sample.eligible.count {
                $0.id != first && (sample.zones.count == 1 || $0.zone != home?.zone)
            }
            let wanted = min(shard.replicaCount - 1, usable)
            #expect(others.count >= wanted, "\(replicas) of \(shard.replicaCount)")
            #expect(replicas.count <= shard.replicaCount)
            let unwanted = others.count { id in !sample.eligible.contains { $0.id == id } }
            #expect(unwanted == 0 || usable < shard.replicaCount - 1, "drained or dead in vain")
        }
    }

    @Test(arguments: seeds) func placementOfItsOwnOutputChangesNothing(seed: UInt64) {
        let sample = Sample(seed: seed)
        var first = Placement(nodes: sample.nodes, shards: sample.shards)
        #expect(Placement(nodes: sample.nodes, shards: first.shards).shards == first.shards)
        _ = first.balance(limit: 10_000)
        var second = Placement(nodes: sample.nodes, shards: first.shards)
        #expect(second.shards == first.shards)
        #expect(second.balance().isEmpty)
    }

    @Test(arguments: seeds) func theOrderOfNodesDoesNotMatter(seed: UInt64) {
        let sample = Sample(seed: seed)
        var one = Placement(nodes: sample.nodes, shards: sample.shards)
        var other = Placement(nodes: sample.nodes.reversed(), shards: sample.shards)
        #expect(one.shards == other.shards)
        #expect(one.balance() == other.balance())
    }

    /// Without zones in the way, no node carries more than another by more than one replica.
    @Test(arguments: seeds) func loadIsEven(seed: UInt64) {
        var sample = Sample(seed: seed, zones: 1, replicas: 1, isTroubled: false)
        for index in sample.nodes.indices { sample.nodes[index].capacity = 1 }
        var placement = Placement(nodes: sample.nodes, shards: sample.shards)
        _ = placement.balance(gainMin: 0, limit: 10_000)
        let pressures = sample.nodes.map { placement.pressure(of: $0.id) }
        let largest = placement.shards.map { 2 * ($0.load + 1) }.max() ?? 0
        let spread = (pressures.max() ?? 0) - (pressures.min() ?? 0)
        #expect(spread <= largest * 1000)
    }
}
