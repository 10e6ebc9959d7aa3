import Matching
import Testing
import Trading

/// Trailing stops; deltas are in basis points, 1000 is a tenth.
@Suite struct TrailingStopTests {
    let exchange = Exchange()

    init() { exchange.trade(at: 100) }

    @Test func trailingStopFollowsAndFires() {
        exchange.place(exchange.trailing(.sell, 1, delta: 1000))
        for ticks in [95, 91, 110, 120, 109, 130, 118] as [Int64] {
            exchange.trade(at: ticks)
            #expect(exchange.status(3) == .new, "\(ticks)")
        }
        // A tenth below 130.
        exchange.trade(at: 117)
        #expect(exchange.status(3) == .expired)
    }

    @Test func buyFollowsTheLowestPrice() {
        exchange.place(exchange.trailing(.buy, 1, delta: 1000))
        for ticks in [109, 90, 98, 50, 54] as [Int64] {
            exchange.trade(at: ticks)
            #expect(exchange.status(3) == .new, "\(ticks)")
        }
        exchange.trade(at: 55)
        #expect(exchange.status(3) == .expired)
    }

    @Test func startsAtItsStopPriceAndNotByTheSameTrade() {
        exchange.place(exchange.trailing(.sell, 1, delta: 1000, from: 90))
        for ticks in [130, 100, 91] as [Int64] { exchange.trade(at: ticks) }
        #expect(exchange.status(3) == .new)
        // Active from here; what was before does not count.
        exchange.trade(at: 60)
        #expect(exchange.status(3) == .new)
        exchange.trade(at: 55)
        #expect(exchange.status(3) == .new)
        exchange.trade(at: 54)
        #expect(exchange.status(3) == .expired)
    }

    @Test func reachedStopPriceStartsItAtOnce() {
        exchange.place(exchange.trailing(.sell, 1, delta: 1000, from: 100))
        exchange.trade(at: 90)
        #expect(exchange.status(3) == .expired)
    }

    @Test func takeProfitStartsOnTheOtherSide() {
        var request = exchange.profit(.sell, 1, at: 120)
        request.trailingDelta = 1000
        exchange.place(request)
        for ticks in [80, 119, 120, 109] as [Int64] {
            exchange.trade(at: ticks)
            #expect(exchange.status(3) == .new)
        }
        exchange.trade(at: 108)
        #expect(exchange.status(3) == .expired)
    }

    @Test func withoutStopPriceItNeedsALastPrice() {
        let fresh = Exchange()
        let refused = Reply.rejected(.badPrices)
        #expect(fresh.place(fresh.trailing(.sell, 1, delta: 1000)) == refused)
        #expect(fresh.order(fresh.trailing(.sell, 1, delta: 1000, from: 50)) != nil)
    }

    @Test func buyHoldsTheRaisedTriggerPrice() {
        let exchange = Exchange { $0.marketBand = 10_000_000 }
        exchange.trade(at: 99)
        // 99 raised by 5 % is 103.95, so 104; a tenth more is 114.4.
        exchange.place(exchange.trailing(.buy, 10, delta: 500))
        #expect(exchange.balance(1, 3) == [98_860, 1_140])
        exchange.cancel(3)
        // The larger of stop price and last price counts.
        exchange.place(exchange.trailing(.buy, 10, delta: 500, from: 120))
        #expect(exchange.balance(1, 3) == [98_620, 1_380])
    }

    @Test func trailingStopsFireByIDAfterTheFixedOnes() {
        exchange.place(exchange.trailing(.sell, 1, delta: 900))
        exchange.place(exchange.trailing(.sell, 2, delta: 100))
        exchange.place(exchange.stop(.sell, 3, at: 90))
        exchange.place(exchange.limit(.buy, 100, at: 90, by: 3))
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 2))
        #expect(
            exchange.log == [
                "1 at 90", "bid 90 = 99", "3 at 90", "bid 90 = 96", "1 at 90", "bid 90 = 95",
                "2 at 90", "bid 90 = 93",
            ]
        )
    }

    @Test(.timeLimit(.minutes(1)))
    func roomForTrailingStopsIsBounded() {
        let exchange = Exchange {
            $0.algoOrdersMax = 10_000
            $0.openOrdersMax = 10_000
        }
        exchange.trade(at: 100)
        for _ in 0..<4096 {
            #expect(exchange.order(exchange.trailing(.sell, 1, delta: 1000)) != nil)
        }
        let refused = Reply.rejected(.overloaded)
        #expect(exchange.place(exchange.trailing(.sell, 1, delta: 1000)) == refused)
        #expect(exchange.order(exchange.stop(.sell, 1, at: 50)) != nil)
        exchange.cancel(3)
        #expect(exchange.order(exchange.trailing(.sell, 1, delta: 1000)) != nil)
    }
}
