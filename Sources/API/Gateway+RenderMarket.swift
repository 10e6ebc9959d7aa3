import MarketData
import Trading

/// From the router's mirror to an answer.
extension Gateway {
    /// Renders market data.
    ///
    /// - Parameters:
    ///   - plan: Came with the operation.
    ///   - source: Up to date for the plan's pairs.
    /// - Returns: The answer; -1001 when a pair has no mirror.
    public func render(_ plan: MarketPlan, source: some MarketSource) -> APIResponse {
        var markets: [PairMarket] = []
        markets.reserveCapacity(plan.instruments.count)
        for id in plan.instruments {
            guard let market = source.market(id) else { return renderUnavailable() }
            markets.append(market)
        }
        return APIResponse(capacity: 1024 * max(markets.count, 1)) { writer in
            if plan.isList {
                writer.array { for market in markets { write(plan, market, to: &$0) } }
            } else {
                for market in markets { write(plan, market, to: &writer) }
            }
        }
    }

    private func write(_ plan: MarketPlan, _ market: PairMarket, to writer: inout JSONWriter) {
        let json = MarketJSON(
            instrument: market.instrument,
            symbol: venue.json(market.instrument.id),
            unit: plan.unit
        )
        switch plan.kind {
        case .depth(let limit): json.write(market.book.depth(limit: limit), to: &writer)
        case .trades(let from, let limit):
            let trades =
                from.map { market.history.trades(fromID: $0, limit: limit) }
                ?? market.history.recentTrades(limit: limit)
            writer.array { for trade in trades { json.write(trade, to: &$0) } }
        case .aggregateTrades(let range): write(range, market, json, to: &writer)
        case .candles(let range): write(range, market, json, plan.now, to: &writer)
        case .averagePrice:
            json.write(market.history.averagePrice(now: plan.now), to: &writer)
        case .ticker24Hours(let isMini):
            let ticker = market.history.ticker(now: plan.now)
            json.write(ticker, market.book, isMini: isMini, to: &writer)
        case .rollingTicker(let length, let isMini):
            let start = Timestamp(microseconds: plan.now.microseconds - length)
            json.writeWindow(
                market.history.ticker(from: start, now: plan.now),
                isMini: isMini,
                to: &writer
            )
        case .tradingDayTicker(let offset, let isMini):
            json.writeWindow(
                market.history.tradingDay(offset: offset, now: plan.now),
                isMini: isMini,
                to: &writer
            )
        case .tickerPrice: json.writePrice(market.history.lastPrice, to: &writer)
        case .tickerBook: json.writeTop(market.book, to: &writer)
        }
    }

    private func write(
        _ range: MarketPlan.AggregateRange,
        _ market: PairMarket,
        _ json: MarketJSON,
        to writer: inout JSONWriter
    ) {
        let trades = market.history.aggregateTrades(
            fromID: range.fromID,
            start: range.start,
            end: range.end,
            limit: range.limit
        )
        writer.array { for trade in trades { json.write(trade, to: &$0) } }
    }

    private func write(
        _ range: MarketPlan.CandleRange,
        _ market: PairMarket,
        _ json: MarketJSON,
        _ now: Timestamp,
        to writer: inout JSONWriter
    ) {
        let candles = market.history.candles(
            range.interval,
            offset: range.offset,
            start: range.start,
            end: range.end,
            limit: range.limit,
            now: now
        )
        writer.array { for candle in candles { json.write(candle, to: &$0) } }
    }
}
