import MarketData
import Testing
import Trading

@testable import API

@Suite struct StreamKlineTests {
    @Test func closingUpdateComesOnceAndPromptly() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@kline_1s")
        try fixture.trade(100, 1)
        fixture.advance(milliseconds: 50)
        #expect(try fixture.take(1).map(\.k?.x) == [false])
        fixture.advance(milliseconds: 1150)
        let closed = try fixture.take(1)
        #expect(closed.map(\.k?.x) == [true])
        #expect(closed.first?.k?.t == 1_700_000_040_000)
        #expect(closed.first?.k?.T == 1_700_000_040_999)
        fixture.advance(milliseconds: 3000)
        // Quiet intervals are closed too, so that no candle is missing.
        let quiet = try fixture.take(1)
        #expect(quiet.map(\.k?.x) == [true, true, true])
        #expect(quiet.map(\.k?.n) == [0, 0, 0])
    }

    @Test func aTradeOfTheNextIntervalClosesTheLast() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@kline_1m")
        try fixture.trade(100, 1)
        fixture.now = Timestamp(microseconds: fixture.now.microseconds + 60_000_000)
        try fixture.trade(105, 1)
        let told = try fixture.take(1)
        #expect(told.map(\.k?.x) == [true])
        #expect(told.first?.k?.c == "1.00000000")
        fixture.advance(milliseconds: 1000)
        #expect(try fixture.take(1).map(\.k?.x) == [false])
    }

    @Test func updatesArePaced() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@kline_1h")
        for _ in 0..<100 {
            try fixture.trade(100, 1)
            fixture.advance(milliseconds: 50)
        }
        let count = try fixture.take(1).count
        #expect(count >= 5000 / 2000 && count <= 5000 / 250)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func closedCandlesAreEachOnceAndFinal(_ seed: UInt64) throws {
        var generator = StreamGenerator(seed: seed)
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@kline_1s")
        try fixture.trade(100, 1)
        var closed: [Payload.Kline] = []
        for _ in 0..<1500 {
            if generator.next() % 4 == 0 {
                try fixture.trade(Int64(generator.next() % 50) + 1, 1)
            }
            fixture.advance(milliseconds: 50)
            closed += try fixture.take(1).compactMap(\.k).filter(\.x)
        }
        let expected = fixture.markets[0].history.candles(
            .oneSecond,
            start: nil,
            end: nil,
            limit: 1000,
            now: fixture.now
        )
        #expect(closed.count >= 73)
        #expect(closed.map(\.t) == expected.prefix(closed.count).map(\.openTime.milliseconds))
        #expect(closed.map(\.n) == expected.prefix(closed.count).map(\.tradeCount), "seed \(seed)")
    }
}
