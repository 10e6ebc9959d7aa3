import Coordination
import Membership
import Testing
import Trading

/// Shards that are added to a running cluster.
@Suite(.timeLimit(.minutes(1))) struct GrowthTests {
    private static func add(_ shard: UInt16, _ nodes: [String] = ["n1", "n3"])
        -> CoordinationCommand
    {
        .addShard(ShardID(shard), replicas: nodes.map { NodeID($0) }, why: "test")
    }

    // MARK: - State

    @Test func aNewShardIsLastAndEmpty() throws {
        var state = ClusterStateTests.assigned()
        let before = state.map
        state.apply(Self.add(5), at: Timestamp(microseconds: 9))
        #expect(state.map.version == before.version + 1)
        #expect(state.map.shards.dropLast() == before.shards[...])
        let shard = try #require(state.map.shards.last)
        #expect(shard.shard == ShardID(5) && shard.epoch == Epoch(0))
        #expect(shard.primary == nil && shard.pairs.isEmpty && shard.standbys.isEmpty)
        #expect(state.replicas(of: ShardID(5)).map(\.rawValue) == ["n1", "n3"])
        #expect(state.lastShard == ShardID(5))
        #expect(try ClusterState(decoding: state.encoded()) == state)
    }

    @Test(arguments: [
        add(3), add(2), add(0), add(4, []), add(4, ["n1", "n1"]), add(4, ["n1", ""]),
        add(4, (0...16).map { "n\($0)" }),
    ])
    func whatDoesNotFitIsIgnored(_ command: CoordinationCommand) {
        var state = ClusterStateTests.assigned()
        state.apply(Self.add(3), at: .zero)
        let before = state
        state.apply(command, at: .zero)
        #expect(state == before)
    }

    @Test func thereAreNoMoreThanTheMost() {
        var state = ClusterStateTests.assigned()
        for number in 3...2000 { state.apply(Self.add(UInt16(number)), at: .zero) }
        #expect(state.map.shards.count == TopologyPlan.shardCountMax)
        #expect(state.replicas.count == TopologyPlan.shardCountMax)
    }

    @Test func anEmptyClusterTakesNone() {
        var state = ClusterState.empty
        state.apply(Self.add(1), at: .zero)
        #expect(state == .empty)
    }

    @Test func theCommandKeepsItsBytes() throws {
        let command = CoordinationCommand.addShard(
            ShardID(5),
            replicas: [NodeID("n1")],
            why: "w"
        )
        let bytes = command.encoded()
        #expect(bytes == [6, 5, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x6E, 0x31, 1, 0, 0, 0, 0x77])
        #expect(try CoordinationCommand(decoding: bytes) == command)
    }

    // MARK: - Coordinator

    @Test func aShardIsServedOnceItIsAdded() throws {
        var rig = Rig.running()
        let plan = try rig.addShard()
        #expect(plan.shard == ShardID(3) && plan.pairs.isEmpty)
        #expect(plan.replicas.map(\.rawValue) == ["n1", "n3"], "light, and in two zones")
        rig.advance(300)
        #expect(rig.primary(3) == "n1" && rig.standbys(3) == ["n3"] && rig.epoch(3) == 1)
        #expect(rig.epoch(1) == 1 && rig.epoch(2) == 1)
        let view = rig.coordinator.clusterView(now: rig.now)
        #expect(view.shards.map(\.id) == [1, 2, 3].map { ShardID($0) })
        #expect(view.shards[2].isServing)
    }

    @Test func aShardThatWasAddedFailsOverAsAnyOther() throws {
        var rig = Rig.running()
        try rig.addShard()
        rig.advance(300)
        rig.kill("n1")
        rig.advance(300)
        #expect(rig.primary(3) == "n3" && rig.epoch(3) == 2)
    }

    @Test func aLostReplicaOfItIsReplaced() throws {
        var rig = Rig.running()
        rig.coordinator.placesReplicas = true
        try rig.addShard()
        rig.advance(300)
        rig.start("n4", zone: "c")
        rig.advance(3000)
        #expect(Set(rig.standbys(3)) == ["n3", "n4"], "as many replicas as others have")
        rig.start("n5", zone: "d")
        rig.kill("n3")
        rig.advance(12_000)
        let replicas = rig.coordinator.state.replicas(of: ShardID(3)).map(\.rawValue)
        #expect(Set(replicas) == ["n1", "n4", "n5"])
    }

    @Test func aNewLeaderGoesOnWithIt() throws {
        var rig = Rig.running()
        try rig.addShard()
        rig.advance(300)
        rig.replaceCoordinator()
        for name in ["n1", "n2", "n3", "r1"] { rig.connect(name) }
        rig.advance(500)
        #expect(rig.primary(3) == "n1" && rig.epoch(3) == 1)
        #expect(try rig.addShard().shard == ShardID(4))
    }

    @Test func aDryRunAddsNothing() throws {
        var rig = Rig.running()
        let before = rig.coordinator.state
        #expect(try rig.addShard(9, isDryRun: true).shard == ShardID(9))
        rig.advance(100)
        #expect(rig.coordinator.state == before)
        #expect(try rig.addShard(9).shard == ShardID(9))
    }

    @Test func whatCannotBeAddedIsRefusedWithTheReason() throws {
        var rig = Rig.running()
        #expect(throws: OperationRefusal.shardExists(ShardID(2))) { try rig.addShard(2) }
        try rig.addShard(7)
        #expect(throws: OperationRefusal.isAddingShard) { try rig.addShard() }
        rig.advance(100)
        let passed = OperationRefusal.shardNumberPassed(ShardID(5), next: ShardID(8))
        #expect(throws: passed) { try rig.addShard(5) }
        for name in ["n1", "n2"] { try rig.drain(name) }
        rig.advance(20)
        #expect(try rig.addShard(isDryRun: true).replicas.map(\.rawValue) == ["n3"])
        rig.pause("n3")
        rig.advance(120)
        #expect(throws: OperationRefusal.noNode) { try rig.addShard() }
        rig.coordinator = Coordinator(plan: Rig.plan)
        #expect(throws: OperationRefusal.notLeading) { try rig.addShard() }
    }

    @Test func theLastNumberIsTheLast() throws {
        var rig = Rig.running()
        try rig.addShard(.max)
        rig.advance(100)
        #expect(throws: OperationRefusal.tooManyShards) { try rig.addShard() }
    }

    @Test func othersStayWhereTheyAre() {
        let nodes = ["n1", "n2", "n3"].map { Placement.Node(id: NodeID($0), zone: "a") }
        let old = Placement.Shard(
            id: ShardID(1),
            replicas: [NodeID("gone"), NodeID("n1")],
            replicaCount: 2
        )
        let new = Placement.Shard(id: ShardID(2), replicas: [], replicaCount: 2)
        let placement = Placement(nodes: nodes, adding: new, to: [old])
        #expect(placement.shards[0] == old)
        #expect(placement.shards[1].replicas.map(\.rawValue) == ["n2", "n3"])
    }
}

extension Rig {
    @discardableResult
    mutating func addShard(
        _ number: UInt16? = nil,
        isDryRun: Bool = false
    ) throws -> ShardPlan {
        var result: Result<ShardPlan, OperationRefusal> = .failure(.notLeading)
        input { coordinator, now, effects in
            result = Result { () throws(OperationRefusal) in
                try coordinator.addShard(
                    number.map { ShardID($0) },
                    why: "test",
                    isDryRun: isDryRun,
                    now: now,
                    &effects
                )
            }
        }
        return try result.get()
    }
}
