import MarketData
import Testing
import Trading

/// The obvious model: one pass over all trades ever, a candle an interval.
private func modelCandles(
    _ trades: [Trade],
    _ interval: CandleInterval,
    now: Timestamp
) -> [Candle] {
    guard let first = trades.first else { return [] }
    var result: [Candle] = []
    var close = first.price
    for index in interval.index(of: first.time)...interval.index(of: now) {
        let open = interval.openTime(at: index)
        let end = interval.closeTime(at: index)
        let inside = trades.filter { $0.time >= open && $0.time <= end }
        result.append(modelCandle(inside, open, end, flatAt: close))
        close = inside.last?.price ?? close
    }
    return result
}

private func modelCandle(
    _ trades: [Trade],
    _ open: Timestamp,
    _ end: Timestamp,
    flatAt close: Price
) -> Candle {
    func base(_ trades: [Trade]) -> Amount {
        Amount(units: trades.reduce(0) { $0 + $1.quantity.lots * 100_000 })
    }
    func quote(_ trades: [Trade]) -> Amount {
        Amount(units: trades.reduce(0) { $0 + $1.quoteAmount.units })
    }
    let bought = trades.filter { !$0.isBuyerMaker }
    return Candle(
        openTime: open,
        closeTime: end,
        open: trades.first?.price ?? close,
        high: trades.map(\.price).max() ?? close,
        low: trades.map(\.price).min() ?? close,
        close: trades.last?.price ?? close,
        baseVolume: base(trades),
        quoteVolume: quote(trades),
        takerBuyBaseVolume: base(bought),
        takerBuyQuoteVolume: quote(bought),
        tradeCount: Int64(trades.count),
        firstTradeID: trades.first?.id ?? TradeID(-1),
        lastTradeID: trades.last?.id ?? TradeID(-1)
    )
}

@Suite struct CandleTests {
    private static let start: Int64 = 1_709_164_800_000_000 - 7_000_000

    @Test(arguments: CandleInterval.allCases)
    func candlesEqualTheModel(_ interval: CandleInterval) throws {
        let length = interval.closeTime(at: 1).microseconds - interval.openTime(at: 1).microseconds
        let trades = randomTrades(300, from: Self.start, pauseMax: length, seed: 7)
        let history = try history(of: trades)
        let last = try #require(trades.last)
        let now = Timestamp(microseconds: last.time.microseconds + 3 * length)
        let expected = modelCandles(trades, interval, now: now)
        #expect(expected.count < TradeHistory.candlesLimitMax)
        let found = history.candles(interval, start: nil, end: nil, limit: 1000, now: now)
        #expect(found == expected)
    }

    @Test(arguments: [CandleInterval.oneSecond, .fiveMinutes, .oneWeek, .oneMonth])
    func pagingEqualsTheModel(_ interval: CandleInterval) throws {
        let length = interval.closeTime(at: 1).microseconds - interval.openTime(at: 1).microseconds
        let trades = randomTrades(120, from: Self.start, pauseMax: length, seed: 8)
        let history = try history(of: trades)
        let now = try #require(trades.last?.time)
        let all = modelCandles(trades, interval, now: now)
        var generator = SeededGenerator(seed: 9)
        let range = Self.start - length...now.microseconds + length
        for _ in 0..<200 {
            let start = randomTime(in: range, &generator)
            let end = randomTime(in: range, &generator)
            let limit = Int.random(in: 1...20, using: &generator)
            let inside = all.filter { candle in
                (start.map { candle.openTime >= $0 } ?? true)
                    && (end.map { candle.openTime <= $0 } ?? true)
            }
            let expected = start == nil ? inside.suffix(limit) : inside.prefix(limit)
            let found = history.candles(interval, start: start, end: end, limit: limit, now: now)
            #expect(found == Array(expected), "seed 9")
        }
    }

    private func randomTime(
        in range: ClosedRange<Int64>,
        _ generator: inout SeededGenerator
    ) -> Timestamp? {
        guard Int.random(in: 0...2, using: &generator) > 0 else { return nil }
        return Timestamp(microseconds: Int64.random(in: range, using: &generator))
    }

    @Test func holesRepeatTheLastCloseWithoutVolume() throws {
        let history = try history(of: [
            Instrument.fixture.trade(1, ticks: 100, lots: 5, at: 60_000_000),
            Instrument.fixture.trade(2, ticks: 120, lots: 5, at: 240_000_000),
        ])
        let now = Timestamp(microseconds: 360_000_001)
        let candles = history.candles(.oneMinute, start: .zero, end: nil, limit: 10, now: now)
        #expect(candles.map(\.open.ticks) == [100, 100, 100, 120, 120, 120])
        #expect(candles.map(\.tradeCount) == [1, 0, 0, 1, 0, 0])
        #expect(candles.map(\.openTime.milliseconds) == (1...6).map { $0 * 60_000 })
        #expect(candles.map(\.closeTime.milliseconds) == (1...6).map { $0 * 60_000 + 59_999 })
    }

    @Test func beyondTheRingOnlyWholeCandlesAreGiven() throws {
        // One trade a second for 3000 s; the last 1000 s and 1500 min are kept.
        let trades = (0..<3000).map { second in
            Instrument.fixture.trade(
                Int64(second) + 1,
                ticks: 100 + Int64(second),
                lots: 1,
                at: Int64(second) * 1_000_000
            )
        }
        let history = try history(of: trades)
        let now = Timestamp(microseconds: 2_999_000_000)
        let seconds = history.candles(.oneSecond, start: .zero, end: nil, limit: 1000, now: now)
        #expect(seconds.count == 1000)
        #expect(seconds.first?.open.ticks == 2100)
        let minutes = history.candles(.oneMinute, start: .zero, end: nil, limit: 1000, now: now)
        #expect(minutes.count == 50)
        #expect(minutes.allSatisfy { $0.tradeCount == 60 })
    }

    @Test func noTradesNoCandles() {
        let history = TradeHistory(instrument: .fixture)
        let now = Timestamp(microseconds: 1_000_000_000)
        #expect(history.candles(.oneMinute, start: nil, end: nil, limit: 10, now: now).isEmpty)
        #expect(history.candle(.oneMinute, at: now) == nil)
    }

    @Test func hugeSumsStopAtTheLargestNumber() throws {
        var instrument = Instrument.fixture
        instrument.tickUnits = 1
        instrument.lotUnits = 4_000_000_000_000_000_000
        #expect(instrument.defect == nil)
        var history = TradeHistory(instrument: instrument)
        for id in 1...5 {
            try history.apply(instrument.trade(Int64(id), ticks: 1, lots: 1, at: 1))
        }
        let candle = history.candle(.oneDay, at: .zero)
        #expect(candle?.baseVolume.units == .max)
        #expect(candle?.tradeCount == 5)
    }
}
