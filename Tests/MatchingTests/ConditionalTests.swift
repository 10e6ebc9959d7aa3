import Matching
import Testing
import Trading

/// Stops and take-profits: when they fire, in which order, and what they hold.
///
/// The last price is 100 unless a test says otherwise.
@Suite struct ConditionalTests {
    let exchange = Exchange()

    init() { exchange.trade(at: 100) }

    struct Case: Sendable {
        var side: Side
        var isStop: Bool
        var stop: Int64
        /// The prices that do not fire it and the one that does.
        var quiet: [Int64]
        var fires: Int64
    }

    @Test(arguments: [
        Case(side: .sell, isStop: true, stop: 90, quiet: [110, 91], fires: 90),
        Case(side: .buy, isStop: true, stop: 110, quiet: [90, 109], fires: 111),
        Case(side: .sell, isStop: false, stop: 110, quiet: [90, 109], fires: 110),
        Case(side: .buy, isStop: false, stop: 90, quiet: [110, 91], fires: 89),
    ])
    func stopsFireOnTheirSide(row: Case) {
        let request =
            row.isStop
            ? exchange.stop(row.side, 1, at: row.stop)
            : exchange.profit(row.side, 1, at: row.stop)
        let order = exchange.order(request)
        #expect(order?.status == .new)
        #expect(order?.isWorking == false)
        #expect(exchange.log.isEmpty)
        let id = order?.id.rawValue ?? 0
        for ticks in row.quiet {
            exchange.trade(at: ticks)
            #expect(exchange.status(id) == .new)
        }
        exchange.trade(at: row.fires)
        // Nothing is in the book, so the market order expires.
        #expect(exchange.status(id) == .expired)
        #expect(exchange.state(id)?.workingAt == exchange.time)
    }

    @Test func stopAlreadyReachedWouldTrigger() {
        let refused = Reply.rejected(.wouldTrigger)
        #expect(exchange.place(exchange.stop(.sell, 1, at: 100)) == refused)
        #expect(exchange.place(exchange.stop(.buy, 1, at: 100, limit: 90)) == refused)
        #expect(exchange.place(exchange.profit(.sell, 1, at: 100)) == refused)
        #expect(exchange.place(exchange.profit(.buy, 1, at: 101, limit: 101)) == refused)
        #expect(exchange.order(exchange.stop(.sell, 1, at: 99)) != nil)
        let fresh = Exchange()
        #expect(fresh.order(fresh.stop(.sell, 1, at: 100)) != nil)
    }

    @Test func stopsHoldTheirNeedFromTheStart() {
        let exchange = Exchange { $0.marketBand = 5_000_000 }
        exchange.place(exchange.stop(.sell, 7, at: 90))
        #expect(exchange.balance(1, 1) == [99_993, 7])
        exchange.place(exchange.stop(.buy, 2, at: 110, limit: 120))
        #expect(exchange.balance(1, 3) == [99_760, 240])
        // 5 % above 110 is 115.5.
        exchange.place(exchange.stop(.buy, 2, at: 110))
        #expect(exchange.balance(1, 3) == [99_530, 470])
        exchange.cancel(2)
        exchange.cancel(3)
        exchange.cancel(1)
        #expect(exchange.balance(1, 3) == [100_000, 0])
        #expect(exchange.balance(1, 1) == [100_000, 0])
    }

    @Test func stopsMustBePayable() {
        let refused = Reply.rejected(.insufficientBalance)
        #expect(exchange.place(exchange.stop(.sell, 100_001, at: 90)) == refused)
        // The band of 100 % doubles the trigger price.
        #expect(exchange.place(exchange.stop(.buy, 417, at: 120)) == refused)
        #expect(exchange.order(exchange.stop(.buy, 416, at: 120)) != nil)
    }

    @Test func firedMarketBuySpendsAtMostItsHold() {
        let exchange = Exchange { $0.marketBand = 0 }
        exchange.place(exchange.stop(.buy, 10, at: 10))
        #expect(exchange.balance(1, 3) == [99_900, 100])
        exchange.place(exchange.limit(.sell, 1, at: 12, by: 3))
        exchange.place(exchange.limit(.buy, 1, at: 12, by: 2))
        exchange.place(exchange.limit(.sell, 20, at: 12, by: 3))
        #expect(exchange.status(1) == .expired)
        let other = Exchange { $0.marketBand = 0 }
        other.place(other.stop(.buy, 10, at: 10))
        other.place(other.limit(.sell, 21, at: 12, by: 3))
        other.place(other.limit(.buy, 1, at: 12, by: 2))
        // 100 buys eight lots at 12.
        #expect(other.state(1)?.executed.lots == 8)
        #expect(other.status(1) == .expired)
        #expect(other.balance(1, 3) == [99_904, 0])
    }

    @Test func cascadeOrder() {
        // Falling: the highest stop first, at one stop price the older; all of one trade.
        exchange.place(exchange.stop(.sell, 1, at: 80))
        exchange.place(exchange.stop(.sell, 2, at: 95))
        exchange.place(exchange.stop(.sell, 3, at: 90))
        exchange.place(exchange.profit(.buy, 4, at: 90))
        exchange.place(exchange.trailing(.sell, 5, delta: 100))
        exchange.place(exchange.limit(.buy, 100, at: 70, by: 3))
        exchange.place(exchange.limit(.sell, 1, at: 70, by: 2))
        // The buy finds nothing to buy.
        #expect(
            exchange.log == [
                "1 at 70", "bid 70 = 99", "2 at 70", "bid 70 = 97", "3 at 70", "bid 70 = 94",
                "1 at 70", "bid 70 = 93", "5 at 70", "bid 70 = 88",
            ]
        )
    }

    @Test func risingStopsFireLowestFirstAfterTheFallingOnes() {
        let exchange = Exchange()
        exchange.place(exchange.limit(.sell, 1, at: 50, by: 3))
        exchange.place(exchange.limit(.buy, 1, at: 50, by: 2))
        exchange.place(exchange.stop(.buy, 1, at: 60))
        exchange.place(exchange.profit(.sell, 2, at: 55))
        exchange.place(exchange.stop(.buy, 3, at: 55))
        exchange.place(exchange.limit(.sell, 100, at: 60, by: 3))
        exchange.place(exchange.limit(.buy, 1, at: 60, by: 2))
        #expect(
            exchange.log == [
                "1 at 60", "ask 60 = 99", "3 at 60", "ask 60 = 96", "1 at 60", "ask 60 = 95",
            ]
        )
        #expect(exchange.status(4) == .expired)
    }

    @Test func firstAndLastPriceOfAWalkAreObserved() {
        // A fall from 99 to 80: the first price fires the higher stop, the last one the others.
        exchange.place(exchange.stop(.sell, 1, at: 99))
        exchange.place(exchange.stop(.sell, 2, at: 85))
        exchange.place(exchange.profit(.buy, 3, at: 99))
        exchange.place(exchange.limit(.buy, 1, at: 99, by: 3))
        exchange.place(exchange.limit(.buy, 90, at: 80, by: 3))
        exchange.place(exchange.limit(.sell, 2, at: 80, by: 2))
        #expect(exchange.status(5) == .expired)
        #expect(
            exchange.log == [
                "1 at 99", "1 at 80", "bid 99 = 0", "bid 80 = 89", "1 at 80", "bid 80 = 88",
                "2 at 80", "bid 80 = 86",
            ]
        )
    }

    @Test func cascadeGoesOnUntilNothingFires() {
        for stop in [90, 80, 70] as [Int64] { exchange.place(exchange.stop(.sell, 1, at: stop)) }
        for bid in [90, 80, 70, 60] as [Int64] {
            exchange.place(exchange.limit(.buy, 1, at: bid, by: 3))
        }
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 2))
        #expect(
            exchange.log == [
                "1 at 90", "bid 90 = 0", "1 at 80", "bid 80 = 0", "1 at 70", "bid 70 = 0",
                "1 at 60", "bid 60 = 0",
            ]
        )
        #expect(exchange.isConserved)
    }

    @Test func triggeredOrderEntersBehindTheQueue() {
        exchange.place(exchange.stop(.sell, 4, at: 90, limit: 95))
        exchange.place(exchange.limit(.sell, 3, at: 95, by: 3))
        exchange.place(exchange.limit(.buy, 1, at: 90, by: 2))
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 3))
        #expect(exchange.log == ["1 at 90", "bid 90 = 0", "ask 95 = 7"])
        #expect(exchange.state(3)?.isWorking == true)
        exchange.place(exchange.limit(.buy, 4, at: 95, by: 2))
        #expect(exchange.state(4, of: 3)?.status == .filled)
        #expect(exchange.state(3)?.executed.lots == 1)
    }

    @Test func firedLimitKeepsItsTimeInForce() {
        var request = exchange.stop(.sell, 4, at: 90, limit: 85)
        request.timeInForce = .fillOrKill
        exchange.place(request)
        request = exchange.stop(.sell, 4, at: 90, limit: 85)
        request.timeInForce = .immediateOrCancel
        exchange.place(request)
        exchange.place(exchange.limit(.buy, 4, at: 90, by: 2))
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 3))
        #expect(exchange.state(3)?.executed.lots == 0)
        #expect(exchange.state(4)?.executed.lots == 3)
        #expect(exchange.open().isEmpty)
    }

    @Test func waitingStopIsFoundByNameAndExpiresInTime() {
        var request = exchange.stop(.sell, 4, at: 90, limit: 85)
        request.timeInForce = .goodTilDate
        request.expiresAt.microseconds = exchange.time.microseconds + 50
        exchange.place(request)
        #expect(exchange.open() == [3])
        exchange.wait(50)
        exchange.apply(.void)
        #expect(exchange.status(3) == .expired)
        #expect(exchange.log.isEmpty)
        #expect(exchange.balance(1, 1) == [100_000, 0])
    }
}
