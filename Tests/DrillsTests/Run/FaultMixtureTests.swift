import Configuration
import Testing
import Workload

@testable import Drills

@Suite struct FaultMixtureTests {
    private func drawn(_ mixture: FaultMixture, _ status: ClusterStatus) -> Set<DrillKind> {
        var random = SplitMix(seed: 7)
        return Set((0..<500).map { _ in mixture.next(status, &random) })
    }

    @Test func oneKindStaysAlone() throws {
        let cluster = try SampleCluster("local")
        let mixture = try FaultMixture(.killStandby, cluster.chooser)
        // Nobody only follows yet; the drill sees to it itself.
        #expect(drawn(mixture, cluster.status) == [.killStandby])
    }

    @Test func everyInjectionIsDrawnSoonerOrLater() throws {
        let cluster = try SampleCluster("local-quorum")
        let mixture = try FaultMixture(.mixed, cluster.chooser)
        var status = cluster.status
        for index in status.shards.indices where status.shards[index].primary == "n2" {
            status.shards[index].primary = "n3"
            status.shards[index].standbys = ["n2"]
        }
        let injections = Set(FaultMixture.injections)
        #expect(drawn(mixture, status) == injections)
        #expect(
            injections.isDisjoint(with: [.mixed, .rollingUpgrade, .switchOver, .addNode, .grow])
        )
        // Without a node that only follows there is none to hit.
        #expect(
            drawn(mixture, cluster.status)
                == injections.subtracting([.killStandby, .pauseStandby])
        )
    }

    @Test func whatTheTopologyCannotStandIsLeftOut() throws {
        let cluster = try SampleCluster("local-quorum")
        var plan = cluster.plan
        plan.routers.removeLast()
        for index in plan.nodes.indices { plan.nodes[index].zone = "a" }
        let chooser = FaultChooser(plan: plan, file: cluster.file)
        let kinds = drawn(try FaultMixture(.mixed, chooser), cluster.status)
        #expect(kinds.isDisjoint(with: [.zoneLoss, .killRouter, .pauseRouter, .retryStorm]))
        #expect(kinds.contains(.killPrimary))
    }

    @Test func killsAreDrawnMoreOftenThanPauses() throws {
        let cluster = try SampleCluster("local")
        let mixture = try FaultMixture(.mixed, cluster.chooser)
        var random = SplitMix(seed: 7)
        let drawn = (0..<3000).map { _ in mixture.next(cluster.status, &random) }
        let kills = drawn.count { $0 == .killPrimary }
        let pauses = drawn.count { $0 == .pausePrimary }
        #expect(kills > 2 * pauses)
        #expect(pauses > 0)
    }
}
