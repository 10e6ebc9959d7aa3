import Testing
import Workload

@testable import Drills

@Suite struct PartitionTests {
    private static let cast: [Partition.Part: String] = [
        .primary: "n1", .standby: "n2", .router: "g2", .redis: "r1", .coordinator: "c1",
    ]
    private static let names = ["r1", "c1", "n1", "n2", "g1", "g2", "e1"]

    private func cuts(_ name: String) throws -> [PrivateNetwork.Cut] {
        try #require(Partition(name: name)).cuts(Self.cast, among: Self.names)
    }

    @Test func everyPairIsCutInEveryWayOnce() {
        let names = Partition.all.map(\.name)
        // Ten pairs, and each part from all others; four ways.
        #expect(names.count == 60)
        #expect(Set(names).count == 60)
        #expect(names.prefix(2) == ["primary-all", "primary-standby"])
        #expect(names.contains("redis<coordinator"))
        #expect(Partition.all.allSatisfy { Partition(name: $0.name) == $0 })
        #expect(Partition(name: "redis-primary") == nil)
    }

    @Test func directionSaysWhosePacketsAreLost() throws {
        let forth = PrivateNetwork.Cut(from: "n1", to: "r1")
        #expect(try cuts("primary>redis") == [forth])
        #expect(try cuts("primary<redis") == [forth.reversed])
        #expect(try cuts("primary-redis") == [forth, forth.reversed])
        #expect(try cuts("primary~redis") == [forth, forth.reversed])
    }

    @Test func allOthersAreEveryProcessButItself() throws {
        let cuts = try cuts("router>all")
        #expect(cuts.map(\.from) == Array(repeating: "g2", count: 6))
        #expect(cuts.map(\.to) == ["r1", "c1", "n1", "n2", "g1", "e1"])
    }

    @Test func flappingEndsWithAWholeNetwork() throws {
        var random = SplitMix(seed: 1)
        for partition in Partition.all {
            let phases = partition.phases(&random)
            #expect(!phases.count.isMultiple(of: 2))
            #expect((phases.count > 1) == (partition.mode == .flapping))
        }
    }

    @Test func runsWalkThroughTheCuts() throws {
        let cluster = try SampleCluster("local-quorum")
        var random = SplitMix(seed: 1)
        var names: [String] = []
        for number in 1...61 {
            let choice = try cluster.chooser
                .choose(.partition, cluster.status, coordinator: "c1", number: number, &random)
            guard case .cut(let partition, let cuts, _) = choice.action else { continue }
            names.append(partition.name)
            #expect(!cuts.isEmpty)
            #expect(choice.deposed.isEmpty != (partition.name == "primary-all"))
            #expect(choice.excused == [])
        }
        #expect(names == Partition.all.map(\.name) + ["primary-all"])
    }

    @Test func lossOfTheOnlyRedisExcusesEverybody() throws {
        let cluster = try SampleCluster("local")
        var chooser = cluster.chooser
        chooser.partitions = [try #require(Partition(name: "router-redis"))]
        var random = SplitMix(seed: 1)
        let choice = try chooser.choose(.partition, cluster.status, coordinator: "c1", &random)
        #expect(choice.excused == nil)
        #expect(choice.members == [.node("g2"), .redis("r1")])
    }
}
