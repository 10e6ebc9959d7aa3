import Coordination
import Membership
import Testing
import Trading

/// Lost replicas get another node, drained nodes give everything away.
@Suite(.timeLimit(.minutes(1))) struct ReplicaPlacementTests {
    private func running(spare: String? = "c") -> Rig {
        var rig = Rig.running()
        rig.coordinator.placesReplicas = true
        if let spare { rig.start("n4", zone: spare) }
        rig.advance(2500)
        return rig
    }

    private func replicas(_ rig: Rig, _ shard: UInt16) -> [String] {
        rig.coordinator.state.replicas(of: ShardID(shard)).map(\.rawValue)
    }

    private func places(_ rig: Rig) -> [[String]] {
        rig.history.compactMap {
            if case .place(_, let nodes, _) = $0 { nodes.map(\.rawValue) } else { nil }
        }
    }

    private func isEmpty(_ rig: Rig, _ node: String) -> Bool {
        [1, 2].allSatisfy { shard in
            !replicas(rig, shard).contains(node) && rig.primary(shard) != node
                && !rig.standbys(shard).contains(node)
        }
    }

    @Test func aClusterThatIsWellStaysAsItIs() {
        var rig = running()
        rig.advance(15_000)
        #expect(places(rig).isEmpty)
    }

    @Test func aLostStandbyIsReplacedAfterTheGraceOnly() {
        var rig = running()
        rig.kill("n1")
        rig.advance(9800)
        #expect(replicas(rig, 2) == ["n2", "n1"])
        rig.advance(600)
        #expect(replicas(rig, 2).contains("n2") && !replicas(rig, 2).contains("n1"))
        #expect(replicas(rig, 2).count == 2 && replicas(rig, 1).count == 3)
        rig.advance(100)
        #expect(rig.standbys(2).count == 1 && rig.standbys(1).count == 2)
        #expect(rig.coordinator.state.recent.contains { $0.why.contains("n1 is gone") })
    }

    @Test func whoComesBackInTimeKeepsItsReplicas() {
        var rig = running()
        rig.kill("n1")
        rig.advance(8000)
        rig.start("n1")
        rig.advance(20_000)
        #expect(places(rig).isEmpty)
    }

    @Test func withoutAnotherNodeNothingIsGivenUp() {
        var rig = running(spare: nil)
        rig.kill("n1")
        rig.advance(20_000)
        #expect(replicas(rig, 1).contains("n1"))
        rig.start("n1")
        rig.advance(400)
        #expect(rig.standbys(1).contains("n1"))
    }

    @Test func itIsOffUnlessAskedFor() {
        var rig = running()
        rig.coordinator.placesReplicas = false
        rig.kill("n1")
        rig.advance(20_000)
        #expect(places(rig).isEmpty)
    }

    // MARK: - Drain

    @Test func aDrainedNodeHandsOverAndLeaves() throws {
        var rig = running()
        let outlook = try rig.drain("n1")
        #expect(outlook == "n1 hands over 1 shards and leaves 1")
        let time = rig.advance(atMost: 5000) { isEmpty($0, "n1") }
        #expect(time < 1500)
        #expect(rig.epoch(1) == 2, "one planned hand-over")
        #expect(rig.epoch(2) == 1, "n2 was not touched")
        rig.advance(5000)
        #expect(isEmpty(rig, "n1"))
        #expect(replicas(rig, 1).count == 3 && replicas(rig, 2).count == 2)
    }

    @Test func nobodyLeavesBeforeItsReplacementHasCaughtUp() throws {
        var rig = running()
        rig.edit("n4") { $0.isCaughtUp = false }
        rig.edit("n3") { $0.isCaughtUp = false }
        rig.advance(40)
        try rig.drain("n1")
        rig.advance(3000)
        #expect(replicas(rig, 1).contains("n1") && replicas(rig, 2).contains("n1"))
        rig.edit("n4") { $0.isCaughtUp = true }
        rig.edit("n3") { $0.isCaughtUp = true }
        rig.advance(1500)
        #expect(isEmpty(rig, "n1"))
    }

    @Test func theLastStandbyStays() throws {
        var rig = running(spare: nil)
        rig.kill("n3")
        rig.advance(11_000)
        #expect(try rig.drain("n1").contains("stay as standbys"))
        rig.advance(15_000)
        #expect(rig.primary(1) == "n2" && rig.standbys(1) == ["n1"])
    }

    @Test func anotherCoordinatorGoesOnWithADrain() throws {
        var rig = running()
        try rig.drain("n1")
        rig.advance(5)
        rig.replaceCoordinator()
        rig.coordinator.placesReplicas = true
        for name in ["n1", "n2", "n3", "n4", "r1"] { rig.connect(name) }
        rig.advance(5000)
        #expect(isEmpty(rig, "n1"))
    }

    @Test func aDrainedNodeIsChosenForNothing() throws {
        var rig = running()
        try rig.drain("n4")
        rig.advance(100)
        rig.kill("n1")
        rig.advance(15_000)
        #expect(!replicas(rig, 2).contains("n4"))
        _ = try rig.drain("n4", isOn: false)
        rig.advance(1000)
        #expect(replicas(rig, 1).contains("n4") || replicas(rig, 2).contains("n4"))
    }

    @Test func drainsAreRefusedWithTheReason() throws {
        var rig = running()
        #expect(throws: OperationRefusal.noSuchNode(NodeID("n9"))) { try rig.drain("n9") }
        #expect(throws: OperationRefusal.noSuchNode(NodeID("r1"))) { try rig.drain("r1") }
        #expect(throws: OperationRefusal.self) { try rig.drain("n1", isOn: false) }
        try rig.drain("n1", isDryRun: true)
        rig.advance(100)
        #expect(rig.coordinator.state.draining.isEmpty)
        try rig.drain("n1")
        rig.advance(100)
        #expect(throws: OperationRefusal.self) { try rig.drain("n1") }
    }
}

extension Rig {
    @discardableResult
    mutating func drain(
        _ node: String,
        isOn: Bool = true,
        isDryRun: Bool = false
    ) throws -> String {
        var result: Result<String, OperationRefusal> = .failure(.notLeading)
        input { coordinator, now, effects in
            result = Result { () throws(OperationRefusal) in
                try coordinator.drain(
                    NodeID(node),
                    isOn: isOn,
                    isDryRun: isDryRun,
                    now: now,
                    &effects
                )
            }
        }
        return try result.get()
    }
}
