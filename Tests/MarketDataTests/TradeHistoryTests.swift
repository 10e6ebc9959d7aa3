import MarketData
import Testing
import Trading
import Wire

@Suite struct TradeHistoryTests {
    private let trades = randomTrades(5000, from: 1_700_000_000_000_000, pauseMax: 900, seed: 3)

    @Test func recentTradesAreTheNewestInOrder() throws {
        let history = try history(of: trades)
        #expect(history.recentTrades(limit: 10) == Array(trades.suffix(10)))
        #expect(history.recentTrades(limit: .max) == Array(trades.suffix(TradeHistory.tradesMax)))
        #expect(history.recentTrades(limit: 0).isEmpty)
        #expect(history.lastPrice == trades.last?.price)
    }

    @Test func tradesFromAnIDGoUpwards() throws {
        let history = try history(of: trades)
        #expect(history.trades(fromID: TradeID(4001), limit: 5) == Array(trades[4000..<4005]))
        #expect(history.trades(fromID: TradeID(1), limit: 2) == Array(trades[3000..<3002]))
        #expect(history.trades(fromID: TradeID(4999), limit: .max) == Array(trades.suffix(2)))
        #expect(history.trades(fromID: TradeID(5001), limit: 5).isEmpty)
    }

    @Test func aGapIsSeenAndChangesNothing() throws {
        var history = try history(of: Array(trades.prefix(10)))
        for wrong in [10, 12] {
            let trade = trades[wrong - 1]
            #expect(throws: MarketGap.trade(expected: TradeID(11), found: trade.id)) {
                try history.apply(trade)
            }
        }
        #expect(history.recentTrades(limit: 100) == Array(trades.prefix(10)))
        try history.apply(trades[10])
    }

    /// All aggregates of all trades ever, by the rule as it reads.
    private var model: [AggregateTrade] {
        var result: [AggregateTrade] = []
        for trade in trades {
            if let last = result.last, last.price == trade.price, last.time == trade.time,
                last.isBuyerMaker == trade.isBuyerMaker
            {
                result[result.count - 1].quantity += trade.quantity
                result[result.count - 1].lastTradeID = trade.id
                continue
            }
            result.append(
                AggregateTrade(
                    id: Int64(result.count) + 1,
                    price: trade.price,
                    quantity: trade.quantity,
                    firstTradeID: trade.id,
                    lastTradeID: trade.id,
                    time: trade.time,
                    isBuyerMaker: trade.isBuyerMaker
                )
            )
        }
        return result
    }

    @Test func aggregatesAreWholeAndPaged() throws {
        let history = try history(of: trades)
        let all = model
        let oldest = history.oldestTradeID
        let held = all.filter { $0.firstTradeID >= oldest }
        #expect(held.count < all.count && held.count < 2000)
        func found(_ id: Int64?, _ start: Timestamp?, _ end: Timestamp?) -> [AggregateTrade] {
            history.aggregateTrades(fromID: id, start: start, end: end, limit: 50)
        }
        #expect(found(nil, nil, nil) == Array(held.suffix(50)))
        #expect(found(held[100].id, nil, nil) == Array(held[100..<150]))
        #expect(found(1, nil, nil) == Array(held.prefix(50)))
        let (start, end) = (held[200].time, held[230].time)
        #expect(found(nil, start, nil) == Array(held.filter { $0.time >= start }.prefix(50)))
        #expect(found(nil, nil, end) == Array(held.filter { $0.time <= end }.suffix(50)))
        let both = held.filter { $0.time >= start && $0.time <= end }
        #expect(found(nil, start, end) == Array(both.prefix(50)))
    }

    @Test(arguments: [0, 1, 50, 5000])
    func snapshotsRoundTrip(_ count: Int) throws {
        // A pause of up to a minute evicts from all but the longest series.
        let trades = randomTrades(max(count, 1), from: 0, pauseMax: 60_000_000, seed: 4)
        var original = try history(of: Array(trades.prefix(count)))
        let bytes = encoded(original)
        var reader = ByteReader(bytes)
        var copy = try TradeHistory(instrument: .fixture, decoding: &reader)
        try reader.finish()
        #expect(encoded(copy) == bytes)
        let next = Instrument.fixture.trade(
            Int64(count) + 1,
            ticks: 77,
            lots: 3,
            at: original.lastTime.microseconds + 1
        )
        try original.apply(next)
        try copy.apply(next)
        #expect(encoded(copy) == encoded(original))
        #expect(copy.ticker(now: next.time) == original.ticker(now: next.time))
        for interval in CandleInterval.allCases {
            let expected = original.candles(
                interval,
                start: nil,
                end: nil,
                limit: 1000,
                now: next.time
            )
            let found = copy.candles(interval, start: nil, end: nil, limit: 1000, now: next.time)
            #expect(found == expected)
        }
    }

    @Test func shortSnapshotsAreRefused() throws {
        let bytes = encoded(try history(of: Array(trades.prefix(20))))
        for size in 0..<bytes.count {
            var reader = ByteReader(bytes, in: 0..<size)
            #expect(throws: DecodeError.self) {
                _ = try TradeHistory(instrument: .fixture, decoding: &reader)
            }
        }
    }

    @Test func corruptSnapshotsNeverTrap() throws {
        let bytes = encoded(try history(of: Array(trades.prefix(20))))
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            var bad = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bad[Int.random(in: 0..<bad.count, using: &generator)] =
                    UInt8.random(in: 0...255, using: &generator)
            }
            var reader = ByteReader(bad)
            // Refusing is right, and so is taking what is plausible; only a trap would be wrong.
            guard let copy = try? TradeHistory(instrument: .fixture, decoding: &reader) else {
                continue
            }
            let now = Timestamp(microseconds: 1_800_000_000_000_000)
            _ = copy.ticker(now: now)
            _ = copy.averagePrice(now: now)
            _ = copy.recentTrades(limit: 100)
            _ = copy.candles(.oneMonth, start: nil, end: nil, limit: 10, now: now)
        }
    }

    private func encoded(_ history: TradeHistory) -> [UInt8] {
        var writer = ByteWriter()
        history.encode(into: &writer)
        return writer.bytes
    }
}
