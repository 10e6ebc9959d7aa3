import Matching
import Testing
import Trading

/// Fees by tier and in the discount asset (2), which the pair 2 trades against asset 3.
@Suite struct FeeTests {
    let exchange = Exchange {
        $0.makerRate = 10_000_000
        $0.takerRate = 20_000_000
    }

    func terms(_ account: UInt32, tier: UInt8 = 0, discount: Bool = false) -> Command {
        .setAccountTerms(
            AccountTerms(
                account: AccountID(account),
                feeTier: tier,
                paysInDiscountAsset: discount,
                tradeGroup: 0
            )
        )
    }

    func schedule(_ tiers: [FeeTier] = [.whole], asset: UInt16? = 2) -> Command {
        .setFeeSchedule(
            FeeSchedule(
                tiers: tiers,
                discountAsset: asset.map { AssetID($0) },
                discount: 25_000_000
            )
        )
    }

    /// A quarter off, and asset 2 costs 4 of asset 3.
    func preparePrice() {
        exchange.apply(schedule())
        exchange.apply(terms(1, discount: true))
        exchange.apply(.addInstrument(.plain(2, "D", base: 2, quote: 3)))
        exchange.fund(3, 2, 1_000_000)
        for (side, account) in [(Side.sell, 3), (.buy, 2)] as [(Side, UInt32)] {
            var request = exchange.limit(side, 1, at: 4, by: account)
            request.instrument = InstrumentID(2)
            exchange.place(request)
        }
    }

    @Test func feeTiersScaleTheRates() {
        let half = FeeTier(makerShare: 50_000_000, takerShare: 25_000_000)
        #expect(exchange.apply(schedule([.whole, half])) == .done)
        #expect(exchange.apply(terms(1, tier: 1)) == .done)
        #expect(exchange.apply(terms(2, tier: 1)) == .done)
        exchange.place(exchange.limit(.sell, 100, at: 10))
        let fills = exchange.fills(exchange.limit(.buy, 100, at: 10, by: 2))
        // The taker pays a quarter of 20 %, the maker half of 10 %.
        #expect(fills.first?.commission.units == 5)
        #expect(exchange.balance(1, 3) == [100_950, 0])
        #expect(exchange.fees == [5, 0, 50])
    }

    @Test func rateAndFeeAreRoundedDown() {
        let exchange = Exchange { $0.takerRate = 3 }
        exchange.apply(schedule([FeeTier(makerShare: 0, takerShare: 50_000_000)]))
        exchange.fund(2, 3, 1 << 50)
        exchange.fund(1, 1, 1 << 50)
        var request = exchange.limit(.sell, 1_000_000, at: 1_000_000)
        exchange.place(request)
        request = exchange.limit(.sell, 1_000_000, at: 1_000_000, by: 2)
        request.side = .buy
        // Half of 3 × 10⁻⁸ is one: a million lots are worth a hundredth of a unit.
        #expect(exchange.fills(request).first?.commission == .zero)
    }

    @Test func discountAssetPaysTheFee() {
        preparePrice()
        exchange.fund(1, 2, 1000)
        exchange.place(exchange.limit(.sell, 100, at: 10))
        exchange.place(exchange.limit(.buy, 100, at: 10, by: 2))
        // 100 of asset 3 are 25 of asset 2, and 18.75 with the discount.
        let price = Query.fills(
            account: AccountID(1),
            instrument: InstrumentID(1),
            order: nil,
            HistoryRange(fromID: nil, start: nil, end: nil, limit: 1)
        )
        guard case .fills(let fills) = exchange.ask(price) else { return }
        // Asset 2 costs four whole coins of asset 3 a coin, as a tick is one coin.
        #expect(fills.first?.commission.units == 18)
        #expect(fills.first?.commissionAsset == AssetID(2))
        #expect(exchange.balance(1, 3) == [101_000, 0])
        #expect(exchange.balance(1, 2) == [982, 0])
        #expect(exchange.isConserved)
    }

    @Test func discountAssetRunsOut() {
        preparePrice()
        exchange.fund(1, 2, 17)
        exchange.place(exchange.limit(.sell, 100, at: 10))
        exchange.place(exchange.limit(.buy, 100, at: 10, by: 2))
        #expect(exchange.balance(1, 2) == [17, 0])
        #expect(exchange.balance(1, 3) == [100_900, 0])
        #expect(exchange.isConserved)
    }

    @Test func feeInTheDiscountAssetItselfIsDiscounted() {
        preparePrice()
        var instrument = Instrument.plain(4, "E", base: 1, quote: 2)
        instrument.makerRate = 10_000_000
        exchange.apply(.addInstrument(instrument))
        exchange.fund(2, 2, 1000)
        var request = exchange.limit(.sell, 10, at: 9)
        request.instrument = InstrumentID(4)
        exchange.place(request)
        request = exchange.limit(.buy, 10, at: 9, by: 2)
        request.instrument = InstrumentID(4)
        exchange.place(request)
        // A tenth of 90, less a quarter, is 6.75.
        #expect(exchange.balance(1, 2) == [84, 0])
    }

    @Test func withoutAPriceTheFeeIsTakenAsUsual() {
        exchange.apply(schedule())
        exchange.apply(terms(1, discount: true))
        exchange.fund(1, 2, 1000)
        exchange.place(exchange.limit(.sell, 100, at: 10))
        exchange.place(exchange.limit(.buy, 100, at: 10, by: 2))
        #expect(exchange.balance(1, 2) == [1000, 0])
        #expect(exchange.balance(1, 3) == [100_900, 0])
    }

    @Test func feeNeverEatsWhatTheWalkStillNeeds() {
        exchange.apply(schedule(asset: 3))
        exchange.apply(terms(2, discount: true))
        exchange.place(exchange.limit(.sell, 500, at: 100))
        exchange.place(exchange.limit(.sell, 500, at: 100))
        // The price of asset 3 in asset 1 is the pair's own: 100 for one.
        let order = exchange.order(exchange.limit(.buy, 1000, at: 100, by: 2))
        #expect(order?.status == .filled)
        #expect(exchange.balance(2, 3) == [0, 0])
        #expect(exchange.isConserved)
    }

    /// The leg that ends holds nothing any more when the fee looks at what is free.
    @Test func pairFreesItsHoldBeforeTheFee() {
        let exchange = Exchange { $0.makerRate = 50_000_000 }
        exchange.fund(4, 1, 15)
        exchange.apply(schedule(asset: 1))
        exchange.apply(terms(4, discount: true))
        exchange.trade(at: 10)
        let legs = [
            exchange.maker(.sell, 10, at: 20, by: 4),
            exchange.stop(.sell, 10, at: 5, limit: 4, by: 4),
        ]
        exchange.list(.oneCancelsOther, legs[0], legs[1])
        exchange.place(exchange.limit(.buy, 8, at: 20, by: 2))
        // Half of 160 at a price of 20, less a quarter, is 3: out of the 5 that were free.
        #expect(exchange.balance(4, 1) == [2, 2])
        #expect(exchange.balance(4, 3) == [160, 0])
    }

    @Test func badTermsAndSchedulesAreRefused() {
        #expect(exchange.apply(terms(1, tier: 1)) == .rejected(.malformed))
        #expect(exchange.apply(terms(40)) == .rejected(.insufficientBalance))
        #expect(exchange.apply(schedule([])) == .rejected(.malformed))
        #expect(exchange.apply(schedule(asset: 9)) == .rejected(.unknownAsset))
        #expect(exchange.apply(schedule([.whole, .whole])) == .done)
        #expect(exchange.apply(terms(1, tier: 1)) == .done)
        #expect(exchange.apply(schedule([.whole])) == .rejected(.malformed))
    }
}
