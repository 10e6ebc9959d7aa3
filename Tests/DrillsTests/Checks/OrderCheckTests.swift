import Testing
import Workload

@testable import Drills

@Suite struct OrderCheckTests {
    private static let coin = SampleRun.coin

    private func kinds(_ run: SampleRun) -> [Violation.Kind] {
        OrderCheck.violations(run.journal, run.state).map(\.kind)
    }

    @Test func soundRunPassesEveryCheck() {
        #expect(SampleRun().kinds.isEmpty)
    }

    @Test func acknowledgedOrderThatIsGoneIsLost() {
        var run = SampleRun()
        run.state.accounts[0].orders = []
        #expect(kinds(run) == [.lost])
    }

    @Test func acknowledgedNumberThatIsGoneIsLost() {
        var run = SampleRun()
        run.state.accounts[0].orders[0].orderId = 99
        #expect(kinds(run) == [.lost])
    }

    @Test func orderOfAnotherAccountIsNoSubstitute() {
        var run = SampleRun()
        run.state.accounts[1].orders += run.state.accounts[0].orders
        run.state.accounts[0].orders = []
        #expect(kinds(run) == [.lost, .phantom])
    }

    @Test func retryThatWasExecutedTwiceIsDuplicated() {
        var run = SampleRun()
        run.journal.entries["taker"]?.attempts = 2
        let second = run.record(43, "taker", "BUY", Self.coin, Self.coin, "FILLED")
        run.state.accounts[1].orders.append(second)
        #expect(kinds(run) == [.duplicated])
    }

    @Test func retryAfterAnUntouchedExpiryIsNoDuplicate() {
        var run = SampleRun()
        run.journal.entries["taker"]?.attempts = 2
        let first = run.record(40, "taker", "BUY", Self.coin, 0, "EXPIRED")
        run.state.accounts[1].orders.insert(first, at: 0)
        #expect(kinds(run).isEmpty)
        // Without a retry nobody asked for it.
        run.journal.entries["taker"]?.attempts = 1
        #expect(kinds(run) == [.duplicated])
    }

    @Test func retryThatRestsBesideItsTwinIsDuplicated() {
        var run = SampleRun()
        run.journal.entries["maker"]?.attempts = 3
        run.state.accounts[0].orders.append(run.record(45, "maker", "SELL", Self.coin, 0, "NEW"))
        #expect(kinds(run) == [.duplicated])
    }

    @Test func sameOrderShownTwiceIsDuplicated() {
        var run = SampleRun()
        run.journal.entries["taker"]?.attempts = 2
        run.state.accounts[1].orders += run.state.accounts[1].orders
        #expect(kinds(run) == [.duplicated])
    }

    @Test func strangerIsAPhantom() {
        var run = SampleRun()
        run.state.accounts[0].orders.append(run.record(46, "else", "SELL", Self.coin, 0, "NEW"))
        #expect(kinds(run) == [.phantom])
    }

    @Test func refusedOrderThatIsThereIsAPhantom() {
        var run = SampleRun()
        let refusal = Refusal(status: 400, code: -2010, message: "insufficient")
        run.journal.entries["maker"]?.placement = .refused(refusal)
        #expect(kinds(run) == [.phantom])
        run.state.accounts[0].orders = []
        #expect(kinds(run).isEmpty)
    }

    @Test func orderWithoutAnAnswerIsUnresolved() {
        var run = SampleRun()
        run.journal.entries["maker"]?.placement = .pending
        #expect(kinds(run) == [.unresolved])
        run = SampleRun()
        run.journal.entries["maker"]?.cancellation = .pending
        #expect(kinds(run) == [.unresolved])
    }

    @Test func fillThatWasToldAndIsGoneIsInconsistent() {
        var run = SampleRun()
        run.state.accounts[1].orders[0] = run.record(42, "taker", "BUY", Self.coin, 0, "NEW")
        #expect(Set(kinds(run)) == [.inconsistent])
    }

    @Test func cancelThatWasToldAndDidNotHappenIsInconsistent() {
        var run = SampleRun()
        run.journal.entries["maker"]?.cancellation = .acknowledged(
            Acknowledgement(orderID: 41, status: "CANCELED", executedUnits: Self.coin)
        )
        #expect(kinds(run) == [.inconsistent])
        run.state.accounts[0].orders[0].status = "CANCELED"
        #expect(kinds(run).isEmpty)
        // It must not go on executing either.
        run.state.accounts[0].orders[0].executedQty = Decimal(units: Self.coin + 1)
        #expect(kinds(run) == [.inconsistent])
    }

    @Test func orderOfOtherTermsIsInconsistent() {
        let spoil: [(inout OrderRecord) -> Void] = [
            { $0.price = Decimal(units: 1) }, { $0.symbol = "ETHUSDT" }, { $0.side = "BUY" },
            { $0.origQty = Decimal(units: 3 * Self.coin) },
            { $0.status = "FILLED" }, { $0.executedQty = Decimal(units: 3 * Self.coin) },
        ]
        for spoilOne in spoil {
            var run = SampleRun()
            spoilOne(&run.state.accounts[0].orders[0])
            #expect(Set(kinds(run)) == [.inconsistent])
        }
    }

    // MARK: Copies

    @Test func copyWithoutAnAnswerIsUnresolved() {
        var run = SampleRun()
        run.journal.entries["maker"]?.copiesInFlight = 1
        #expect(kinds(run) == [.unresolved])
    }

    @Test func copyRefusedAsADuplicateChangesNothing() {
        var run = SampleRun()
        let refusal = Refusal(status: 400, code: -2010, message: "Duplicate order sent.")
        let before = run.journal.entries["taker"]?.placement
        run.journal.entries["taker"]?.copiesInFlight = 1
        run.journal.entries["taker"]?.settleCopy(.refused(refusal))
        #expect(run.journal.entries["taker"]?.placement == before)
        #expect(kinds(run).isEmpty)
    }

    @Test func acknowledgementStandsAfterARefusal() {
        var entry = JournalEntry(account: 0, symbol: "X", isBuy: true, price: 1, quantity: 1)
        entry.copiesInFlight = 2
        entry.settleCopy(.refused(Refusal(status: 400, code: -2010, message: "Duplicate")))
        #expect(entry.isPending)
        entry.settleCopy(.acknowledged(Acknowledgement(orderID: 1, status: "", executedUnits: 0)))
        #expect(entry.isAcknowledged)
        #expect(!entry.isPending)
    }

    @Test func copyThatWasAcknowledgedAndIsGoneIsLost() {
        var run = SampleRun()
        let copy = Acknowledgement(orderID: 47, status: "NEW", executedUnits: 0)
        run.journal.entries["taker"]?.copiesInFlight = 1
        run.journal.entries["taker"]?.settleCopy(.acknowledged(copy))
        #expect(kinds(run) == [.lost])
    }

    @Test func copyThatExecutedTooIsDuplicated() {
        var run = SampleRun()
        let copy = Acknowledgement(orderID: 47, status: "FILLED", executedUnits: Self.coin)
        run.journal.entries["taker"]?.attempts = 2
        run.journal.entries["taker"]?.copiesInFlight = 1
        run.journal.entries["taker"]?.settleCopy(.acknowledged(copy))
        run.state.accounts[1].orders.append(
            run.record(47, "taker", "BUY", Self.coin, Self.coin, "FILLED")
        )
        #expect(kinds(run) == [.duplicated])
    }
}
