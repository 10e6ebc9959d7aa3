import Coordination
import Membership
import Testing
import Trading

/// What the coordinator does of what the policy proposes.
@Suite(.timeLimit(.minutes(1))) struct RebalancingTests {
    /// n2 leads both shards, and has too much to do.
    private func busy() throws -> Rig {
        var rig = Rig.running()
        rig.coordinator.placesReplicas = true
        rig.advance(2500)
        try rig.switchOver(1, to: "n2")
        rig.advance(200)
        rig.report(
            "n2",
            LoadReport(
                processor: 900,
                shards: [
                    ShardLoad(shard: ShardID(1), commands: 500, queueDepth: 0),
                    ShardLoad(shard: ShardID(2), commands: 500, queueDepth: 0),
                ]
            )
        )
        return rig
    }

    private let role = Rebalancer.Move.role(ShardID(1), from: NodeID("n2"), to: NodeID("n3"))

    @Test func anOperatorSeesThePlanAndHasItMade() throws {
        var rig = try busy()
        let plan = rig.coordinator.rebalancingPlan(now: rig.now)
        #expect(plan.first?.move == role)
        #expect(plan.first?.why == "n2 uses 90 % of a core")
        rig.advance(100)
        #expect(rig.primary(1) == "n2", "a plan changes nothing")
        #expect(try rig.rebalance() == [role])
        rig.advance(100)
        #expect(rig.primary(1) == "n3")
        #expect(rig.epoch(1) == 3)
    }

    @Test func byItselfItWaitsUntilTheOverloadHasLasted() throws {
        var rig = try busy()
        rig.advance(20_000)
        #expect(rig.primary(1) == "n2", "off unless asked for")
        rig.coordinator.rebalancer = Rebalancer()
        rig.advance(4500)
        #expect(rig.primary(1) == "n2")
        rig.advance(2000)
        #expect(rig.primary(1) == "n3")
        #expect(rig.logs.contains { $0.hasPrefix("rebalancing: the lead of shard 1: n2 to n3") })
    }

    @Test func nothingMovesWhileAShardHasNoPrimaryThatServes() throws {
        var rig = try busy()
        rig.coordinator.rebalancer = Rebalancer()
        rig.edit("n2") { $0.isIdle = true }
        for name in ["n1", "n3"] { rig.edit(name) { $0.isCaughtUp = false } }
        rig.advance(20_000)
        #expect(rig.primary(1) == "n2")
    }

    @Test func aStandbyGoesToANodeThatIsFree() throws {
        var rig = Rig.running()
        rig.coordinator.placesReplicas = true
        rig.start("n4", zone: "c")
        rig.advance(2500)
        rig.report("n1", LoadReport(processor: 0, shards: [load(1, 4000)]))
        rig.report("n2", LoadReport(processor: 0, shards: [load(2, 4000)]))
        let moves = try rig.rebalance()
        let free = NodeID("n4")
        #expect(moves.contains { if case .replica(_, _, free) = $0 { true } else { false } })
        rig.advance(1500)
        let state = rig.coordinator.state
        let replicas = [1, 2].map { state.replicas(of: ShardID($0)).map(\.rawValue) }
        #expect(replicas.contains { $0.contains("n4") })
        #expect(replicas.map(\.count) == [3, 2], "who was replaced has left")
        #expect(rig.epoch(1) == 1 && rig.epoch(2) == 1)
    }

    private func load(_ shard: UInt16, _ commands: Int) -> ShardLoad {
        ShardLoad(shard: ShardID(shard), commands: commands, queueDepth: 0)
    }
}

extension Rig {
    mutating func report(_ name: String, _ load: LoadReport) {
        input { $0.received(.load(load), from: NodeID(name), now: $1, &$2) }
    }

    mutating func rebalance() throws -> [Rebalancer.Move] {
        var result: Result<[Rebalancer.Proposal], OperationRefusal> = .failure(.notLeading)
        input { coordinator, now, effects in
            result = Result { () throws(OperationRefusal) in
                try coordinator.rebalance(now: now, &effects)
            }
        }
        return try result.get().map(\.move)
    }
}
