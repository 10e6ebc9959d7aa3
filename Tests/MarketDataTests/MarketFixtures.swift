import MarketData
import Trading

/// A generator with a seed, so that a failure can be run again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Instrument {
    /// Tick 0.01, lot 0.001: one tick × one lot is 0.00001 quote.
    static let fixture = Instrument(
        id: InstrumentID(0),
        symbol: "BTCUSDT",
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 1_000_000,
        lotUnits: 100_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1_000_000_000),
        quantityMin: Quantity(lots: 1),
        quantityMax: Quantity(lots: 1_000_000_000),
        marketQuantityMax: .zero,
        notionalMin: .zero,
        notionalMax: Amount(units: .max),
        bidMultiplierUp: 0,
        bidMultiplierDown: 0,
        askMultiplierUp: 0,
        askMultiplierDown: 0,
        marketBand: 0,
        openOrdersMax: 200,
        makerRate: 0,
        takerRate: 0,
        defaultSelfTradePrevention: .expireMaker
    )

    func trade(
        _ id: Int64,
        ticks: Int64,
        lots: Int64,
        at microseconds: Int64,
        isBuyerMaker: Bool = false
    ) -> Trade {
        let price = Price(ticks: ticks)
        let quantity = Quantity(lots: lots)
        return Trade(
            instrument: self.id,
            id: TradeID(id),
            price: price,
            quantity: quantity,
            quoteAmount: notional(price, quantity) ?? .zero,
            time: Timestamp(microseconds: microseconds),
            isBuyerMaker: isBuyerMaker
        )
    }
}

/// Random trades with pauses between nothing and `pauseMax`, many of them at one moment.
func randomTrades(
    _ count: Int,
    from start: Int64,
    pauseMax: Int64,
    seed: UInt64
) -> [Trade] {
    var generator = SeededGenerator(seed: seed)
    var time = start
    var ticks: Int64 = 3_000_000
    return (1...Int64(count)).map { id in
        if Bool.random(using: &generator) {
            time += Int64.random(in: 0...pauseMax, using: &generator)
        }
        ticks += Int64.random(in: -2...2, using: &generator)
        return Instrument.fixture.trade(
            id,
            ticks: ticks,
            lots: Int64.random(in: 1...5000, using: &generator),
            at: time,
            isBuyerMaker: Bool.random(using: &generator)
        )
    }
}

func history(of trades: [Trade]) throws -> TradeHistory {
    var history = TradeHistory(instrument: .fixture)
    for trade in trades { try history.apply(trade) }
    return history
}
