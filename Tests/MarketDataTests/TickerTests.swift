import MarketData
import Testing
import Trading

@Suite struct TickerTests {
    private static let day: Int64 = 86_400_000_000

    @Test func rollingDayCountsOnlyItsTrades() throws {
        let now = 20_000 * Self.day + 30_000_000
        let history = try history(of: [
            Instrument.fixture.trade(1, ticks: 900, lots: 1, at: now - Self.day - 90_000_000),
            Instrument.fixture.trade(2, ticks: 1000, lots: 10, at: now - Self.day + 1_000_000),
            Instrument.fixture.trade(3, ticks: 1500, lots: 20, at: now - 5_000_000),
            Instrument.fixture.trade(4, ticks: 800, lots: 10, at: now - 4_000_000),
            Instrument.fixture.trade(5, ticks: 1250, lots: 10, at: now - 1_000_000),
        ])
        let ticker = history.ticker(now: Timestamp(microseconds: now))
        #expect(ticker.openTime.microseconds == now - Self.day - 30_000_000)
        #expect(ticker.closeTime.microseconds == now)
        #expect(ticker.openPrice.ticks == 1000)
        #expect(ticker.highPrice.ticks == 1500)
        #expect(ticker.lowPrice.ticks == 800)
        #expect(ticker.lastPrice.ticks == 1250)
        #expect(ticker.lastQuantity.lots == 10)
        #expect(ticker.previousClosePrice.ticks == 900)
        #expect(ticker.tradeCount == 4)
        #expect(ticker.firstTradeID == TradeID(2))
        #expect(ticker.lastTradeID == TradeID(5))
        #expect(FixedPoint.text(ticker.baseVolume.units) == "0.05000000")
        // 10 + 0.3 + 0.08 + 0.125 at 0.01 each lot: 0.10 + 0.30 + 0.08 + 0.125 = 0.605.
        #expect(FixedPoint.text(ticker.quoteVolume.units) == "0.60500000")
        #expect(FixedPoint.text(ticker.weightedAveragePriceUnits) == "12.10000000")
        #expect(ticker.priceChangeTicks == 250)
        #expect(FixedPoint.text(ticker.priceChangePercentUnits) == "25.00000000")
    }

    @Test func quietDayShowsTheLastPrice() throws {
        let history = try history(of: [Instrument.fixture.trade(1, ticks: 900, lots: 1, at: 1)])
        let ticker = history.ticker(now: Timestamp(microseconds: 3 * Self.day))
        #expect(ticker.openPrice.ticks == 900)
        #expect(ticker.highPrice.ticks == 900)
        #expect(ticker.tradeCount == 0)
        #expect(ticker.firstTradeID == TradeID(-1))
        #expect(ticker.weightedAveragePriceUnits == 0)
        #expect(ticker.priceChangePercentUnits == 0)
    }

    @Test func beforeTheFirstTradeAllIsZero() {
        let ticker = TradeHistory(instrument: .fixture).ticker(now: Timestamp(microseconds: 1))
        #expect(ticker.lastPrice == .none)
        #expect(ticker.previousClosePrice == .none)
        #expect(ticker.tradeCount == 0)
    }

    @Test func averagePriceSpansFiveMinutes() throws {
        let history = try history(of: [
            Instrument.fixture.trade(1, ticks: 5000, lots: 10, at: 99_000_000),
            Instrument.fixture.trade(2, ticks: 1000, lots: 10, at: 200_000_000),
            Instrument.fixture.trade(3, ticks: 2000, lots: 30, at: 300_000_000),
        ])
        let average = history.averagePrice(now: Timestamp(microseconds: 400_000_000))
        #expect(FixedPoint.text(average.priceUnits) == "17.50000000")
        #expect(average.closeTime.microseconds == 300_000_000)
        let later = history.averagePrice(now: Timestamp(microseconds: 900_000_000))
        #expect(FixedPoint.text(later.priceUnits) == "20.00000000")
    }
}
