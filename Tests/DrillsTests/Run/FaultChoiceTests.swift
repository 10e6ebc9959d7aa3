import Configuration
import Testing
import Workload

@testable import Drills

@Suite struct FaultChoiceTests {
    private static let seeds: Range<UInt64> = 0..<40

    @Test(arguments: [DrillKind.killRedis, .pauseRedis, .fillDisk])
    func everyRedisIsChosenSoonerOrLater(kind: DrillKind) throws {
        let cluster = try SampleCluster("local-quorum")
        let choices = try Self.seeds.map { try cluster.choice(kind, seed: $0) }
        #expect(Set(choices.flatMap(\.members)) == [.redis("r1"), .redis("r2"), .redis("r3")])
        // The other two are a quorum: nobody may notice.
        #expect(choices.allSatisfy { $0.excused == [] && $0.shards.count == 4 })
    }

    @Test func lossOfTheOnlyRedisExcusesEverybody() throws {
        let choice = try SampleCluster("local").choice(.pauseRedis)
        #expect(choice.members == [.redis("r1")])
        #expect(choice.excused == nil)
    }

    @Test func coordinatorThatLeadsIsPaused() throws {
        let choice = try SampleCluster("local-quorum").choice(.pauseCoordinator)
        #expect(choice.members == [.coordinator("c1")])
        #expect(choice.excused == [])
        #expect(choice.deposed.isEmpty)
    }

    @Test func primaryIsHitWithAllItsShards() throws {
        let cluster = try SampleCluster("local")
        for seed in Self.seeds {
            let choice = try cluster.choice(.killPrimary, seed: seed)
            let expected: [Member: Set<Int>] = [
                .node("n1"): [1, 4], .node("n2"): [2], .node("n3"): [3],
            ]
            #expect(expected[choice.members[0]] == choice.deposed)
        }
    }

    @Test func wholeZoneIsLostWithoutTheFirstRouter() throws {
        let cluster = try SampleCluster("local-quorum")
        let chooser = FaultChooser(plan: cluster.plan, file: cluster.file)
        #expect(chooser.expendableZones == ["a", "b", "c"])
        #expect(chooser.members(inZone: "a") == [.node("n1"), .redis("r1"), .coordinator("c1")])
        #expect(
            chooser.members(inZone: "b")
                == [.node("n2"), .node("g2"), .redis("r2"), .coordinator("c2")]
        )
        #expect(chooser.members(inZone: "c") == [.node("n3"), .redis("r3")])
    }

    @Test func zoneWithTheOnlyRedisIsSpared() throws {
        let cluster = try SampleCluster("local")
        for seed in Self.seeds {
            let choice = try cluster.choice(.zoneLoss, seed: seed)
            #expect(!choice.members.contains(.redis("r1")))
            #expect(!choice.deposed.isEmpty)
            #expect(choice.shards.map(\.id).sorted() == choice.deposed.sorted())
        }
    }

    @Test func zoneWithoutAPrimaryMustLetTheOthersGoOn() throws {
        let cluster = try SampleCluster("local")
        var status = cluster.status
        for index in status.shards.indices { status.shards[index].primary = "n1" }
        var random = SplitMix(seed: 1)
        let choice = try FaultChooser(plan: cluster.plan, file: cluster.file)
            .choose(.zoneLoss, status, coordinator: "c1", &random)
        #expect(choice.deposed.isEmpty)
        #expect(choice.shards.count == 4)
    }

    @Test func clusterInOneZoneIsRefused() throws {
        let cluster = try SampleCluster("local-quorum")
        var plan = cluster.plan
        for index in plan.redis.indices { plan.redis[index].zone = "a" }
        for index in plan.nodes.indices { plan.nodes[index].zone = "a" }
        var random = SplitMix(seed: 1)
        #expect(throws: LoadError.self) {
            try FaultChooser(plan: plan, file: cluster.file)
                .choose(.zoneLoss, cluster.status, coordinator: "c1", &random)
        }
    }

    @Test func zoneWithEveryReplicaOfAShardIsSpared() throws {
        let cluster = try SampleCluster("local-quorum")
        var plan = cluster.plan
        plan.nodes[1].zone = "a"
        let chooser = FaultChooser(plan: plan, file: cluster.file)
        #expect(chooser.expendableZones == ["c"])
    }

    @Test func upgradeRestartsEverythingOnceButTheOnlyRedis() throws {
        let quorum = try SampleCluster("local-quorum").choice(.rollingUpgrade).members
        #expect(
            quorum.map(\.description)
                == ["r1", "r2", "r3", "c1", "c2", "n1", "n2", "n3", "g1", "g2"]
        )
        let local = try SampleCluster("local").choice(.rollingUpgrade).members
        #expect(local.map(\.description) == ["c1", "n1", "n2", "n3", "g1", "g2"])
    }

    @Test func handOverIsAskedOfAShardsOwnPrimaryAndExcusesNobody() throws {
        let cluster = try SampleCluster("local")
        var shards: Set<Int> = []
        for seed in Self.seeds {
            let choice = try cluster.choice(.switchOver, seed: seed)
            let shard = choice.shards[0]
            #expect(choice.action == .handOver(shard: shard.id))
            #expect(choice.members == [.node(shard.primary ?? "")])
            #expect(choice.excused == [] && choice.deposed == [shard.id])
            shards.insert(shard.id)
        }
        #expect(shards == [1, 2, 3, 4])
    }

    @Test func aClusterGrowsByItsOwnSizeAndExcusesNobody() throws {
        let cluster = try SampleCluster("local")
        let choice = try cluster.choice(.grow)
        #expect(choice.action == .grow(nodes: 3, shards: 4))
        #expect(choice.members.isEmpty && choice.deposed.isEmpty && choice.excused == [])
        #expect(choice.shards.count == 4)
        var status = cluster.status
        status.nodes += ["n4", "n5", "n6"].map {
            .init(id: $0, role: "shard", state: "alive", pid: 1)
        }
        status.shards[3].pairs = []
        let next = cluster.chooser.growth(status)
        #expect(next.action == .grow(nodes: 0, shards: 4))
        #expect(next.shards.map(\.id) == [1, 2, 3], "one without pairs acknowledges nothing")
    }

    @Test func noiseHitsNobodyAndExcusesNobody() throws {
        let choice = try SampleCluster("local").choice(.noisyNeighbour)
        #expect(choice.members.isEmpty)
        #expect(choice.shards.count == 4)
        #expect(choice.excused == [])
    }

    @Test func stormNeedsASecondRouter() throws {
        let cluster = try SampleCluster("local")
        #expect(try !cluster.choice(.retryStorm).deposed.isEmpty)
        var file = cluster.file
        file.nodes.removeAll { $0.id == "g2" }
        var random = SplitMix(seed: 1)
        #expect(throws: LoadError.self) {
            try FaultChooser(plan: cluster.plan, file: file)
                .choose(.retryStorm, cluster.status, coordinator: "c1", &random)
        }
    }
}
