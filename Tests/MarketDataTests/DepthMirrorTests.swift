import MarketData
import Testing
import Trading

@Suite struct DepthMirrorTests {
    private func change(_ id: Int64, _ side: Side, _ ticks: Int64, _ lots: Int64) -> LevelChange {
        LevelChange(
            instrument: InstrumentID(0),
            side: side,
            price: Price(ticks: ticks),
            quantity: Quantity(lots: lots),
            updateID: id
        )
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func mirrorEqualsAReplay(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var mirror = DepthMirror()
        var model: [Side: [Int64: Int64]] = [.buy: [:], .sell: [:]]
        for id in 1...3000 {
            let side: Side = Bool.random(using: &generator) ? .buy : .sell
            let ticks = Int64.random(in: 1...60, using: &generator)
            let lots = max(Int64.random(in: -20...20, using: &generator), 0)
            try mirror.apply(change(Int64(id), side, ticks, lots))
            model[side]?[ticks] = lots == 0 ? nil : lots
            guard id % 50 == 0 else { continue }
            let depth = mirror.depth(limit: .max)
            #expect(depth.lastUpdateID == Int64(id))
            #expect(depth.bids == levels(model[.buy]) { $0 > $1 }, "seed \(seed)")
            #expect(depth.asks == levels(model[.sell]) { $0 < $1 }, "seed \(seed)")
            #expect(DepthMirror(depth) == mirror)
            #expect(mirror.bestBid == depth.bids.first)
            #expect(mirror.bestAsk == depth.asks.first)
            #expect(mirror.depth(limit: 5).bids == Array(depth.bids.prefix(5)))
            for ticks in Int64(1)...60 {
                let expected = Quantity(lots: model[side]?[ticks] ?? 0)
                #expect(mirror.quantity(side, at: Price(ticks: ticks)) == expected)
            }
        }
    }

    private func levels(
        _ side: [Int64: Int64]?,
        _ isBetter: (Int64, Int64) -> Bool
    ) -> [DepthLevel] {
        (side ?? [:]).sorted { isBetter($0.key, $1.key) }.map {
            DepthLevel(price: Price(ticks: $0.key), quantity: Quantity(lots: $0.value))
        }
    }

    @Test(arguments: [Int64(0), 1, 3])
    func aGapIsSeenAndChangesNothing(_ id: Int64) throws {
        var market = PairMarket(instrument: .fixture)
        try market.apply(.level(change(1, .buy, 10, 5)))
        let before = market.book
        #expect(throws: MarketGap.level(expected: 2, found: id)) {
            try market.apply(.level(change(id, .buy, 11, 5)))
        }
        #expect(market.book == before)
        try market.apply(.level(change(2, .buy, 11, 5)))
    }
}
