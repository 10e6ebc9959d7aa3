import Testing
import Trading

/// Instruments: defects, exact products, fee shares.
@Suite struct InstrumentTests {
    static func instrument(_ change: (inout Instrument) -> Void = { _ in }) -> Instrument {
        var instrument = Instrument(
            id: InstrumentID(1),
            symbol: "BTCUSDT",
            base: AssetID(1),
            quote: AssetID(2),
            tickUnits: 1_000_000,
            lotUnits: 1_000,
            priceMin: Price(ticks: 1),
            priceMax: Price(ticks: 100_000_000),
            quantityMin: Quantity(lots: 1),
            quantityMax: Quantity(lots: 900_000_000),
            marketQuantityMax: .zero,
            notionalMin: Amount(units: 500_000_000),
            notionalMax: Amount(units: 900_000_000_000_000),
            bidMultiplierUp: 500_000_000,
            bidMultiplierDown: 20_000_000,
            askMultiplierUp: 500_000_000,
            askMultiplierDown: 20_000_000,
            marketBand: 5_000_000,
            openOrdersMax: 200,
            makerRate: 100_000,
            takerRate: 100_000,
            defaultSelfTradePrevention: .expireMaker
        )
        change(&instrument)
        return instrument
    }

    @Test func soundInstrumentHasNoDefect() { #expect(Self.instrument().defect == nil) }

    @Test func defectsAreFound() {
        let changes: [(inout Instrument) -> Void] = [
            { $0.tickUnits = 1 }, { $0.tickUnits = 0 }, { $0.lotUnits = -1_000 },
            { $0.tickUnits = Int64.max }, { $0.quote = $0.base }, { $0.priceMin = .none },
            { $0.priceMax = .none }, { $0.quantityMin = .zero }, { $0.quantityMax = .zero },
            { $0.notionalMin = Amount(units: -1) }, { $0.notionalMax = .zero },
            { $0.makerRate = -1 }, { $0.takerRate = 100_000_001 }, { $0.marketBand = -1 },
            { $0.bidMultiplierUp = -1 }, { $0.askMultiplierDown = -1 }, { $0.openOrdersMax = -1 },
            { $0.marketQuantityMax = Quantity(lots: -1) },
        ]
        for (index, change) in changes.enumerated() {
            #expect(Self.instrument(change).defect != nil, "change \(index)")
        }
    }

    @Test func notionalIsExact() {
        // 30000.01 × 0.12345 = 3703.5012345.
        let price = Price(ticks: 3_000_001)
        let quantity = Quantity(lots: 12_345)
        #expect(Self.instrument().notional(price, quantity) == Amount(units: 370_350_123_450))
        #expect(Self.instrument().baseAmount(quantity) == Amount(units: 12_345_000))
    }

    @Test func notionalBeyond63BitsIsNil() {
        let instrument = Self.instrument()
        #expect(instrument.notional(Price(ticks: Int64.max), Quantity(lots: 1)) == nil)
        #expect(instrument.notional(Price(ticks: 1 << 40), Quantity(lots: 1 << 40)) == nil)
        let most = Quantity(lots: Int64.max / 1_000)
        #expect(instrument.baseAmount(most) != nil)
        #expect(instrument.baseAmount(most + Quantity(lots: 1)) == nil)
    }

    @Test(arguments: [
        (0, 100_000, 0), (999, 100_000, 0), (1_000, 100_000, 1), (1_999, 100_000, 1),
        (100, 0, 0), (7, 100_000_000, 7), (Int.max, 100_000_000, Int.max),
        (Int.max, 50_000_000, Int.max / 2),
    ])
    func shareIsRoundedDown(units: Int, rate: Int, share: Int) {
        #expect(Amount(units: Int64(units)).share(rate: Int64(rate)).units == Int64(share))
    }

    @Test func overflowOfMoneyStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            _ = Amount(units: Int64.max) + Amount(units: 1)
        }
    }
}
