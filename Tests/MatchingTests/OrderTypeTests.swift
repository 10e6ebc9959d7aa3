import Testing
import Trading

/// Order types and times in force, by example.
///
/// Account 1 makes, account 2 takes.
@Suite struct OrderTypeTests {
    let exchange = Exchange()

    @Test func restingOrderHoldsItsFundsAndShowsInDepth() {
        let order = exchange.order(exchange.limit(.buy, 5, at: 10))
        #expect(order?.status == .new)
        #expect(order?.id == OrderID(1))
        #expect(exchange.depth(.buy) == [[10, 5]])
        #expect(exchange.balance(1, 3) == [99_950, 50])
    }

    @Test func betterPriceThenOlderOrderTradesFirst() {
        exchange.place(exchange.limit(.sell, 1, at: 11))
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 3))
        let fills = exchange.fills(exchange.limit(.buy, 3, at: 11, by: 2))
        #expect(fills.map(\.trade.price.ticks) == [10, 10, 11])
        #expect(fills.map(\.trade.id) == [TradeID(1), TradeID(2), TradeID(3)])
        #expect(exchange.state(2)?.status == .filled)
        #expect(exchange.balance(3, 3) == [100_010, 0])
    }

    @Test func partialFillKeepsPriority() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 10, by: 3))
        exchange.place(exchange.limit(.buy, 2, at: 10, by: 2))
        exchange.place(exchange.limit(.buy, 3, at: 10, by: 2))
        #expect(exchange.state(1)?.status == .filled)
        #expect(exchange.state(2, of: 3)?.status == .new)
    }

    @Test func priceImprovementReturnsTheDifference() {
        exchange.place(exchange.limit(.sell, 4, at: 10))
        let order = exchange.order(exchange.limit(.buy, 10, at: 15, by: 2))
        #expect(order?.status == .partiallyFilled)
        #expect(order?.cumulativeQuote == Amount(units: 40))
        // 40 spent, 6 × 15 held, the 4 × 5 saved are free.
        #expect(exchange.balance(2, 3) == [100_000 - 40 - 90, 90])
    }

    @Test func immediateOrCancelExpiresItsRest() {
        exchange.place(exchange.limit(.sell, 4, at: 10))
        let order = exchange.order(exchange.limit(.buy, 10, at: 10, by: 2, .immediateOrCancel))
        #expect(order?.status == .expired)
        #expect(order?.executed.lots == 4)
        #expect(exchange.balance(2, 3) == [99_960, 0])
        #expect(exchange.depth(.buy).isEmpty)
    }

    @Test func immediateOrCancelOnAnEmptyBookIsAcceptedAndExpires() {
        let order = exchange.order(exchange.limit(.buy, 1, at: 10, .immediateOrCancel))
        #expect(order?.status == .expired)
        #expect(exchange.events.isEmpty)
        #expect(exchange.state(1)?.status == .expired)
    }

    @Test(arguments: [(9, OrderStatus.filled), (10, .filled), (11, .expired)])
    func fillOrKillFillsWholeOrNotAtAll(lots: Int, status: OrderStatus) {
        exchange.place(exchange.limit(.sell, 4, at: 10))
        exchange.place(exchange.limit(.sell, 6, at: 11))
        exchange.place(exchange.limit(.sell, 50, at: 12))
        let order = exchange.order(exchange.limit(.buy, Int64(lots), at: 11, by: 2, .fillOrKill))
        #expect(order?.status == status)
        #expect(order?.executed.lots == (status == .filled ? Int64(lots) : 0))
        #expect(exchange.events.isEmpty == (status == .expired))
    }

    @Test func postOnlyIsRefusedWhenItWouldTake() {
        exchange.place(exchange.limit(.sell, 4, at: 10))
        var request = exchange.limit(.buy, 1, at: 10, by: 2)
        request.type = .limitMaker
        #expect(exchange.place(request) == .rejected(.wouldTake))
        request.price = Price(ticks: 9)
        #expect(exchange.order(request)?.status == .new)
        // A refused order uses no id.
        #expect(exchange.state(2, of: 2)?.price == Price(ticks: 9))
    }

    @Test func marketOrderBeyondTheBookExpiresItsRest() {
        exchange.place(exchange.limit(.sell, 4, at: 10))
        let order = exchange.order(exchange.market(.buy, 10))
        #expect(order?.status == .expired)
        #expect(order?.executed.lots == 4)
        #expect(exchange.order(exchange.market(.buy, 1))?.status == .expired)
    }

    @Test func marketBuyWithoutTheFundsForItsWalkIsRefusedUntouched() {
        exchange.place(exchange.limit(.sell, 10, at: 9_000))
        exchange.place(exchange.limit(.sell, 10, at: 11_000))
        #expect(exchange.place(exchange.market(.buy, 11)) == .rejected(.insufficientBalance))
        #expect(exchange.depth(.sell) == [[9_000, 10], [11_000, 10]])
        #expect(exchange.order(exchange.market(.buy, 10))?.status == .filled)
    }

    @Test func protectionBandBuyStopsAtTheBand() {
        let exchange = Exchange { $0.marketBand = 5_000_000 }
        for ticks in [100, 105, 106] as [Int64] {
            exchange.place(exchange.limit(.sell, 1, at: ticks))
        }
        let order = exchange.order(exchange.market(.buy, 3))
        #expect(order?.status == .expired)
        #expect(order?.executed.lots == 2)
        #expect(exchange.depth(.sell) == [[106, 1]])
    }

    @Test func protectionBandSellRoundsInwards() {
        // 5 % below 99 is 94.05: 95 is inside, 94 is not.
        let exchange = Exchange { $0.marketBand = 5_000_000 }
        for ticks in [99, 95, 94] as [Int64] {
            exchange.place(exchange.limit(.buy, 1, at: ticks))
        }
        #expect(exchange.order(exchange.market(.sell, 3))?.executed.lots == 2)
        #expect(exchange.depth(.buy) == [[94, 1]])
    }

    @Test func buyByAmountTakesWholeLotsAndNeverCostsMore() {
        exchange.place(exchange.limit(.sell, 3, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 12))
        let order = exchange.order(exchange.market(.buy, quote: 65))
        // 3 × 10 + 2 × 12 = 54; the 11 left buy no lot at 12.
        #expect(order?.cumulativeQuote == Amount(units: 54))
        #expect(order?.quantity.lots == 5)
        #expect(order?.status == .filled)
        #expect(exchange.balance(2, 3) == [99_946, 0])
        #expect(exchange.depth(.sell) == [[12, 3]])
    }

    @Test func sellByAmountReceivesAtMostTheAmount() {
        exchange.place(exchange.limit(.buy, 3, at: 12))
        exchange.place(exchange.limit(.buy, 5, at: 10))
        let order = exchange.order(exchange.market(.sell, quote: 59))
        #expect(order?.cumulativeQuote == Amount(units: 56))
        #expect(order?.executed.lots == 5)
        #expect(order?.status == .filled)
    }

    @Test func sellByAmountNeedsTheLotsItsWalkWouldSell() {
        exchange.fund(4, 1, 5)
        exchange.place(exchange.limit(.buy, 9, at: 10))
        let reply = exchange.place(exchange.market(.sell, quote: 69, by: 4))
        #expect(reply == .rejected(.insufficientBalance))
        #expect(exchange.depth(.buy) == [[10, 9]])
        #expect(exchange.order(exchange.market(.sell, quote: 59, by: 4))?.executed.lots == 5)
    }

    @Test func sellByAmountNeedsNoLotsBehindAnOrderItLeavesStanding() {
        exchange.fund(4, 1, 5)
        exchange.place(exchange.limit(.buy, 9, at: 12))
        exchange.place(exchange.limit(.buy, 3, at: 10))
        // 5 × 12 = 60; the 10 left would sell a lot at 10, but four lots still stand before it.
        let order = exchange.order(exchange.market(.sell, quote: 70, by: 4))
        #expect(order?.executed.lots == 5)
        #expect(order?.status == .filled)
        #expect(exchange.depth(.buy) == [[12, 4], [10, 3]])
    }

    @Test func amountBelowOneLotExpires() {
        exchange.place(exchange.limit(.sell, 3, at: 10))
        #expect(exchange.order(exchange.market(.buy, quote: 9))?.status == .expired)
        #expect(exchange.order(exchange.market(.buy, quote: 31))?.status == .expired)
        #expect(exchange.depth(.sell).isEmpty)
    }

    @Test func amountMustBeFreeInFull() {
        exchange.place(exchange.limit(.sell, 3, at: 10))
        let request = exchange.market(.buy, quote: 100_001)
        #expect(exchange.place(request) == .rejected(.insufficientBalance))
    }

    @Test func feesAreTakenFromWhatIsReceivedRoundedDown() {
        let exchange = Exchange {
            $0.makerRate = 10_000_000
            $0.takerRate = 25_000_000
        }
        exchange.place(exchange.limit(.sell, 7, at: 11))
        let fills = exchange.fills(exchange.limit(.buy, 7, at: 11, by: 2))
        // Taker bought 7: a quarter is 1.75. Maker received 77: a tenth is 7.7.
        #expect(fills.first?.commission == Amount(units: 1))
        #expect(fills.first?.commissionAsset == AssetID(1))
        #expect(exchange.balance(2, 1) == [100_006, 0])
        #expect(exchange.balance(1, 3) == [100_070, 0])
        #expect(exchange.fees == [1, 0, 7])
        #expect(exchange.isConserved)
    }
}
