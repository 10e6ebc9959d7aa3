import Coordination
import Membership
import Testing
import Trading

@Suite(.timeLimit(.minutes(1))) struct SwitchOverTests {
    @Test func aStandbyTakesOverAndThePrimaryFollows() throws {
        var rig = Rig.running()
        #expect(try rig.switchOver(1, to: "n3") == "n3")
        rig.advance(100)
        #expect(rig.primary(1) == "n3")
        #expect(rig.epoch(1) == 2)
        #expect(Set(rig.standbys(1)) == ["n1", "n2"])
        #expect(rig.coordinator.state.recent.contains { $0.why == "drill" })
        #expect(rig.epoch(2) == 1)
    }

    @Test func withoutATargetTheFirstReadyReplicaIsChosen() throws {
        var rig = Rig.running()
        #expect(try rig.switchOver(1, to: nil) == "n2")
        rig.advance(100)
        rig.edit("n1") { $0.isCaughtUp = false }
        rig.advance(100)
        #expect(try rig.switchOver(1, to: nil) == "n3", "n1 is first and has not caught up")
    }

    @Test func aDryRunChangesNothing() throws {
        var rig = Rig.running()
        let before = rig.coordinator.state
        #expect(try rig.switchOver(1, to: nil, isDryRun: true) == "n2")
        rig.advance(100)
        #expect(rig.coordinator.state == before)
    }

    @Test func onlyOneIsUnderWayAtATime() throws {
        var rig = Rig.running()
        try rig.switchOver(1, to: "n2")
        #expect(throws: OperationRefusal.busy(ShardID(1))) { try rig.switchOver(1, to: "n3") }
        try rig.switchOver(2, to: "n1")
    }

    @Test func whoCannotTakeOverIsRefusedWithTheReason() {
        var rig = Rig.running()
        rig.expectRefusal("IS_PRIMARY", to: "n1")
        rig.expectRefusal("NO_SUCH_NODE", to: "n9")
        rig.expectRefusal("NO_SUCH_NODE", to: "r1")
        rig.expectRefusal("NO_SUCH_SHARD", 7, to: nil)
        rig.expectRefusal("NOT_READY", 2, to: "n3")
        rig.edit("n3") { $0.isCaughtUp = false }
        rig.advance(40)
        rig.expectRefusal("NOT_READY", to: "n3")
        rig.edit("n3") {
            $0.isCaughtUp = true
            $0.position = 50
        }
        rig.edit("n1") { $0.position = 1000 }
        rig.advance(40)
        rig.expectRefusal("NOT_READY", to: "n3")
        rig.pause("n2")
        rig.advance(120)
        rig.expectRefusal("NO_STANDBY", to: nil)
    }

    @Test func aPrimaryThatDoesNotServeHandsNothingOver() {
        var rig = Rig.running()
        rig.edit("n1") { $0.isIdle = true }
        rig.advance(40)
        rig.expectRefusal("NOT_SERVING", to: "n2")
        rig.kill("n1")
        rig.expectRefusal("NOT_SERVING", to: "n2")
    }

    @Test func whoDoesNotLeadRefuses() {
        var rig = Rig()
        rig.expectRefusal("NOT_LEADING", to: nil)
    }

    @Test func aFailoverOfTheNewPrimaryIsNotDamped() throws {
        var rig = Rig.running()
        try rig.switchOver(1, to: "n2")
        rig.advance(100)
        rig.kill("n2")
        rig.advance(50)
        #expect(rig.primary(1) != "n2")
        #expect(rig.epoch(1) == 3)
    }
}

extension Rig {
    @discardableResult
    mutating func switchOver(
        _ shard: UInt16,
        to node: String?,
        isDryRun: Bool = false
    ) throws -> String {
        var result: Result<NodeID, OperationRefusal> = .failure(.notLeading)
        input { coordinator, now, effects in
            result = Result { () throws(OperationRefusal) in
                try coordinator.switchOver(
                    ShardID(shard),
                    to: node.map { NodeID($0) },
                    why: "drill",
                    isDryRun: isDryRun,
                    now: now,
                    &effects
                )
            }
        }
        return try result.get().rawValue
    }

    mutating func expectRefusal(
        _ code: String,
        _ shard: UInt16 = 1,
        to node: String?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            try switchOver(shard, to: node)
            Issue.record("was not refused", sourceLocation: sourceLocation)
        } catch {
            let refusal = error as? OperationRefusal
            #expect(refusal?.code == code, "\(error)", sourceLocation: sourceLocation)
        }
    }
}
