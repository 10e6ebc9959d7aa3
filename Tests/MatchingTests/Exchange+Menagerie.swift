import Trading

extension Exchange {
    /// An exchange with at least one of each thing a snapshot can hold.
    ///
    /// Pair 1 trades: resting orders of every kind, stops, trailing stops, lists in every state and
    /// closed ones. Pair 2 was halted by its price band and waits for its auction, crossed.
    static func menagerie() -> Exchange {
        let exchange = Exchange {
            $0.algoOrdersMax = 100
            $0.makerRate = 1_000_000
            $0.takerRate = 2_000_000
        }
        exchange.agreeOnFees()
        exchange.trade(at: 100)
        exchange.restOrders()
        exchange.decideAList()
        exchange.closeOrders()
        exchange.letOrdersWait()
        exchange.openLists()
        exchange.haltTheOtherPair()
        return exchange
    }

    private func agreeOnFees() {
        let half = FeeTier(makerShare: 50_000_000, takerShare: 50_000_000)
        let schedule = FeeSchedule(
            tiers: [.whole, half],
            discountAsset: AssetID(3),
            discount: 25_000_000
        )
        apply(.setFeeSchedule(schedule))
        let terms = AccountTerms(
            account: AccountID(2),
            feeTier: 1,
            paysInDiscountAsset: true,
            tradeGroup: 7
        )
        apply(.setAccountTerms(terms))
    }

    /// Whole and partly filled ones, a half-shown iceberg, a dated one, a decremented one.
    private func restOrders() {
        place(limit(.buy, 5, at: 90))
        place(limit(.buy, 6, at: 90, by: 3))
        place(limit(.sell, 10, at: 110))
        place(iceberg(.sell, 50, showing: 10, at: 112))
        place(limit(.buy, 10, at: 112, by: 3, .immediateOrCancel))
        place(limit(.buy, 4, at: 112, by: 3, .immediateOrCancel))
        place(limit(.sell, 9, at: 114))
        place(dated(.buy, 7, at: 85, for: 5_000_000))
        place(maker(.sell, 8, at: 130, by: 3))
        place(limit(.sell, 9, at: 140, by: 2))
        place(limit(.sell, 9, at: 109, by: 2))
        var own = limit(.buy, 4, at: 109, by: 2)
        own.selfTradePrevention = .decrement
        place(own)
    }

    /// A pair of which one leg has traded, so that the other is gone.
    private func decideAList() {
        list(
            .oneCancelsOther,
            maker(.sell, 6, at: 113),
            stop(.sell, 6, at: 75, limit: 74),
            name: "decided"
        )
        place(limit(.buy, 5 + 36 + 2, at: 113, by: 3, .immediateOrCancel))
        // A pending order that expires and leaves its working order alone.
        var dated = self.dated(.sell, 3, at: 150, for: 10)
        dated.account = AccountID(2)
        list(.oneTriggersOther, limit(.buy, 3, at: 60, by: 2), dated, name: "alone")
        wait(20)
    }

    /// History: by amount, cancelled, expired in match, and two lists that are done.
    private func closeOrders() {
        place(market(.buy, quote: 250, by: 3))
        place(limit(.buy, 1, at: 10, by: 3))
        apply(.cancelAll(account: AccountID(3), instrument: InstrumentID(2)))
        list(
            .oneTriggersOther,
            limit(.sell, 1, at: 150, by: 3),
            limit(.buy, 100_000, at: 100, by: 3),
            name: "too dear"
        )
        list(.oneTriggersOther, limit(.buy, 1, at: 9), limit(.sell, 1, at: 10), name: "cancelled")
        apply(
            .cancelList(
                account: AccountID(1),
                instrument: InstrumentID(1),
                list: .clientOrderID(ClientOrderID("cancelled") ?? .none)
            )
        )
    }

    /// One of each conditional type on each side; the last price is about 114.
    private func letOrdersWait() {
        place(stop(.sell, 2, at: 70))
        place(stop(.buy, 2, at: 200))
        place(stop(.sell, 2, at: 71, limit: 69))
        place(stop(.buy, 2, at: 201, limit: 205, by: 2))
        place(profit(.sell, 2, at: 180, by: 2))
        place(profit(.buy, 2, at: 65, by: 3))
        place(profit(.sell, 2, at: 181, limit: 179, by: 3))
        place(profit(.buy, 2, at: 64, limit: 66))
        place(trailing(.sell, 3, delta: 500))
        place(trailing(.buy, 3, delta: 700, by: 2))
        var waiting = trailing(.sell, 3, delta: 900, from: 190, by: 3)
        waiting.type = .takeProfitLimit
        waiting.price = Price(ticks: 170)
        place(waiting)
    }

    private func openLists() {
        list(
            .oneCancelsOther,
            maker(.sell, 4, at: 160),
            stop(.sell, 4, at: 72, limit: 70),
            name: "pair"
        )
        list(
            .oneCancelsOther,
            profit(.buy, 4, at: 63, by: 2),
            stop(.buy, 4, at: 210, by: 2),
            name: "buying pair"
        )
        list(.oneTriggersOther, limit(.buy, 3, at: 80), market(.sell, 3, by: 1), name: "working")
        list(
            .oneTriggersOneCancelsOther,
            limit(.buy, 3, at: 79, by: 3),
            maker(.sell, 3, at: 170, by: 3),
            stop(.sell, 3, at: 73, by: 3),
            name: "three"
        )
    }

    private func haltTheOtherPair() {
        var instrument = Instrument.plain(2, "XYZUSD", base: 2, quote: 3)
        instrument.haltBand = 10_000_000
        apply(.addInstrument(instrument))
        for account in 1...3 as ClosedRange<UInt32> { fund(account, 2, 1000) }
        func elsewhere(_ request: PlaceOrder) -> PlaceOrder {
            var request = request
            request.instrument = InstrumentID(2)
            return request
        }
        place(elsewhere(limit(.sell, 3, at: 50)))
        place(elsewhere(limit(.sell, 3, at: 70)))
        place(elsewhere(limit(.buy, 3, at: 50, by: 2)))
        place(elsewhere(limit(.buy, 3, at: 70, by: 2)))
        place(elsewhere(limit(.buy, 2, at: 80, by: 3)))
        place(elsewhere(limit(.sell, 4, at: 60)))
    }
}
