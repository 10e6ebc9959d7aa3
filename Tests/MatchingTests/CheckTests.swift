import Matching
import Testing
import Trading

/// The filters of the later order types, and which check speaks first.
@Suite struct CheckTests {
    @Test func icebergLargerThanItsOrder() {
        let exchange = Exchange { $0.quantityMax = Quantity(lots: 5) }
        let large = exchange.place(exchange.iceberg(.sell, 9, showing: 10, at: 10))
        #expect(large == .rejected(.icebergTooLarge))
        #expect(exchange.order(exchange.iceberg(.sell, 5, showing: 5, at: 10)) != nil)
    }

    @Test(arguments: [(9, true), (10, false), (21, true), (20, false)] as [(Int64, Bool)])
    func priceFilterBindsStopPrices(stop: Int64, isRefused: Bool) {
        let exchange = Exchange {
            $0.priceMin = Price(ticks: 10)
            $0.priceMax = Price(ticks: 20)
        }
        let reply = exchange.place(exchange.stop(.sell, 1, at: stop))
        #expect((reply == .rejected(.filter(.price))) == isRefused)
    }

    @Test(arguments: [(9, true), (10, false), (300, false), (301, true)] as [(Int32, Bool)])
    func trailingDelta(delta: Int32, isRefused: Bool) {
        let exchange = Exchange {
            $0.trailingDeltaMin = 10
            $0.trailingDeltaMax = 300
        }
        exchange.trade(at: 100)
        let reply = exchange.place(exchange.trailing(.sell, 1, delta: delta))
        #expect((reply == .rejected(.filter(.trailingDelta))) == isRefused)
    }

    @Test func noTrailingStopWhereTheMaximumIsZero() {
        let exchange = Exchange {
            $0.trailingDeltaMin = 0
            $0.trailingDeltaMax = 0
        }
        exchange.trade(at: 100)
        let reply = exchange.place(exchange.trailing(.sell, 1, delta: 1))
        #expect(reply == .rejected(.filter(.trailingDelta)))
    }

    @Test func lotSizeBindsTheIcebergPart() {
        let exchange = Exchange { $0.quantityMin = Quantity(lots: 3) }
        let reply = exchange.place(exchange.iceberg(.sell, 9, showing: 2, at: 10))
        #expect(reply == .rejected(.filter(.lotSize)))
    }

    @Test func marketLotSizeBindsStopsWithoutLimit() {
        let exchange = Exchange { $0.marketQuantityMax = Quantity(lots: 5) }
        let refused = Reply.rejected(.filter(.marketLotSize))
        #expect(exchange.place(exchange.stop(.sell, 6, at: 10)) == refused)
        #expect(exchange.place(exchange.profit(.sell, 6, at: 10)) == refused)
        #expect(exchange.order(exchange.stop(.sell, 6, at: 10, limit: 9)) != nil)
    }

    @Test(
        arguments: [(8, 2, false), (9, 2, true), (9, 3, false), (4, 1, false), (5, 1, true)]
            as [(Int64, Int64, Bool)]
    )
    func icebergParts(lots: Int64, part: Int64, isRefused: Bool) {
        let exchange = Exchange { $0.icebergPartsMax = 4 }
        let reply = exchange.place(exchange.iceberg(.sell, lots, showing: part, at: 10))
        #expect((reply == .rejected(.filter(.icebergParts))) == isRefused)
    }

    @Test func notionalOfAStopIsEstimatedWithTheLastPrice() {
        let exchange = Exchange { $0.notionalMin = Amount(units: 500) }
        #expect(exchange.order(exchange.stop(.sell, 1, at: 10)) != nil)
        exchange.place(exchange.limit(.sell, 5, at: 100, by: 3))
        exchange.place(exchange.limit(.buy, 5, at: 100, by: 2))
        let refused = Reply.rejected(.filter(.notional))
        #expect(exchange.place(exchange.stop(.sell, 4, at: 10)) == refused)
        #expect(exchange.order(exchange.stop(.sell, 5, at: 10)) != nil)
        #expect(exchange.place(exchange.stop(.sell, 5, at: 10, limit: 9)) == refused)
    }

    @Test func maxPositionCountsWhatOneHasAndIsBuying() {
        let exchange = Exchange { $0.positionMax = Quantity(lots: 100_020) }
        exchange.place(exchange.limit(.buy, 5, at: 10))
        exchange.place(exchange.stop(.buy, 5, at: 20))
        let refused = Reply.rejected(.filter(.maxPosition))
        #expect(exchange.place(exchange.limit(.buy, 11, at: 10)) == refused)
        #expect(exchange.order(exchange.limit(.sell, 11, at: 50)) != nil)
        exchange.place(exchange.limit(.sell, 100, at: 30, by: 2))
        // An amount counts as what it would get.
        #expect(exchange.place(exchange.market(.buy, quote: 330, by: 1)) == refused)
        #expect(exchange.order(exchange.market(.buy, quote: 329, by: 1))?.executed.lots == 10)
    }

    @Test func openAlgoOrdersCountWhatWaits() {
        let exchange = Exchange { $0.algoOrdersMax = 2 }
        exchange.place(exchange.stop(.sell, 1, at: 90, limit: 85))
        exchange.place(exchange.profit(.sell, 1, at: 200))
        let refused = Reply.rejected(.filter(.openAlgoOrders))
        #expect(exchange.place(exchange.stop(.sell, 1, at: 80)) == refused)
        #expect(exchange.order(exchange.stop(.sell, 1, at: 80, by: 2)) != nil)
        #expect(exchange.order(exchange.limit(.sell, 1, at: 300)) != nil)
        // Once it works it is no algo order any more.
        exchange.trade(at: 90)
        #expect(exchange.state(1)?.isWorking == true)
        #expect(exchange.order(exchange.stop(.sell, 1, at: 80)) != nil)
    }

    @Test func openOrdersCountWaitingOnesToo() {
        let exchange = Exchange { $0.openOrdersMax = 2 }
        exchange.place(exchange.stop(.sell, 1, at: 90))
        exchange.place(exchange.limit(.sell, 1, at: 300))
        let refused = Reply.rejected(.filter(.openOrders))
        #expect(exchange.place(exchange.stop(.sell, 1, at: 80)) == refused)
        #expect(exchange.place(exchange.dated(.sell, 1, at: 80, for: 9)) == refused)
    }

    /// Each request breaks everything that comes later, too.
    @Test func checksSpeakInTheirOrder() {
        let exchange = Exchange {
            $0.priceMin = Price(ticks: 5)
            $0.openOrdersMax = 3
        }
        exchange.trade(at: 100)
        exchange.place(exchange.limit(.buy, 1, at: 50, name: "taken"))
        // An account without a deposit, a taken name, no funds, and a stop that is reached.
        var request = exchange.stop(.sell, 200_000, at: 100, limit: 4, by: 9)
        request.icebergQuantity = Quantity(lots: 200_001)
        request.clientOrderID = .none
        #expect(exchange.place(request) == .rejected(.malformed))
        request.clientOrderID = ClientOrderID("taken") ?? .none
        #expect(exchange.place(request) == .rejected(.icebergTooLarge))
        request.icebergQuantity = .zero
        exchange.phase(.cancelOnly)
        #expect(exchange.place(request) == .rejected(.marketClosed))
        exchange.phase(.continuous)
        #expect(exchange.place(request) == .rejected(.filter(.price)))
        request.price = Price(ticks: 40)
        #expect(exchange.place(request) == .rejected(.insufficientBalance))
        request.account = AccountID(1)
        #expect(exchange.place(request) == .rejected(.duplicateOrder))
        request.clientOrderID = ClientOrderID("free") ?? .none
        #expect(exchange.place(request) == .rejected(.insufficientBalance))
        request.quantity = Quantity(lots: 5)
        #expect(exchange.place(request) == .rejected(.wouldTrigger))
        request.stopPrice = Price(ticks: 99)
        #expect(exchange.order(request) != nil)
        var post = exchange.maker(.sell, 200_000, at: 50)
        #expect(exchange.place(post) == .rejected(.insufficientBalance))
        post.quantity = Quantity(lots: 1)
        #expect(exchange.place(post) == .rejected(.wouldTake))
    }

    @Test func trailingStopWithoutPricesSpeaksBeforeTheFunds() {
        let exchange = Exchange()
        let reply = exchange.place(exchange.trailing(.sell, 200_000, delta: 100))
        #expect(reply == .rejected(.badPrices))
    }
}
