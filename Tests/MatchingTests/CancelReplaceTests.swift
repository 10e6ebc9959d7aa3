import Matching
import Testing
import Trading

/// Cancel and replace.
@Suite struct CancelReplaceTests {
    let exchange = Exchange()

    init() { exchange.place(exchange.limit(.buy, 1000, at: 100, name: "a")) }

    @Test func cancelFreesTheFundsAndTheNameForTheNewOrder() {
        let request = exchange.limit(.buy, 500, at: 200, name: "a")
        let outcome = exchange.replace(1, .stopOnFailure, with: request)
        guard case .done(let old, let none) = outcome?.cancel,
            case .done(let new, let fills) = outcome?.place
        else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(old.status == .canceled)
        #expect(new.id == OrderID(2))
        #expect(none.isEmpty && fills.isEmpty)
        #expect(exchange.log == ["bid 100 = 0", "bid 200 = 500"])
    }

    @Test func newOrderMayTradeAtOnce() {
        exchange.place(exchange.limit(.sell, 3, at: 101, by: 2))
        let outcome = exchange.replace(1, .stopOnFailure, with: exchange.limit(.buy, 3, at: 101))
        guard case .done(let new, let fills) = outcome?.place else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(new.status == .filled)
        #expect(fills.count == 1)
        #expect(exchange.log == ["bid 100 = 0", "3 at 101", "ask 101 = 0"])
    }

    @Test func stopOnFailureDoesNotAttemptTheNewOrder() {
        let outcome = exchange.replace(9, .stopOnFailure, with: exchange.limit(.sell, 3, at: 101))
        #expect(outcome?.cancel == .failed(.unknownOrder))
        #expect(outcome?.place == .notAttempted)
        #expect(exchange.open() == [1])
    }

    @Test func allowFailurePlacesItAllTheSame() {
        let outcome = exchange.replace(9, .allowFailure, with: exchange.limit(.sell, 3, at: 101))
        #expect(outcome?.cancel == .failed(.unknownOrder))
        guard case .done = outcome?.place else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(exchange.open() == [1, 2])
    }

    @Test func refusedNewOrderLeavesTheOldOneCancelled() {
        let request = exchange.limit(.buy, 2000, at: 100)
        let outcome = exchange.replace(1, .stopOnFailure, with: request)
        guard case .done = outcome?.cancel else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(outcome?.place == .failed(.insufficientBalance))
        #expect(exchange.open().isEmpty)
        #expect(exchange.balance(1, 3) == [100_000, 0])
    }

    @Test func orderOfAListTakesItsListAlong() {
        exchange.trade(at: 110)
        exchange.list(
            .oneCancelsOther,
            exchange.maker(.sell, 5, at: 120),
            exchange.stop(.sell, 5, at: 105)
        )
        let outcome = exchange.replace(5, .stopOnFailure, with: exchange.limit(.sell, 3, at: 130))
        guard case .done(let old, _) = outcome?.cancel else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(old.id == OrderID(5))
        #expect(exchange.status(4) == .canceled)
        #expect(exchange.open() == [1, 6])
    }

    @Test func phasesHoldForBothHalves() {
        exchange.phase(.cancelOnly)
        var outcome = exchange.replace(1, .stopOnFailure, with: exchange.limit(.sell, 3, at: 101))
        #expect(outcome?.place == .failed(.marketClosed))
        #expect(exchange.open().isEmpty)
        exchange.phase(.continuous)
        exchange.place(exchange.limit(.buy, 1, at: 100))
        exchange.phase(.halted)
        outcome = exchange.replace(2, .allowFailure, with: exchange.limit(.sell, 3, at: 101))
        #expect(outcome?.cancel == .failed(.marketClosed))
        #expect(outcome?.place == .failed(.marketClosed))
    }

    @Test func unknownPairIsRefusedWhole() {
        var request = exchange.limit(.sell, 3, at: 101)
        request.instrument = InstrumentID(9)
        let command = CancelReplace(cancel: .id(OrderID(1)), mode: .allowFailure, place: request)
        #expect(exchange.apply(.cancelReplace(command)) == .rejected(.unknownInstrument))
    }
}
