import Matching
import Testing
import Trading

/// Defects that other matching engines are known for.
@Suite struct KnownDefectTests {
    let exchange = Exchange()

    @Test func tradesAtTheMakersPriceNotTheTakers() {
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.limit(.sell, 1, at: 11))
        let fills = exchange.fills(exchange.limit(.buy, 2, at: 15, by: 2))
        #expect(fills.map(\.trade.price.ticks) == [10, 11])
        #expect(exchange.balance(2, 3) == [99_979, 0])
        #expect(exchange.balance(1, 3) == [100_021, 0])
    }

    @Test func amendedOrderNeverRestsCrossed() {
        exchange.place(exchange.limit(.sell, 5, at: 12))
        exchange.place(exchange.limit(.buy, 9, at: 10, by: 2))
        exchange.amend(2, to: 9, at: 13, by: 2)
        #expect(exchange.depth(.sell).isEmpty)
        #expect(exchange.depth(.buy) == [[13, 4]])
        #expect(exchange.state(2, of: 2)?.executed.lots == 5)
    }

    @Test func filledIDLeavesTheIndex() {
        exchange.place(exchange.limit(.sell, 5, at: 10, name: "a"))
        exchange.place(exchange.limit(.buy, 5, at: 10, by: 2))
        #expect(exchange.cancel(1) == .rejected(.unknownOrder))
        #expect(exchange.cancel(2, by: 2) == .rejected(.unknownOrder))
        #expect(exchange.amend(1, to: 3, keepingItsPlace: true) == .rejected(.unknownOrder))
        #expect(exchange.amend(1, to: 9, at: 11) == .rejected(.unknownOrder))
        #expect(exchange.open().isEmpty)
        // Its place in memory and its name go to another order, which must not answer to the id.
        exchange.place(exchange.limit(.sell, 6, at: 10, name: "a"))
        #expect(exchange.cancel(1) == .rejected(.unknownOrder))
        #expect(exchange.state(1)?.status == .filled)
    }

    @Test func noPhantomBestPriceAfterACancel() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 12))
        exchange.cancel(1)
        #expect(exchange.depth(.sell) == [[12, 5]])
        // Nothing at 10 any more, neither to trade with nor to be refused for.
        #expect(exchange.order(exchange.maker(.buy, 5, at: 11, by: 2))?.status == .new)
        #expect(exchange.fills(exchange.market(.buy, 1)).map(\.trade.price.ticks) == [12])
        exchange.cancel(2)
        #expect(exchange.depth(.sell).isEmpty)
        #expect(exchange.order(exchange.market(.buy, 1))?.status == .expired)
    }

    @Test(
        arguments: [
            (1, [2, 3, 4]), (2, [1, 3, 4]), (3, [1, 2, 4]), (4, [1, 2, 3]),
        ] as [(Int64, [Int64])]
    )
    func siblingsOfALevelSurviveARemoval(removed: Int64, left: [Int64]) {
        for lots in 1...4 as ClosedRange<Int64> {
            exchange.place(exchange.limit(.sell, lots, at: 10))
        }
        exchange.cancel(removed)
        #expect(exchange.depth(.sell) == [[10, 10 - removed]])
        #expect(exchange.open() == left)
        // The next one to come goes behind all of them.
        exchange.place(exchange.limit(.sell, 5, at: 10))
        let fills = exchange.fills(exchange.limit(.buy, 15 - removed, at: 10, by: 2))
        #expect(fills.map(\.trade.quantity.lots) == left + [5])
    }

    @Test func partialFillKeepsPriority() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 10, by: 3))
        exchange.place(exchange.limit(.buy, 2, at: 10, by: 2))
        exchange.place(exchange.limit(.buy, 3, at: 10, by: 2))
        #expect(exchange.status(1) == .filled)
        #expect(exchange.state(2, of: 3)?.executed == .zero)
    }

    /// One that moved only once, or stopped moving when another one fired.
    @Test func trailingStopKeepsFollowingAfterOthersFired() {
        exchange.trade(at: 100)
        exchange.place(exchange.trailing(.sell, 1, delta: 500))
        exchange.place(exchange.trailing(.sell, 1, delta: 2000))
        for ticks in [110, 120, 130] as [Int64] { exchange.trade(at: ticks) }
        exchange.trade(at: 123)
        #expect(exchange.status(3) == .expired)
        for ticks in [150, 170, 137] as [Int64] {
            exchange.trade(at: ticks)
            #expect(exchange.status(4) == .new, "\(ticks)")
        }
        exchange.trade(at: 136)
        #expect(exchange.status(4) == .expired)
    }

    @Test func cascadeRunsInTheSameCommand() {
        exchange.place(exchange.stop(.sell, 1, at: 90))
        exchange.place(exchange.stop(.sell, 1, at: 80))
        for ticks in [90, 80, 70] as [Int64] {
            exchange.place(exchange.limit(.buy, 1, at: ticks, by: 3))
        }
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 2))
        #expect(exchange.events.count == 6)
        #expect([exchange.status(1), exchange.status(2)] == [.filled, .filled])
    }

    @Test func untriggeredStopCanBeCancelled() {
        exchange.place(exchange.stop(.sell, 4, at: 90))
        guard case .canceled(let orders) = exchange.cancel(1) else {
            Issue.record("refused")
            return
        }
        #expect(orders.map(\.status) == [.canceled])
        #expect(exchange.balance(1, 1) == [100_000, 0])
        exchange.trade(at: 80)
        #expect(exchange.log == ["1 at 80", "ask 80 = 0"])
        exchange.place(exchange.stop(.buy, 4, at: 90))
        let all = Command.cancelAll(account: AccountID(1), instrument: InstrumentID(1))
        #expect(exchange.apply(all) != .rejected(.unknownOrder))
        #expect(exchange.open().isEmpty)
    }

    /// Several own orders at several prices end in the order of the book, on every run.
    @Test func selfTradeScanIsInBookOrder() {
        func run() -> (Exchange, [String]) {
            let exchange = Exchange()
            for ticks in [14, 11, 13, 10, 12] as [Int64] {
                exchange.place(exchange.limit(.sell, 1, at: ticks))
            }
            var request = exchange.limit(.buy, 9, at: 14)
            request.selfTradePrevention = .expireMaker
            exchange.place(request)
            return (exchange, exchange.log)
        }
        let (first, second) = (run(), run())
        #expect(
            first.1 == [
                "ask 10 = 0", "ask 11 = 0", "ask 12 = 0", "ask 13 = 0", "ask 14 = 0", "bid 14 = 9",
            ]
        )
        #expect(first.1 == second.1)
        #expect(first.0.digest == second.0.digest)
        #expect(first.0.snapshot == second.0.snapshot)
    }

    @Test func handleStaysValidAfterAmend() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 12))
        exchange.amend(1, to: 7, at: 12)
        #expect(exchange.state(1)?.quantity.lots == 7)
        exchange.amend(1, to: 6, keepingItsPlace: true)
        exchange.place(exchange.limit(.buy, 6, at: 12, by: 2))
        #expect(exchange.state(1)?.executed.lots == 1)
        guard case .canceled(let orders) = exchange.cancel(1) else {
            Issue.record("refused")
            return
        }
        #expect(orders.map(\.quantity.lots) == [6])
        #expect(exchange.depth(.sell).isEmpty)
        #expect(exchange.balance(1, 1) == [99_994, 0])
    }

    @Test func priceTimesQuantityNeverOverflows() {
        let exchange = Exchange {
            $0.priceMax = Price(ticks: Price.ticksMax)
            $0.quantityMax = Quantity(lots: Int64.max)
        }
        let (huge, notional) = (Int64.max, Reply.rejected(.filter(.notional)))
        let top = Price.ticksMax
        #expect(exchange.place(exchange.limit(.buy, huge, at: top)) == notional)
        #expect(exchange.place(exchange.limit(.buy, 1 << 10, at: top)) == notional)
        #expect(exchange.place(exchange.limit(.buy, 1, at: huge)) == .rejected(.filter(.price)))
        #expect(exchange.place(exchange.limit(.buy, 1 << 32, at: 1 << 32)) == notional)
        #expect(exchange.place(exchange.stop(.buy, 1 << 32, at: 5, limit: 1 << 32)) == notional)
        // A stop without limit is not estimated before the first trade, but must be payable.
        let poor = Reply.rejected(.insufficientBalance)
        #expect(exchange.place(exchange.stop(.buy, huge, at: top)) == poor)
        #expect(exchange.place(exchange.stop(.buy, 1 << 32, at: 1 << 31)) == poor)
        exchange.place(exchange.limit(.buy, 5, at: 10))
        #expect(exchange.amend(1, to: huge, at: top) == notional)
        #expect(exchange.amend(1, to: huge, at: 1) == poor)
        #expect(exchange.amend(1, to: 1 << 10, at: top) == notional)
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 2))
        #expect(exchange.place(exchange.market(.buy, huge)) == notional)
        #expect(exchange.place(exchange.trailing(.buy, huge, delta: 2000)) == notional)
        var amount = exchange.market(.buy, quote: huge)
        #expect(exchange.place(amount) == poor)
        amount.side = .sell
        #expect(exchange.order(amount) != nil)
        #expect(exchange.isConserved)
    }

    /// The book has no place for it, and no client reads it exactly.
    @Test func highestPriceRestsAndNothingIsAboveIt() {
        let exchange = Exchange { $0.priceMax = Price(ticks: Price.ticksMax) }
        exchange.fund(1, 3, 1 << 60)
        #expect(exchange.order(exchange.limit(.buy, 1, at: Price.ticksMax))?.status == .new)
        #expect(exchange.fills(exchange.market(.sell, 1)).map(\.trade.price.ticks) == [1 << 53])
        let above = Exchange { $0.priceMax = Price(ticks: Price.ticksMax + 1) }
        let nowhere = Reply.rejected(.unknownInstrument)
        #expect(above.place(above.limit(.buy, 1, at: 5)) == nowhere)
    }

    /// Pending orders hold nothing, so that their sum may leave 63 bits.
    @Test func hugePendingPairIsRejectedAtItsStart() {
        let exchange = Exchange {
            $0.quantityMax = Quantity(lots: Int64.max)
            $0.positionMax = Quantity(lots: Int64.max)
        }
        let half: Int64 = 1 << 62
        exchange.list(
            .oneTriggersOneCancelsOther,
            exchange.limit(.sell, 5, at: 10),
            exchange.maker(.buy, half, at: 1),
            exchange.stop(.buy, half, at: 20, limit: 1)
        )
        #expect(exchange.open() == [1, 2, 3])
        exchange.place(exchange.limit(.buy, 5, at: 10, by: 2))
        #expect((1...3).map { exchange.status($0) } == [.filled, .rejected, .rejected])
    }
}
