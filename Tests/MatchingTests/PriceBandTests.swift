import Matching
import Testing
import Trading

/// The price band of a pair: a tenth around the reference price.
@Suite struct PriceBandTests {
    let exchange = Exchange {
        $0.haltBand = 10_000_000
        $0.haltMicroseconds = 1000
        $0.referenceMicroseconds = 50_000
    }

    init() { exchange.trade(at: 105) }

    @Test func tradeOutsideTheBandHaltsThePair() {
        // 94.5 to 115.5: 95 may trade, 94 not.
        exchange.place(exchange.limit(.buy, 1, at: 95, by: 3))
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        let order = exchange.order(exchange.limit(.sell, 4, at: 90, by: 2))
        #expect(order?.executed.lots == 1)
        #expect(order?.status == .partiallyFilled)
        #expect(exchange.log == ["1 at 95", "bid 95 = 0", "ask 90 = 3", "preOpen"])
        guard case .phase(let change) = exchange.events.last else {
            Issue.record("\(exchange.log)")
            return
        }
        #expect(change.reopensAt.microseconds == exchange.time.microseconds + 1000)
        #expect(exchange.place(exchange.market(.sell, 1)) == .rejected(.marketClosed))
    }

    @Test func pairReopensByItselfBeforeTheNextCommand() {
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        exchange.place(exchange.limit(.sell, 4, at: 90, by: 2))
        exchange.wait(999)
        exchange.apply(.void)
        #expect(exchange.log.isEmpty)
        exchange.wait(1)
        exchange.apply(.void)
        #expect(exchange.log == ["continuous", "4 at 94", "bid 94 = 1", "ask 90 = 0"])
        // The auction price is the new reference: 84.6 and more.
        exchange.place(exchange.limit(.buy, 5, at: 85, by: 3))
        exchange.place(exchange.limit(.sell, 3, at: 85, by: 2))
        #expect(exchange.log == ["1 at 94", "2 at 85", "bid 94 = 0", "bid 85 = 3"])
    }

    @Test func operatorOpensEarlier() {
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        exchange.place(exchange.limit(.sell, 4, at: 90, by: 2))
        exchange.phase(.cancelOnly)
        exchange.wait(2000)
        exchange.apply(.void)
        #expect(exchange.log.isEmpty)
        exchange.phase(.continuous)
        #expect(exchange.log.prefix(2) == ["continuous", "4 at 94"])
    }

    @Test func settingThePhaseItHasKeepsTheReopening() {
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        exchange.place(exchange.limit(.sell, 4, at: 90, by: 2))
        exchange.phase(.preOpen)
        #expect(exchange.log.isEmpty)
        exchange.wait(1000)
        exchange.apply(.void)
        #expect(exchange.log.first == "continuous")
    }

    @Test(arguments: [TimeInForce.immediateOrCancel, .fillOrKill])
    func restExpiresAsItsTimeInForceSays(timeInForce: TimeInForce) {
        exchange.place(exchange.limit(.buy, 1, at: 95, by: 3))
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        let order = exchange.order(exchange.limit(.sell, 4, at: 90, by: 2, timeInForce))
        #expect(order?.status == .expired)
        // An order that must fill whole does not even start.
        let halts = timeInForce == .immediateOrCancel
        #expect(order?.executed.lots == (halts ? 1 : 0))
        #expect((exchange.log.last == "preOpen") == halts)
    }

    @Test func marketOrderHaltsToo() {
        exchange.place(exchange.limit(.sell, 5, at: 116, by: 3))
        #expect(exchange.order(exchange.market(.buy, 1))?.status == .expired)
        #expect(exchange.log == ["preOpen"])
    }

    @Test func orderThatEndsAtTheBandDoesNotHalt() {
        exchange.place(exchange.limit(.buy, 1, at: 95, by: 3))
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        #expect(exchange.order(exchange.limit(.sell, 1, at: 90, by: 2))?.status == .filled)
        #expect(exchange.order(exchange.limit(.sell, 1, at: 95, by: 2))?.status == .new)
        #expect(exchange.log == ["ask 95 = 1"])
    }

    @Test func referenceFollowsTheLastPriceWhenItIsOld() {
        exchange.trade(at: 100)
        // Still 105: 115 may trade.
        exchange.wait(49_999)
        exchange.trade(at: 115)
        #expect(exchange.log == ["1 at 115", "ask 115 = 0"])
        exchange.wait(50_000)
        exchange.trade(at: 126)
        #expect(exchange.log == ["1 at 126", "ask 126 = 0"])
        exchange.wait(1)
        exchange.place(exchange.limit(.sell, 1, at: 127, by: 3))
        exchange.place(exchange.limit(.buy, 1, at: 127, by: 2))
        #expect(exchange.log == ["bid 127 = 1", "preOpen"])
    }

    @Test func ordersThatFireAfterwardsDoNotMatch() {
        exchange.place(exchange.stop(.sell, 2, at: 95, limit: 93))
        exchange.place(exchange.stop(.sell, 2, at: 95))
        exchange.place(exchange.limit(.buy, 1, at: 95, by: 3))
        exchange.place(exchange.limit(.buy, 9, at: 94, by: 3))
        exchange.place(exchange.limit(.sell, 2, at: 90, by: 2))
        #expect(exchange.log == ["1 at 95", "bid 95 = 0", "ask 90 = 1", "preOpen", "ask 93 = 2"])
        #expect(exchange.status(3) == .new)
        #expect(exchange.status(4) == .expired)
    }

    @Test func bandIsOffWithoutAReference() {
        let exchange = Exchange { $0.haltBand = 10_000_000 }
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.limit(.sell, 1, at: 90))
        #expect(exchange.order(exchange.limit(.buy, 2, at: 90, by: 2))?.status == .filled)
    }

    @Test func reopeningSurvivesASnapshot() throws {
        exchange.place(exchange.limit(.buy, 5, at: 94, by: 3))
        exchange.place(exchange.limit(.sell, 4, at: 90, by: 2))
        try exchange.restore(exchange.snapshot)
        exchange.wait(1000)
        exchange.apply(.void)
        #expect(exchange.log.prefix(2) == ["continuous", "4 at 94"])
    }
}
