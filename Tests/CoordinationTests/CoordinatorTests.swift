import Coordination
import Membership
import Testing
import Trading

@Suite(.timeLimit(.minutes(1))) struct CoordinatorStartTests {
    @Test func firstReplicasGetTheirShardsAtOnce() {
        let rig = Rig.running()
        #expect(rig.primary(1) == "n1")
        #expect(rig.primary(2) == "n2")
        #expect(rig.standbys(1) == ["n2", "n3"])
        #expect(rig.standbys(2) == ["n1"])
        #expect(rig.epoch(1) == 1)
        #expect(rig.coordinator.state.map.members.map(\.id.rawValue) == ["n1", "n2", "n3", "r1"])
    }

    @Test func laterReplicaWaitsForTheGrace() {
        var rig = Rig()
        rig.lead()
        rig.start("n3")
        rig.advance(1900)
        #expect(rig.primary(1) == nil)
        rig.advance(200)
        #expect(rig.primary(1) == "n3")
        #expect(rig.primary(2) == nil)
    }

    @Test func firstReplicaThatComesWithinTheGraceIsChosen() {
        var rig = Rig()
        rig.lead()
        rig.start("n2")
        rig.advance(500)
        #expect(rig.primary(1) == nil)
        #expect(rig.primary(2) == "n2")
        rig.start("n1")
        rig.advance(50)
        #expect(rig.primary(1) == "n1")
        #expect(rig.standbys(1) == ["n2"])
    }

    @Test func nothingIsProposedBeforeLeading() {
        var rig = Rig()
        rig.start("n1")
        rig.advance(3000)
        #expect(rig.history.isEmpty)
        #expect(rig.probes.isEmpty)
        rig.lead()
        rig.advance(50)
        #expect(rig.primary(1) == "n1")
    }

    @Test func newMemberGetsTheMapAtOnce() {
        var rig = Rig.running()
        rig.start("r2", role: .router)
        #expect(rig.process("r2")?.map.shards == rig.coordinator.state.map.shards)
    }

    @Test func everyChangeIsBroadcast() {
        let rig = Rig.running()
        #expect(rig.maps.last == rig.coordinator.state.map)
        #expect(zip(rig.maps, rig.maps.dropFirst()).allSatisfy { $0.version < $1.version })
    }

    @Test func newCoordinatorKeepsAHealthyCluster() {
        var rig = Rig.running()
        let before = rig.coordinator.state
        rig.replaceCoordinator()
        rig.advance(400)
        for name in ["n1", "n2", "n3", "r1"] { rig.connect(name) }
        rig.advance(3000)
        #expect(rig.coordinator.state == before)
    }

    @Test func newCoordinatorFailsOverWhoDiedWithTheOld() {
        var rig = Rig.running()
        rig.edit("n1") { $0.isUp = false }
        rig.replaceCoordinator()
        for name in ["n2", "n3", "r1"] { rig.connect(name) }
        rig.advance(300)
        #expect(rig.primary(1) == "n3")
        #expect(rig.epoch(1) == 2)
    }

    @Test func aRefusalCountsAsSoonAsTheClusterIsKnownToLiveOn() {
        var rig = Rig.running()
        rig.edit("n1") { $0.isUp = false }
        rig.replaceCoordinator()
        rig.advance(10)
        #expect(rig.primary(1) == "n1", "nobody is there yet: it may be a cold start")
        rig.connect("n2")
        rig.connect("n3")
        #expect(rig.advance(atMost: 300) { $0.primary(1) == "n3" } <= 5)
    }

    @Test func restartedPrimaryIsNotChosenBeforeAStandbyThatIsOnItsWay() {
        var rig = Rig.running()
        rig.edit("n1") { $0.isUp = false }
        rig.replaceCoordinator()
        rig.start("n1")
        rig.edit("n1") { $0.isCaughtUp = false }
        rig.advance(200)
        #expect(rig.epoch(1) == 1, "n2 and n3 may have all of the log")
        rig.connect("n3")
        rig.advance(50)
        #expect(rig.primary(1) == "n3")
        #expect(rig.epoch(1) == 2)
    }

    @Test func restartedPrimaryIsChosenWhenNobodyElseComes() {
        var rig = Rig.running()
        for name in ["n1", "n2", "n3"] { rig.edit(name) { $0.isUp = false } }
        rig.replaceCoordinator()
        rig.start("n1")
        rig.edit("n1") { $0.isCaughtUp = false }
        let time = rig.advance(atMost: 5000) { $0.epoch(1) == 2 }
        #expect(rig.primary(1) == "n1")
        #expect(time <= 2100)
    }

    @Test func coldRestartWaitsForTheFirstReplica() {
        var rig = Rig.running()
        for name in ["n1", "n2", "n3", "r1"] { rig.edit(name) { $0.isUp = false } }
        rig.replaceCoordinator()
        rig.advance(100)
        rig.start("n3")
        rig.advance(300)
        #expect(rig.epoch(1) == 1)
        #expect(rig.coordinator.state.departed.isEmpty)
        rig.start("n1")
        rig.start("n2")
        rig.advance(100)
        // n3 has followed the log meanwhile and wins on that.
        #expect(rig.primary(1) == "n3")
        #expect(rig.epoch(1) == 2)
        #expect(rig.assignment(1).primaryInstance == rig.process("n3")?.member.instance)
    }
}

@Suite(.timeLimit(.minutes(1))) struct CoordinatorDeathTests {
    @Test func refusedProbeFailsOverAtOnce() {
        var rig = Rig.running()
        rig.kill("n1")
        let time = rig.advance(atMost: 100) { $0.primary(1) != "n1" }
        #expect(time <= 5)
        #expect(rig.primary(1) == "n3")  // The other zone.
        #expect(rig.epoch(1) == 2)
        rig.advance(50)
        #expect(!rig.standbys(1).contains("n1"))
        #expect(!rig.standbys(2).contains("n1"))
        let whys = rig.coordinator.state.recent.map(\.why)
        let why = "n1 (pid 1) closed its connection and refuses a new one"
        #expect(whys.contains("\(why): n3 takes over"))
        #expect(rig.coordinator.state.map.member(NodeID("n1")) == nil)
    }

    @Test func deathsAreNotDamped() {
        var rig = Rig.running()
        rig.kill("n1")
        rig.advance(50)
        rig.kill("n3")
        rig.advance(50)
        #expect(rig.primary(1) == "n2")
        #expect(rig.epoch(1) == 3)
    }

    @Test func shardWithoutReplicaHasNoPrimaryUntilOneIsBack() {
        var rig = Rig.running()
        rig.kill("n1")
        rig.kill("n2")
        rig.advance(50)
        #expect(rig.assignment(2).primary == nil)
        rig.start("n1")
        rig.advance(50)
        #expect(rig.primary(2) == "n1")
    }

    @Test func restartedPrimaryLosesItsTerm() {
        var rig = Rig.running()
        rig.start("n1")
        rig.advance(50)
        #expect(rig.epoch(1) == 2)
        #expect(rig.primary(1) != "n1")
        #expect(rig.standbys(1).contains("n1"))
    }

    @Test func restartedOnlyReplicaGetsTheNextTerm() {
        var rig = Rig.running()
        rig.kill("n1")
        rig.advance(50)
        rig.start("n2")
        rig.advance(50)
        #expect(rig.primary(2) == "n2")
        #expect(rig.assignment(2).primaryInstance == rig.process("n2")?.member.instance)
    }

    @Test func rejoinedNodeFollowsAndDoesNotFailBack() {
        var rig = Rig.running()
        rig.kill("n1")
        rig.advance(500)
        let epoch = rig.epoch(1)
        rig.start("n1")
        rig.advance(6000)
        #expect(rig.epoch(1) == epoch)
        #expect(rig.standbys(1) == ["n2", "n1"])
        #expect(rig.standbys(2) == ["n1"])
    }

    @Test func laggardIsNotPromotedWhileAnotherExists() {
        var rig = Rig.running()
        rig.edit("n3") { $0.isCaughtUp = false }
        rig.advance(100)
        rig.kill("n1")
        rig.advance(50)
        #expect(rig.primary(1) == "n2")
    }

    @Test func oneProposalAShardIsInFlight() {
        var rig = Rig.running()
        let before = rig.history.count
        rig.commitDelay = 500
        rig.kill("n1")
        rig.advance(450)
        rig.commitDelay = 2
        rig.advance(300)
        let assigned = rig.history[before...].filter {
            if case .assign(let shard, _, _, _, _, _) = $0 { shard == ShardID(1) } else { false }
        }
        #expect(assigned.count == 1)
    }

    @Test func routerThatDiedLeavesTheMap() {
        var rig = Rig.running()
        rig.kill("r1")
        rig.advance(50)
        #expect(rig.coordinator.state.map.member(NodeID("r1")) == nil)
        #expect(rig.epoch(1) == 1)
    }
}
