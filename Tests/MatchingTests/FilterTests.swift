import Testing
import Trading

/// Each filter at its bounds, and which one speaks first.
@Suite struct FilterTests {
    @Test(arguments: [(9, false), (10, true), (20, true), (21, false)])
    func priceFilter(ticks: Int, passes: Bool) {
        let exchange = Exchange {
            $0.priceMin = Price(ticks: 10)
            $0.priceMax = Price(ticks: 20)
        }
        let reply = exchange.place(exchange.limit(.buy, 1, at: Int64(ticks)))
        #expect((reply == .rejected(.filter(.price))) == !passes)
    }

    @Test(arguments: [(2, false), (3, true), (8, true), (9, false)])
    func lotSize(lots: Int, passes: Bool) {
        let exchange = Exchange {
            $0.quantityMin = Quantity(lots: 3)
            $0.quantityMax = Quantity(lots: 8)
        }
        let limit = exchange.place(exchange.limit(.buy, Int64(lots), at: 10))
        #expect((limit == .rejected(.filter(.lotSize))) == !passes)
        let market = exchange.place(exchange.market(.buy, Int64(lots)))
        #expect((market == .rejected(.filter(.lotSize))) == !passes)
    }

    @Test func marketLotSizeBindsMarketOrdersOnly() {
        let exchange = Exchange { $0.marketQuantityMax = Quantity(lots: 5) }
        #expect(exchange.place(exchange.market(.buy, 6)) == .rejected(.filter(.marketLotSize)))
        #expect(exchange.order(exchange.market(.buy, 5)) != nil)
        #expect(exchange.order(exchange.limit(.buy, 6, at: 10)) != nil)
    }

    @Test func percentPriceComparesWithTheLastTrade() {
        let exchange = Exchange {
            $0.bidMultiplierUp = 110_000_000
            $0.bidMultiplierDown = 50_000_000
            $0.askMultiplierUp = 120_000_000
            $0.askMultiplierDown = 0
        }
        // No trade yet: anything goes. Then the last price is 100.
        exchange.place(exchange.limit(.sell, 1, at: 100))
        exchange.place(exchange.limit(.buy, 1, at: 900, by: 2))
        let far = Reply.rejected(.filter(.percentPriceBySide))
        #expect(exchange.place(exchange.limit(.buy, 1, at: 111)) == far)
        #expect(exchange.place(exchange.limit(.buy, 1, at: 49)) == far)
        #expect(exchange.place(exchange.limit(.sell, 1, at: 121)) == far)
        #expect(exchange.order(exchange.limit(.sell, 1, at: 120)) != nil)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 110)) != nil)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 50)) != nil)
        // The lower bound of asks is off. It takes the bids.
        #expect(exchange.order(exchange.limit(.sell, 1, at: 1)) != nil)
    }

    @Test func notionalBoundsLimitOrders() {
        let exchange = Exchange {
            $0.notionalMin = Amount(units: 50)
            $0.notionalMax = Amount(units: 100)
        }
        let refused = Reply.rejected(.filter(.notional))
        #expect(exchange.place(exchange.limit(.buy, 7, at: 7)) == refused)
        #expect(exchange.place(exchange.limit(.buy, 101, at: 1)) == refused)
        #expect(exchange.order(exchange.limit(.buy, 5, at: 10)) != nil)
        #expect(exchange.order(exchange.limit(.buy, 10, at: 10)) != nil)
    }

    @Test func notionalOfMarketOrdersIsAmountOrEstimate() {
        let exchange = Exchange { $0.notionalMin = Amount(units: 50) }
        let refused = Reply.rejected(.filter(.notional))
        #expect(exchange.place(exchange.market(.buy, quote: 49)) == refused)
        #expect(exchange.order(exchange.market(.buy, quote: 50)) != nil)
        // No trade yet, so nothing to estimate with.
        #expect(exchange.order(exchange.market(.buy, 1)) != nil)
        exchange.place(exchange.limit(.sell, 10, at: 10))
        exchange.place(exchange.limit(.buy, 5, at: 10, by: 2))
        #expect(exchange.place(exchange.market(.buy, 4)) == refused)
        #expect(exchange.order(exchange.market(.buy, 5))?.status == .filled)
    }

    @Test func notionalBeyond63BitsIsRefused() {
        let exchange = Exchange {
            $0.priceMax = Price(ticks: Price.ticksMax)
            $0.quantityMax = Quantity(lots: Int64.max)
        }
        let request = exchange.limit(.buy, Int64.max / 2, at: 3)
        #expect(exchange.place(request) == .rejected(.filter(.notional)))
        let sale = exchange.limit(.sell, Int64.max, at: Price.ticksMax)
        #expect(exchange.place(sale) == .rejected(.filter(.notional)))
    }

    @Test func openOrdersBindsWhatMayRest() {
        let exchange = Exchange { $0.openOrdersMax = 2 }
        exchange.place(exchange.limit(.buy, 1, at: 10))
        exchange.place(exchange.limit(.buy, 1, at: 10))
        let refused = Reply.rejected(.filter(.openOrders))
        #expect(exchange.place(exchange.limit(.buy, 1, at: 10)) == refused)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10, .immediateOrCancel)) != nil)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10, by: 2)) != nil)
        exchange.apply(
            .cancel(account: AccountID(1), instrument: InstrumentID(1), order: .id(OrderID(1)))
        )
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10)) != nil)
    }

    @Test func filtersSpeakInTheirOrderAndBeforeTheRest() {
        let exchange = Exchange {
            $0.priceMin = Price(ticks: 10)
            $0.quantityMin = Quantity(lots: 10)
            $0.notionalMin = Amount(units: 1000)
        }
        // An unknown account breaks the last rule; every filter comes before.
        var request = exchange.limit(.buy, 1, at: 1, by: 9)
        #expect(exchange.place(request) == .rejected(.filter(.price)))
        request.price = Price(ticks: 10)
        #expect(exchange.place(request) == .rejected(.filter(.lotSize)))
        request.quantity = Quantity(lots: 10)
        #expect(exchange.place(request) == .rejected(.filter(.notional)))
        request.quantity = Quantity(lots: 100)
        #expect(exchange.place(request) == .rejected(.insufficientBalance))
        request.quantity = .zero
        #expect(exchange.place(request) == .rejected(.malformed))
    }

    @Test func badShapesAreMalformed() {
        let exchange = Exchange()
        let changes: [(inout PlaceOrder) -> Void] = [
            { $0.price = .none }, { $0.quantity = Quantity(lots: -1) },
            { $0.quoteQuantity = Amount(units: 5) }, { $0.clientOrderID = .none },
            { $0.type = .market }, { $0.price = Price(ticks: -3) },
            {
                $0.type = .limitMaker
                $0.timeInForce = .fillOrKill
            },
            {
                $0.type = .market
                $0.price = .none
                $0.quoteQuantity = Amount(units: 5)
            },
            {
                $0.type = .market
                $0.price = .none
                $0.quantity = .zero
            },
            { $0.stopPrice = Price(ticks: 5) }, { $0.trailingDelta = 100 },
            { $0.trailingDelta = -1 }, { $0.stopPrice = Price(ticks: -1) },
            { $0.icebergQuantity = Quantity(lots: -1) },
            { $0.expiresAt = Timestamp(microseconds: 9_000_000_000) },
            { $0.timeInForce = .goodTilDate },
            {
                $0.timeInForce = .immediateOrCancel
                $0.icebergQuantity = Quantity(lots: 1)
            },
            {
                $0.timeInForce = .goodTilDate
                $0.expiresAt = Timestamp(microseconds: 1_000_000_000)
            },
            { $0.type = .stopLossLimit }, { $0.type = .takeProfit },
            {
                $0.type = .stopLoss
                $0.stopPrice = Price(ticks: 5)
            },
            {
                $0.type = .takeProfit
                $0.price = .none
                $0.stopPrice = Price(ticks: 5)
                $0.quantity = .zero
                $0.quoteQuantity = Amount(units: 5)
            },
            {
                $0.type = .stopLoss
                $0.price = .none
                $0.stopPrice = Price(ticks: 5)
                $0.timeInForce = .goodTilDate
                $0.expiresAt = Timestamp(microseconds: 9_000_000_000)
            },
            {
                $0.type = .limitMaker
                $0.timeInForce = .goodTilDate
                $0.expiresAt = Timestamp(microseconds: 9_000_000_000)
            },
        ]
        for (index, change) in changes.enumerated() {
            var request = exchange.limit(.buy, 5, at: 10)
            change(&request)
            #expect(exchange.place(request) == .rejected(.malformed), "change \(index)")
            #expect(exchange.ask(.test(request)) == .rejected(.malformed), "change \(index)")
        }
    }
}
