import Testing
import Workload

@testable import Drills

@Suite struct TradeCheckTests {
    private func kinds(_ run: SampleRun) -> [Violation.Kind] {
        TradeCheck.violations(run.state).map(\.kind)
    }

    @Test func holeInTheNumbersIsFound() {
        var run = SampleRun()
        run.state.tradeIDsBefore["BTCUSDT"] = 5
        #expect(kinds(run) == [.trades])
        run.state.tradeIDsBefore["BTCUSDT"] = 7
        #expect(kinds(run) == [.trades])
    }

    @Test func tradeWithOneSideIsFound() {
        var run = SampleRun()
        run.state.accounts[0].trades = []
        // The maker's order has executed more than its trades say, too.
        #expect(kinds(run) == [.trades, .trades])
    }

    @Test func sidesThatDifferAreFound() {
        let spoil: [(inout TradeRecord) -> Void] = [
            { $0.isBuyer.toggle() }, { $0.isMaker.toggle() }, { $0.price = Decimal(units: 1) },
            { $0.orderId = 42 },
        ]
        for spoilOne in spoil {
            var run = SampleRun()
            spoilOne(&run.state.accounts[0].trades[0])
            #expect(!kinds(run).isEmpty)
        }
    }

    @Test func orderThatExecutedMoreThanItsTradesIsFound() {
        var run = SampleRun()
        run.state.accounts[1].orders[0].executedQty = Decimal(units: 2 * SampleRun.coin)
        #expect(kinds(run) == [.trades])
    }

    @Test func tradeOfAnUnknownOrderIsFound() {
        var run = SampleRun()
        run.state.accounts[1].orders = []
        #expect(kinds(run) == [.trades])
    }
}

@Suite struct BalanceCheckTests {
    private func details(_ run: SampleRun) -> [String] {
        BalanceCheck.violations(run.state).map(\.detail)
    }

    @Test func oneUnitTooMuchIsFound() {
        var run = SampleRun()
        run.state.accounts[0].after["USDT", default: 0] += 1
        #expect(details(run).count == 2)
        #expect(details(run).last?.hasPrefix("USDT is not conserved") == true)
    }

    @Test func moneyOfTheWrongAccountIsFound() {
        var run = SampleRun()
        run.state.accounts[0].after["USDT", default: 0] -= 7
        run.state.accounts[1].after["USDT", default: 0] += 7
        // Conserved in sum, and wrong for both.
        #expect(details(run).count == 2)
    }

    @Test func assetOutOfNowhereIsFound() {
        var run = SampleRun()
        run.state.accounts[1].after["BNB"] = 5
        #expect(details(run).count == 2)
    }

    @Test func commissionThatWasNotPaidIsFound() {
        var run = SampleRun()
        run.state.accounts[1].trades[0].commission = Decimal(units: 4)
        #expect(details(run).count == 2)
    }
}
