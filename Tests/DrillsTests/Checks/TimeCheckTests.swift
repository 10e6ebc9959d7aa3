import Testing
import Workload

@testable import Drills

@Suite struct TimeCheckTests {
    @Test func timeThatStandsStillIsFine() {
        var run = SampleRun()
        run.state.tradeTimesBefore["BTCUSDT"] = 1000
        #expect(TimeCheck.violations(run.state).isEmpty)
    }

    @Test func timeBeforeTheRunIsRemembered() {
        var run = SampleRun()
        run.state.tradeTimesBefore["BTCUSDT"] = 1001
        // Both sides of the trade say it.
        #expect(TimeCheck.violations(run.state).map(\.kind) == [.trades, .trades])
    }

    @Test func jumpThatNoTradeShowsIsFound() {
        let run = SampleRun()
        #expect(TimeCheck.violations(run.state, newest: 1000...2000).isEmpty)
        #expect(TimeCheck.violations(run.state, newest: 1001...2000).map(\.kind) == [.expectation])
    }

    @Test func timeThatFollowedAJumpIsFound() {
        let run = SampleRun()
        #expect(TimeCheck.violations(run.state, newest: 0...1000).isEmpty)
        #expect(TimeCheck.violations(run.state, newest: 0...999).map(\.kind) == [.expectation])
    }

    @Test func tradeOfAnEarlierTimeIsFound() {
        var run = SampleRun()
        var later = run.trade(42, id: 8, isBuyer: true, commission: 3, in: "BTC")
        later.time = 999
        run.state.accounts[1].trades.append(later)
        #expect(TimeCheck.violations(run.state).count == 1)
    }
}
