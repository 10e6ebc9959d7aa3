import Testing
import Workload

@testable import Drills

@Suite struct ExpectationCheckTests {
    private func seen(failingOver: Bool) -> FaultObservation {
        var seen = FaultObservation()
        seen.deposed = [1]
        seen.epochsBefore = [1: 3, 2: 1]
        seen.epochsAfter = [1: failingOver ? 4 : 3, 2: 1]
        return seen
    }

    @Test(arguments: DrillKind.allCases)
    func failoverHappensExactlyWhereItMust(kind: DrillKind) {
        let without = ExpectationCheck.violations(kind, seen(failingOver: false))
        let with = ExpectationCheck.violations(kind, seen(failingOver: true))
        switch kind {
        case .killPrimary, .pausePrimary, .zoneLoss, .retryStorm, .partition, .switchOver,
            .drainNode, .killDuringMove:
            #expect(without.count == 1)
            #expect(with.isEmpty)
        case .killRedis, .pauseRedis, .killStandby, .killRouter, .killCoordinator, .killEdge,
            .pauseStandby, .pauseRouter, .pauseCoordinator, .pauseEdge, .noisyNeighbour,
            .fillDisk, .clockJump, .movePair, .rebalanceUnderLoad, .grow:
            #expect(without.isEmpty)
            #expect(with.count == 1)
        case .rollingUpgrade, .addNode, .autoRebalance, .mixed:
            #expect(without.isEmpty)
            #expect(with.isEmpty)
        }
    }

    @Test func anUpgradeMayCloseConnectionsAndFailNothing() throws {
        let router = try #require(Endpoint(url: "http://127.0.0.1:1"))
        var seen = seen(failingOver: true)
        seen.losses = [router: 2]
        #expect(ExpectationCheck.violations(.rollingUpgrade, seen).isEmpty)
        #expect(ExpectationCheck.violations(.drainNode, seen).count == 1)
        seen.failures = [router: 1]
        #expect(ExpectationCheck.violations(.rollingUpgrade, seen).count == 1)
    }

    @Test func routerRefusesTimestampsExactlyWhenItsClockIsWrong() {
        var seen = seen(failingOver: false)
        seen.hasWrongRouter = true
        #expect(ExpectationCheck.violations(.clockJump, seen).count == 1)
        seen.untimelyCount = 12
        #expect(ExpectationCheck.violations(.clockJump, seen).isEmpty)
        seen.hasWrongRouter = false
        #expect(ExpectationCheck.violations(.clockJump, seen).count == 1)
    }

    @Test(arguments: [DrillKind.killRedis, .pauseRedis, .fillDisk])
    func failoverIsExcusedWithoutAQuorumOfTheLog(kind: DrillKind) {
        var seen = seen(failingOver: true)
        seen.keepsQuorum = false
        #expect(ExpectationCheck.violations(kind, seen).isEmpty)
    }

    @Test func shardOfAZoneThatHadNoPrimaryNeedNotFailOver() {
        var seen = seen(failingOver: false)
        seen.deposed = []
        #expect(ExpectationCheck.violations(.zoneLoss, seen).isEmpty)
    }

    @Test(arguments: [DrillKind.killCoordinator, .pauseCoordinator])
    func leadMustChangeWhereThereIsAnotherCoordinator(kind: DrillKind) {
        var seen = seen(failingOver: false)
        seen.leaderBefore = "c1"
        seen.leaderAfter = "c1"
        #expect(ExpectationCheck.violations(kind, seen).isEmpty)
        seen.coordinatorCount = 2
        #expect(ExpectationCheck.violations(kind, seen).count == 1)
        seen.leaderAfter = "c2"
        #expect(ExpectationCheck.violations(kind, seen).isEmpty)
    }

    @Test func failureIsExcusedOnlyWhereTheFaultWas() throws {
        let dead = try #require(Endpoint(url: "http://127.0.0.1:9002"))
        let live = try #require(Endpoint(url: "http://127.0.0.1:9001"))
        var seen = seen(failingOver: false)
        seen.excused = [dead]
        seen.failures = [dead: 4]
        seen.losses = [dead: 1, live: 0]
        #expect(ExpectationCheck.violations(.killRouter, seen).isEmpty)
        seen.failures[live] = 1
        #expect(ExpectationCheck.violations(.killRouter, seen).count == 1)
        seen.excusesAll = true
        #expect(ExpectationCheck.violations(.killRouter, seen).isEmpty)
    }

    @Test func shardOrEndpointThatStaysDeadIsFound() throws {
        let dead = try #require(Endpoint(url: "http://127.0.0.1:9002"))
        var seen = seen(failingOver: true)
        seen.excusesAll = true
        seen.silentShards = [1]
        seen.deadEndpoints = [dead]
        #expect(ExpectationCheck.violations(.killPrimary, seen).count == 2)
    }
}
