import MarketData
import Trading

extension StreamHub {
    /// A trade of the interval may still be under way for this long after its end.
    private static let candleGraceMicroseconds: Int64 = 200_000
    /// The least time between two updates of one candle.
    private static let candlePauseMicroseconds: Int64 = 250_000
    /// Closing updates sent at once for a market that was asleep.
    private static let candlesClosedMax = 1000

    /// Sends what is due by time.
    ///
    /// - Parameters:
    ///   - markets: All pairs.
    ///   - now: The present; about every 50 ms.
    ///   - output: Where payloads are appended.
    public mutating func tick(
        markets: [PairMarket],
        now: Timestamp,
        to output: inout StreamOutput
    ) {
        let isFastDue = Self.isDue(&nextFast, StreamSpeed.fast, now)
        let isSlowDue = Self.isDue(&nextSlow, StreamSpeed.slow, now)
        for (pair, market) in markets.enumerated() where !slotsOfPair[pair].isEmpty {
            // The day's statistics are the dearest part, so they are made once a pair.
            let ticker = isSlowDue && wantsTicker(pair) ? market.history.ticker(now: now) : nil
            for slot in slotsOfPair[pair] {
                guard let kind = live[slot]?.name.kind else { continue }
                switch kind {
                case .kline(let interval): tickCandle(slot, interval, market, now, &output)
                case .depth(let speed) where speed == .fast ? isFastDue : isSlowDue:
                    sendDepth(slot, market, now, &output)
                case .partialDepth(_, let speed) where speed == .fast ? isFastDue : isSlowDue:
                    sendStatistics(slot, market, ticker, now, &output)
                case .miniTicker where isSlowDue, .ticker where isSlowDue,
                    .averagePrice where isSlowDue, .windowTicker where isSlowDue:
                    sendStatistics(slot, market, ticker, now, &output)
                default: break
                }
            }
        }
        if isSlowDue { sendAll(markets, now, &output) }
    }

    private static func isDue(
        _ next: inout Timestamp,
        _ speed: StreamSpeed,
        _ now: Timestamp
    ) -> Bool {
        guard now >= next else { return false }
        let period = speed.periodMicroseconds
        next = Timestamp(microseconds: (now.microseconds / period + 1) * period)
        return true
    }

    private func wantsTicker(_ pair: Int) -> Bool {
        slotsOfPair[pair].contains { slot in
            live[slot]?.name.kind == .ticker || live[slot]?.name.kind == .miniTicker
        }
    }

    private mutating func sendDepth(
        _ slot: Int,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        guard let stream = live[slot], stream.lastUpdateID < market.book.lastUpdateID,
            let changes = live[slot]?.changed.take(from: market.book)
        else { return }
        // Changes that a resync cancelled out leave ids without levels; the next event spans them.
        if changes.bids.isEmpty, changes.asks.isEmpty { return }
        live[slot]?.lastUpdateID = changes.lastUpdateID
        stream.subscribers.deliver(stream.name, to: &output) { unit in
            payload(market, now, unit).depthUpdate(
                firstUpdateID: stream.lastUpdateID + 1,
                changes
            )
        }
    }

    private func sendStatistics(
        _ slot: Int,
        _ market: PairMarket,
        _ ticker: Ticker?,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        guard let stream = live[slot] else { return }
        stream.subscribers.deliver(stream.name, to: &output) { unit in
            let payload = payload(market, now, unit)
            switch stream.name.kind {
            case .partialDepth(let levels, _):
                return payload.partialDepth(market.book.depth(limit: levels))
            case .averagePrice:
                return payload.averagePrice(market.history.averagePrice(now: now))
            case .windowTicker(let window):
                return payload.windowTicker(Self.ticker(of: market, window, now), window)
            case .miniTicker:
                return payload.miniTicker(ticker ?? market.history.ticker(now: now))
            default:
                return payload.ticker(ticker ?? market.history.ticker(now: now), market.book)
            }
        }
    }

    // MARK: Candles

    private mutating func tickCandle(
        _ slot: Int,
        _ interval: CandleInterval,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        let settled = Timestamp(microseconds: now.microseconds - Self.candleGraceMicroseconds)
        closeCandles(slot, interval, before: settled, market, now, &output)
        guard let stream = live[slot], stream.isCandleChanged, now >= stream.candleDue else {
            return
        }
        live[slot]?.isCandleChanged = false
        live[slot]?.candleDue = Timestamp(
            microseconds: now.microseconds + Self.candlePauseMicroseconds
        )
        sendCandle(stream, interval, stream.candleIndex, isClosed: false, market, now, &output)
    }

    /// Sends the closing update of every interval that ended before a moment, each once.
    mutating func closeCandles(
        _ slot: Int,
        _ interval: CandleInterval,
        before time: Timestamp,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        guard let stream = live[slot] else { return }
        let open = interval.index(of: time)
        guard stream.candleIndex < open else { return }
        live[slot]?.candleIndex = open
        live[slot]?.isCandleChanged = false
        let first = max(stream.candleIndex, open - Int64(Self.candlesClosedMax))
        for index in first..<open {
            sendCandle(stream, interval, index, isClosed: true, market, now, &output)
        }
    }

    private func sendCandle(
        _ stream: LiveStream,
        _ interval: CandleInterval,
        _ index: Int64,
        isClosed: Bool,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        let openTime = interval.openTime(at: index)
        guard let candle = market.history.candle(interval, at: openTime) else { return }
        stream.subscribers.deliver(stream.name, to: &output) { unit in
            payload(market, now, unit).kline(candle, interval, isClosed: isClosed)
        }
    }

    // MARK: All pairs

    private mutating func sendAll(
        _ markets: [PairMarket],
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        defer {
            for pair in isPairChanged.indices { isPairChanged[pair] = false }
        }
        guard !slotsOfAll.isEmpty else { return }
        let tickers = markets.map { $0.history.ticker(now: now) }
        for slot in slotsOfAll {
            guard let stream = live[slot] else { continue }
            live[slot]?.isFullDue = false
            let pairs = markets.indices.filter { stream.isFullDue || isPairChanged[$0] }
            if pairs.isEmpty { continue }
            stream.subscribers.deliver(stream.name, to: &output) { unit in
                var writer = JSONWriter(capacity: 512 * pairs.count)
                writer.array { writer in
                    for pair in pairs {
                        writer.raw(
                            element(stream.name.kind, markets[pair], tickers[pair], now, unit)
                        )
                    }
                }
                return writer.bytes
            }
        }
    }

    /// What a stream of all pairs says of one.
    private func element(
        _ kind: StreamName.Kind,
        _ market: PairMarket,
        _ ticker: Ticker,
        _ now: Timestamp,
        _ unit: StreamTimeUnit
    ) -> [UInt8] {
        let payload = payload(market, now, unit)
        switch kind {
        case .allTickers: return payload.ticker(ticker, market.book)
        case .allWindowTickers(let window):
            return payload.windowTicker(Self.ticker(of: market, window, now), window)
        default: return payload.miniTicker(ticker)
        }
    }

    private static func ticker(
        of market: PairMarket,
        _ window: TickerWindow,
        _ now: Timestamp
    ) -> Ticker {
        let start = Timestamp(microseconds: now.microseconds - window.microseconds)
        return market.history.ticker(from: start, now: now)
    }
}
