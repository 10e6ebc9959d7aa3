import Coordination
import Membership
import Testing
import Trading

@Suite(.timeLimit(.minutes(1))) struct SuspicionTests {
    @Test func silenceWithASecondObserverFailsOverByTheDeadline() {
        var rig = Rig.running()
        rig.pause("n1")
        let time = rig.advance(atMost: 1000) { $0.primary(1) != "n1" }
        #expect((130...200).contains(time))
        #expect(rig.primary(1) == "n3")
        let why = rig.coordinator.state.recent.map(\.why).first {
            $0.contains("takes over") && $0.contains("silent")
        }
        #expect(why?.hasPrefix("n1 (pid 1) silent for 1") == true)
    }

    @Test func wokenPrimaryRejoinsAsStandby() {
        var rig = Rig.running()
        rig.pause("n1")
        rig.advance(1000)
        #expect(!rig.standbys(1).contains("n1"))
        rig.resume("n1")
        rig.advance(100)
        #expect(!rig.standbys(1).contains("n1"))
        rig.advance(200)
        #expect(rig.standbys(1) == ["n2", "n1"])
        #expect(rig.epoch(1) == 2)
    }

    @Test func observerThatHearsTheNodeVetoes() {
        var rig = Rig.running()
        rig.heardAnyway = [NodeID("n1")]
        rig.pause("n1")
        rig.advance(5000)
        #expect(rig.primary(1) == "n1")
        #expect(rig.epoch(1) == 1)
    }

    @Test func oldObservationDoesNotCount() {
        var settings = DetectorSettings()
        settings.actMilliseconds = 250
        var rig = Rig.running(settings: settings)
        rig.pause("n1")
        rig.advance(120)
        for name in ["n2", "n3", "r1"] { rig.edit(name) { $0.isMute = true } }
        rig.advance(1000)
        #expect(rig.primary(1) == "n1")
    }

    @Test func coordinatorAloneWaitsASecond() {
        var rig = Rig.running()
        rig.hasObservers = false
        rig.advance(100)
        rig.pause("n1")
        let time = rig.advance(atMost: 3000) { $0.primary(1) != "n1" }
        #expect((980...1060).contains(time))
    }

    @Test func membersGetTimeToReturnToACoordinatorThatSlept() {
        var rig = Rig.running()
        rig.advance(3000, ticking: false)
        for name in ["n1", "n2", "n3", "r1"] { rig.cut(name) }
        rig.connect("n2")
        rig.connect("n3")
        rig.advance(1500)
        rig.connect("n1")
        rig.connect("r1")
        rig.advance(1000)
        #expect(rig.epoch(1) == 1)
        #expect(rig.epoch(2) == 1)
    }

    @Test func aMemberThatDoesNotReturnIsGivenUp() {
        var rig = Rig.running()
        rig.hasObservers = false
        rig.advance(3000, ticking: false)
        rig.cut("n1")
        let time = rig.advance(atMost: 5000) { $0.primary(1) != "n1" }
        #expect((1900...2100).contains(time))
    }

    @Test func primaryThatIsCutOffFromItsLogIsReplaced() {
        var rig = Rig.running()
        for name in ["n2", "n3"] { rig.edit(name) { $0.logSilence = 90 } }
        rig.edit("n1") { $0.logSilence = 139 }
        rig.advance(1000)
        #expect(rig.primary(1) == "n1", "it has not waited for long")
        rig.edit("n1") { $0.logSilence = 150 }
        let time = rig.advance(atMost: 1000) { $0.primary(1) != "n1" }
        #expect((100...140).contains(time))
        #expect(rig.primary(1) == "n3")
        #expect(rig.coordinator.state.recent.contains { $0.why.contains("waited for its log") })
    }

    @Test func logThatIsDownForAllMovesNobody() {
        var rig = Rig.running()
        for silence: UInt32 in [160, 400, 3000, .max] {
            for name in ["n1", "n2", "n3"] { rig.edit(name) { $0.logSilence = silence } }
            rig.edit("n2") { $0.logSilence = silence - 40 }
            rig.advance(1000)
        }
        // Back again: the standby hears the log a moment before the primary does.
        for name in ["n2", "n3"] { rig.edit(name) { $0.logSilence = 10 } }
        rig.advance(80)
        rig.edit("n1") { $0.logSilence = 0 }
        rig.advance(1000)
        #expect(rig.epoch(1) == 1)
        #expect(rig.epoch(2) == 1)
    }

    @Test func cutLinkAloneDoesNotFailOver() {
        var rig = Rig.running()
        rig.cut("n1")
        rig.advance(5000)
        #expect(rig.primary(1) == "n1")
        #expect(rig.epoch(1) == 1)
        #expect(rig.standbys(2) == ["n1"])
        #expect(rig.probes.contains(NodeID("n1")))
        rig.connect("n1")
        rig.advance(100)
        #expect(rig.epoch(1) == 1)
    }

    @Test func cutLinkWithASecondObserverFailsOver() {
        var rig = Rig.running()
        rig.pause("n1")
        rig.cut("n1")
        rig.advance(300)
        #expect(rig.primary(1) == "n3")
    }

    @Test func deathAfterACutLinkIsFoundByALaterProbe() {
        var rig = Rig.running()
        rig.cut("n1")
        rig.advance(50)
        rig.edit("n1") { $0.isUp = false }
        rig.heardAnyway = [NodeID("n1")]
        rig.advance(150)
        #expect(rig.primary(1) == "n3")
    }

    @Test func suspicionIsDampedPerShard() {
        var rig = Rig.running()
        rig.pause("n1")
        rig.advance(300)
        #expect(rig.primary(1) == "n3")
        rig.resume("n1")
        rig.advance(500)
        rig.pause("n3")
        rig.advance(3000)
        #expect(rig.primary(1) == "n3")
        rig.advance(2000)
        #expect(rig.primary(1) != "n3")
        #expect(rig.epoch(1) == 3)
    }

    @Test func lateTickDiscardsTheWindow() {
        var rig = Rig.running()
        rig.advance(400, ticking: false)
        rig.pause("n1")
        rig.advance(140)
        #expect(rig.primary(1) == "n1")
        #expect(rig.logs.contains { $0.hasPrefix("own tick late") })
        rig.advance(100)
        #expect(rig.primary(1) == "n3")
    }

    @Test func lateTickAloneHarmsNobody() {
        var rig = Rig.running()
        rig.advance(3000, ticking: false)
        rig.advance(1000)
        #expect(rig.epoch(1) == 1)
        #expect(rig.standbys(1) == ["n2", "n3"])
    }

    @Test func suspectedNodeIsNoCandidate() {
        var rig = Rig.running()
        rig.pause("n3")
        rig.advance(120)
        rig.kill("n1")
        rig.advance(10)
        #expect(rig.primary(1) == "n2")
    }

    @Test func silentPrimaryWithoutSuccessorKeepsItsTerm() {
        var rig = Rig.running()
        rig.kill("n1")
        rig.advance(50)
        rig.pause("n2")
        rig.advance(1000)
        #expect(rig.primary(2) == "n2")
        rig.resume("n2")
        rig.advance(500)
        #expect(rig.epoch(2) == 1)
    }

    @Test func primaryThatNeverServesIsReplaced() {
        var rig = Rig.running()
        rig.edit("n3") { $0.isIdle = true }
        rig.kill("n1")
        rig.advance(1900)
        #expect(rig.primary(1) == "n3")
        rig.advance(300)
        #expect(rig.primary(1) == "n2")
        #expect(rig.standbys(1) == ["n3"])
        #expect(rig.lastWhy.contains("has not served epoch 2"))
    }

    @Test func idlePrimaryStaysWhenNobodyElseKeepsUp() {
        var rig = Rig.running()
        rig.edit("n3") { $0.isIdle = true }
        rig.edit("n2") { $0.isCaughtUp = false }
        rig.kill("n1")
        rig.advance(5000)
        #expect(rig.primary(1) == "n3")
    }

    @Test func newCoordinatorCountsSilenceFromItsStart() {
        var rig = Rig.running()
        rig.hasObservers = false
        rig.pause("n1")
        rig.advance(900)
        rig.replaceCoordinator()
        for name in ["n2", "n3", "r1"] { rig.connect(name) }
        rig.advance(1900)
        #expect(rig.primary(1) == "n1")
        rig.advance(200)
        #expect(rig.primary(1) == "n3")
    }
}

@Suite struct ClusterViewTests {
    @Test func showsStatesAndLags() {
        var rig = Rig()
        #expect(
            rig.coordinator.clusterView(now: rig.now).nodes.map(\.state) == [
                .neverSeen, .neverSeen, .neverSeen,
            ]
        )
        rig = .running()
        rig.edit("n2") { $0.position -= 7 }
        rig.kill("n3")
        rig.advance(100)
        rig.pause("n2")
        rig.advance(125)
        let view = rig.coordinator.clusterView(now: rig.now)
        #expect(view.mapVersion == rig.coordinator.state.map.version)
        #expect(view.isLeader)
        #expect(view.nodes.map(\.id.rawValue) == ["n1", "n2", "n3", "r1"])
        #expect(view.nodes.map(\.state) == [.alive, .suspect, .dead, .alive])
        #expect(view.nodes[3].role == .router)
        #expect(view.nodes[0].pid == 1)
        #expect(view.nodes[0].address == "n1:1")
        let shard = view.shards[0]
        #expect(shard.isServing)
        #expect(shard.primary == NodeID("n1"))
        #expect(shard.standbys.map(\.node.rawValue) == ["n2"])
        #expect((shard.standbys[0].lag ?? 0) >= 7)
        #expect(shard.pairs == ["BTCUSDT"])
        #expect(view.recent.last?.what == "node n3 left (pid 3)")
    }
}
