import Matching
import Testing
import Trading

/// Lists with a working order: OTO and OTOCO.
///
/// The last price is 100; the working order has id 3, the pending ones 4 and 5.
@Suite struct PendingOrderTests {
    let exchange = Exchange()

    init() { exchange.trade(at: 100) }

    /// Buys 5 at 95, then sells them at 105.
    @discardableResult
    func buyThenSell() -> Reply {
        exchange.list(
            .oneTriggersOther,
            exchange.limit(.buy, 5, at: 95),
            exchange.limit(.sell, 5, at: 105)
        )
    }

    /// Buys 5 at 95, then sells them at 110 or below 80.
    @discardableResult
    func buyThenPair() -> Reply {
        exchange.list(
            .oneTriggersOneCancelsOther,
            exchange.limit(.buy, 5, at: 95),
            exchange.maker(.sell, 5, at: 110),
            exchange.stop(.sell, 5, at: 80)
        )
    }

    @Test func pendingOrderWaitsAndHoldsNothing() {
        guard case .placedList(let list, let orders, _) = buyThenSell() else {
            Issue.record("refused")
            return
        }
        #expect(list.contingency == .oneTriggersOther)
        #expect(orders.map(\.status) == [.new, .pendingNew])
        #expect(exchange.log == ["bid 95 = 5"])
        #expect(exchange.balance(1, 1) == [100_000, 0])
        #expect(exchange.balance(1, 3) == [99_525, 475])
        #expect(exchange.open() == [3, 4])
    }

    @Test func startsWhenTheWorkingOrderIsFilledWhole() {
        buyThenSell()
        exchange.place(exchange.limit(.sell, 4, at: 95, by: 2))
        #expect(exchange.status(4) == .pendingNew)
        exchange.place(exchange.limit(.sell, 1, at: 95, by: 2))
        #expect(exchange.log == ["1 at 95", "bid 95 = 0", "ask 105 = 5"])
        #expect(exchange.status(4) == .new)
        #expect(exchange.state(4)?.workingAt == exchange.time)
        #expect(exchange.balance(1, 1) == [100_000, 5])
    }

    @Test func answerShowsThePendingOrderBeforeItsOwnStep() {
        exchange.place(exchange.limit(.sell, 5, at: 95, by: 2))
        guard case .placedList(_, let orders, let fills) = buyThenSell() else {
            Issue.record("refused")
            return
        }
        #expect(fills.count == 1)
        #expect(orders.map(\.status) == [.filled, .pendingNew])
        #expect(exchange.log == ["5 at 95", "ask 95 = 0", "ask 105 = 5"])
    }

    @Test func pairStartsTogetherAndCancelsEachOther() {
        buyThenPair()
        exchange.place(exchange.limit(.sell, 5, at: 95, by: 2))
        #expect(exchange.log == ["5 at 95", "bid 95 = 0", "ask 110 = 5"])
        #expect([exchange.status(4), exchange.status(5)] == [.new, .new])
        #expect(exchange.balance(1, 1) == [100_000, 5])
        exchange.place(exchange.limit(.buy, 1, at: 110, by: 2))
        #expect(exchange.status(5) == .expired)
    }

    @Test func startedListsComeBeforeFiredStops() {
        buyThenSell()
        exchange.place(exchange.stop(.sell, 1, at: 95, limit: 105, by: 3))
        exchange.place(exchange.limit(.sell, 5, at: 95, by: 2))
        #expect(exchange.log == ["5 at 95", "bid 95 = 0", "ask 105 = 5", "ask 105 = 6"])
        exchange.place(exchange.limit(.buy, 5, at: 105, by: 2))
        #expect(exchange.status(4) == .filled)
    }

    @Test func pendingOrderThatCannotStartIsRejected() {
        exchange.list(
            .oneTriggersOther,
            exchange.limit(.buy, 5, at: 95),
            exchange.limit(.sell, 200_000, at: 105)
        )
        exchange.place(exchange.limit(.sell, 5, at: 95, by: 2))
        #expect(exchange.status(3) == .filled)
        #expect(exchange.status(4) == .rejected)
        #expect(exchange.log == ["5 at 95", "bid 95 = 0"])
        #expect(exchange.balance(1, 1) == [100_005, 0])
    }

    @Test func oneBadLegRejectsItsSiblingToo() {
        buyThenPair()
        exchange.place(exchange.limit(.buy, 1, at: 70, by: 3))
        exchange.cancel(3)
        buyThenPair()
        // The walk goes on to 70, so the stop at 80 is reached when it would start.
        exchange.place(exchange.limit(.sell, 6, at: 70, by: 2))
        #expect(exchange.state(7)?.status == .filled)
        #expect([exchange.status(8), exchange.status(9)] == [.rejected, .rejected])
        #expect(exchange.open().isEmpty)
    }

    @Test func pendingOrdersEndWithTheWorkingOne() {
        buyThenPair()
        guard case .canceled(let orders) = exchange.cancel(3) else {
            Issue.record("refused")
            return
        }
        #expect(orders.map(\.status) == [.canceled, .canceled, .canceled])
        exchange.list(
            .oneTriggersOther,
            exchange.limit(.buy, 5, at: 95, .immediateOrCancel),
            exchange.limit(.sell, 5, at: 105)
        )
        #expect(exchange.status(6) == .expired)
        #expect(exchange.status(7) == .expired)
    }

    @Test func preventedWorkingOrderExpiresThePendingOne() {
        buyThenSell()
        var own = exchange.limit(.sell, 5, at: 95)
        own.selfTradePrevention = .decrement
        exchange.place(own)
        #expect(exchange.status(3) == .expiredInMatch)
        #expect(exchange.status(4) == .expired)
    }

    @Test func cancelOfAPendingOrderCancelsTheList() {
        buyThenPair()
        guard case .canceled(let orders) = exchange.cancel(5) else {
            Issue.record("refused")
            return
        }
        #expect(orders.map(\.id.rawValue) == [3, 4, 5])
        #expect(exchange.log == ["bid 95 = 0"])
    }

    @Test func shapesOfListsWithAWorkingOrder() {
        let malformed = Reply.rejected(.malformed)
        let sell = exchange.limit(.sell, 5, at: 105)
        let stop = exchange.stop(.sell, 5, at: 90)
        #expect(exchange.list(.oneTriggersOther, stop, sell) == malformed)
        #expect(
            exchange.list(.oneTriggersOther, exchange.market(.buy, 5, by: 1), sell) == malformed
        )
        let amount = exchange.market(.sell, quote: 50, by: 1)
        #expect(
            exchange.list(.oneTriggersOther, exchange.limit(.buy, 5, at: 95), amount) == malformed
        )
        let working = exchange.limit(.buy, 5, at: 95)
        #expect(exchange.list(.oneTriggersOneCancelsOther, working, sell, stop) == malformed)
        #expect(exchange.list(.oneTriggersOneCancelsOther, working, stop) == malformed)
        let low = exchange.maker(.sell, 5, at: 85)
        #expect(
            exchange.list(.oneTriggersOneCancelsOther, working, low, stop) == .rejected(.badPrices)
        )
    }

    @Test func pendingMarketOrderTradesWhenItStarts() {
        exchange.place(exchange.limit(.buy, 9, at: 80, by: 3))
        exchange.list(
            .oneTriggersOther,
            exchange.limit(.buy, 5, at: 95),
            exchange.market(.sell, 5, by: 1)
        )
        exchange.place(exchange.limit(.sell, 5, at: 95, by: 2))
        #expect(exchange.log == ["5 at 95", "bid 95 = 0", "5 at 80", "bid 80 = 4"])
        #expect(exchange.isConserved)
    }
}
