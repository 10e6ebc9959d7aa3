import MarketData
import Trading

/// The unit of the times in events.
public enum StreamTimeUnit: Sendable, Hashable, CaseIterable {
    /// The default.
    case milliseconds
    /// Asked for by `timeUnit=MICROSECOND`.
    case microseconds

    func value(_ time: Timestamp) -> Int64 {
        self == .milliseconds ? time.milliseconds : time.microseconds
    }
}

/// Writes the JSON of the market streams; field names are Binance's.
struct StreamPayload {
    let instrument: Instrument
    let now: Timestamp
    let unit: StreamTimeUnit

    private func price(_ key: StaticString, _ price: Price, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.decimal(priceUnits(price))
    }

    private func priceUnits(_ price: Price) -> Int64 {
        let (units, overflows) = price.ticks.multipliedReportingOverflow(by: instrument.tickUnits)
        return overflows ? .max : units
    }

    private func quantity(_ key: StaticString, _ lots: Quantity, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.decimal(quantityUnits(lots))
    }

    private func quantityUnits(_ quantity: Quantity) -> Int64 {
        instrument.baseAmount(quantity)?.units ?? .max
    }

    private func decimal(_ key: StaticString, _ units: Int64, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.decimal(units)
    }

    private func number(_ key: StaticString, _ value: Int64, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.value(value)
    }

    private func flag(_ key: StaticString, _ value: Bool, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.value(value)
    }

    private func time(_ key: StaticString, _ time: Timestamp, _ writer: inout JSONWriter) {
        number(key, unit.value(time), &writer)
    }

    private func symbol(_ writer: inout JSONWriter) {
        writer.key("s")
        writer.value(instrument.symbol)
    }

    private func head(_ event: String, _ writer: inout JSONWriter) {
        writer.key("e")
        writer.value(event)
        time("E", now, &writer)
        symbol(&writer)
    }

    private func levels(
        _ key: StaticString,
        _ levels: [DepthLevel],
        _ writer: inout JSONWriter
    ) {
        writer.key(key)
        writer.array { writer in
            for level in levels {
                writer.array { writer in
                    writer.decimal(priceUnits(level.price))
                    writer.decimal(quantityUnits(level.quantity))
                }
            }
        }
    }

    private func json(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes
    }

    func trade(_ trade: Trade) -> [UInt8] {
        json { writer in
            head("trade", &writer)
            number("t", trade.id.rawValue, &writer)
            price("p", trade.price, &writer)
            quantity("q", trade.quantity, &writer)
            time("T", trade.time, &writer)
            flag("m", trade.isBuyerMaker, &writer)
            flag("M", true, &writer)
        }
    }

    func aggregate(_ trade: AggregateTrade) -> [UInt8] {
        json { writer in
            head("aggTrade", &writer)
            number("a", trade.id, &writer)
            price("p", trade.price, &writer)
            quantity("q", trade.quantity, &writer)
            number("f", trade.firstTradeID.rawValue, &writer)
            number("l", trade.lastTradeID.rawValue, &writer)
            time("T", trade.time, &writer)
            flag("m", trade.isBuyerMaker, &writer)
            flag("M", true, &writer)
        }
    }

    func depthUpdate(firstUpdateID: Int64, _ changes: Depth) -> [UInt8] {
        json { writer in
            head("depthUpdate", &writer)
            number("U", firstUpdateID, &writer)
            number("u", changes.lastUpdateID, &writer)
            levels("b", changes.bids, &writer)
            levels("a", changes.asks, &writer)
        }
    }

    func partialDepth(_ depth: Depth) -> [UInt8] {
        json { writer in
            number("lastUpdateId", depth.lastUpdateID, &writer)
            levels("bids", depth.bids, &writer)
            levels("asks", depth.asks, &writer)
        }
    }

    private static let noLevel = DepthLevel(price: .none, quantity: .zero)

    private func top(_ book: DepthMirror, _ writer: inout JSONWriter) {
        let bid = book.bestBid ?? Self.noLevel
        let ask = book.bestAsk ?? Self.noLevel
        price("b", bid.price, &writer)
        quantity("B", bid.quantity, &writer)
        price("a", ask.price, &writer)
        quantity("A", ask.quantity, &writer)
    }

    func bookTicker(_ book: DepthMirror) -> [UInt8] {
        json { writer in
            number("u", book.lastUpdateID, &writer)
            symbol(&writer)
            top(book, &writer)
        }
    }

    func kline(_ candle: Candle, _ interval: CandleInterval, isClosed: Bool) -> [UInt8] {
        json { writer in
            head("kline", &writer)
            writer.key("k")
            writer.object { writer in
                time("t", candle.openTime, &writer)
                time("T", candle.closeTime, &writer)
                symbol(&writer)
                writer.key("i")
                writer.value(interval.rawValue)
                number("f", candle.firstTradeID.rawValue, &writer)
                number("L", candle.lastTradeID.rawValue, &writer)
                price("o", candle.open, &writer)
                price("c", candle.close, &writer)
                price("h", candle.high, &writer)
                price("l", candle.low, &writer)
                decimal("v", candle.baseVolume.units, &writer)
                number("n", candle.tradeCount, &writer)
                flag("x", isClosed, &writer)
                decimal("q", candle.quoteVolume.units, &writer)
                decimal("V", candle.takerBuyBaseVolume.units, &writer)
                decimal("Q", candle.takerBuyQuoteVolume.units, &writer)
                writer.key("B")
                writer.value("0")
            }
        }
    }

    func miniTicker(_ ticker: Ticker) -> [UInt8] {
        json { writer in
            head("24hrMiniTicker", &writer)
            price("c", ticker.lastPrice, &writer)
            rangeAndVolume(ticker, &writer)
        }
    }

    private func rangeAndVolume(_ ticker: Ticker, _ writer: inout JSONWriter) {
        price("o", ticker.openPrice, &writer)
        price("h", ticker.highPrice, &writer)
        price("l", ticker.lowPrice, &writer)
        decimal("v", ticker.baseVolume.units, &writer)
        decimal("q", ticker.quoteVolume.units, &writer)
    }

    func ticker(_ ticker: Ticker, _ book: DepthMirror) -> [UInt8] {
        json { writer in
            head("24hrTicker", &writer)
            decimal("p", priceUnits(Price(ticks: ticker.priceChangeTicks)), &writer)
            decimal("P", ticker.priceChangePercentUnits, &writer)
            decimal("w", ticker.weightedAveragePriceUnits, &writer)
            price("x", ticker.previousClosePrice, &writer)
            price("c", ticker.lastPrice, &writer)
            quantity("Q", ticker.lastQuantity, &writer)
            top(book, &writer)
            rangeAndVolume(ticker, &writer)
            span(ticker, &writer)
        }
    }

    private func span(_ ticker: Ticker, _ writer: inout JSONWriter) {
        time("O", ticker.openTime, &writer)
        time("C", ticker.closeTime, &writer)
        number("F", ticker.firstTradeID.rawValue, &writer)
        number("L", ticker.lastTradeID.rawValue, &writer)
        number("n", ticker.tradeCount, &writer)
    }

    func windowTicker(_ ticker: Ticker, _ window: TickerWindow) -> [UInt8] {
        json { writer in
            head("\(window.rawValue)Ticker", &writer)
            decimal("p", priceUnits(Price(ticks: ticker.priceChangeTicks)), &writer)
            decimal("P", ticker.priceChangePercentUnits, &writer)
            price("c", ticker.lastPrice, &writer)
            decimal("w", ticker.weightedAveragePriceUnits, &writer)
            rangeAndVolume(ticker, &writer)
            span(ticker, &writer)
        }
    }

    func averagePrice(_ average: AveragePrice) -> [UInt8] {
        json { writer in
            head("avgPrice", &writer)
            writer.key("i")
            writer.value("\(average.minutes)m")
            decimal("w", average.priceUnits, &writer)
            time("T", average.closeTime, &writer)
        }
    }
}
