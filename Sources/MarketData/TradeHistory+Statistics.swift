import Trading

extension TradeHistory {
    private static let day = Timestamp(microseconds: 86_400_000_000)

    /// Candles in order of time, without holes from the first trade ever up to now.
    ///
    /// - Parameters:
    ///   - interval: Their length.
    ///   - offset: How far the zone in which days begin is ahead of UTC, in microseconds.
    ///   - start: Only candles that open at or after it, the oldest of them first.
    ///   - end: Only candles that open at or before it.
    ///   - limit: At most this many, and at most `candlesLimitMax`; without `start` the newest.
    ///   - now: Up to when empty intervals are filled with the last close.
    /// - Returns: What the bounded history still knows whole.
    public func candles(
        _ interval: CandleInterval,
        offset: Int64 = 0,
        start: Timestamp?,
        end: Timestamp?,
        limit: Int,
        now: Timestamp
    ) -> [Candle] {
        let grid = CandleGrid(interval, offset: offset)
        return series(grid.stored).candles(
            grid,
            start: start,
            end: end,
            limit: min(limit, Self.candlesLimitMax),
            now: now
        )
    }

    /// The candle an instant lies in.
    ///
    /// - Parameters:
    ///   - interval: Its length.
    ///   - time: The instant.
    /// - Returns: `nil` before the first trade and beyond the bounded history.
    public func candle(_ interval: CandleInterval, at time: Timestamp) -> Candle? {
        let open = interval.openTime(at: interval.index(of: time))
        return candles(interval, start: open, end: open, limit: 1, now: time).first
    }

    /// The rolling statistics of 24 hours.
    ///
    /// - Parameter now: Where the window ends.
    /// - Returns: The window opens on a whole minute, so it is up to a minute wider.
    public func ticker(now: Timestamp) -> Ticker {
        ticker(
            from: Timestamp(microseconds: now.microseconds - Self.day.microseconds),
            now: now
        )
    }

    /// The statistics since a moment.
    ///
    /// - Parameters:
    ///   - start: Rounded down to the minute, or to the hour or day where minutes are not kept.
    ///   - now: Where the window ends.
    /// - Returns: Complete within the bounds of the history.
    public func ticker(from start: Timestamp, now: Timestamp) -> Ticker {
        let series =
            minutes.covers(from: start) ? minutes : hours.covers(from: start) ? hours : days
        let openTime = series.interval.openTime(at: series.interval.index(of: start))
        let first = series.firstIndex(openingFrom: openTime)
        var sum = Candle(openTime: openTime, closeTime: max(now, lastTime), flatAt: lastPrice)
        for index in first..<series.candles.count { sum.fold(series.candles[index]) }
        return Ticker(
            openTime: sum.openTime,
            closeTime: sum.closeTime,
            openPrice: sum.open,
            highPrice: sum.high,
            lowPrice: sum.low,
            lastPrice: lastPrice,
            lastQuantity: stored.last?.quantity ?? .zero,
            previousClosePrice: series.close(before: first) ?? sum.open,
            baseVolume: sum.baseVolume,
            quoteVolume: sum.quoteVolume,
            firstTradeID: sum.firstTradeID,
            lastTradeID: sum.lastTradeID,
            tradeCount: sum.tradeCount
        )
    }

    /// The statistics of the day that goes on in a time zone.
    ///
    /// - Parameters:
    ///   - offset: How far the zone is ahead of UTC, in microseconds.
    ///   - now: A moment of the day.
    /// - Returns: From the day's first moment to its last, which is yet to come.
    public func tradingDay(offset: Int64, now: Timestamp) -> Ticker {
        let grid = CandleGrid(.oneDay, offset: offset)
        let index = grid.index(of: now)
        var ticker = ticker(from: grid.openTime(at: index), now: now)
        ticker.closeTime = grid.closeTime(at: index)
        return ticker
    }

    /// The volume weighted price of the last five minutes; the last price when none traded.
    ///
    /// - Parameter now: Where the span ends.
    /// - Returns: Zero before the first trade.
    public func averagePrice(now: Timestamp) -> AveragePrice {
        let start = Timestamp(microseconds: now.microseconds - 300_000_000)
        var sum = Candle(openTime: start, closeTime: now, flatAt: lastPrice)
        for index in seconds.firstIndex(openingFrom: start)..<seconds.candles.count {
            sum.fold(seconds.candles[index])
        }
        let (lastUnits, overflows) = lastPrice.ticks.multipliedReportingOverflow(
            by: instrument.tickUnits
        )
        let average = sum.quoteVolume.price(perBase: sum.baseVolume)
        return AveragePrice(
            minutes: 5,
            priceUnits: sum.tradeCount > 0 ? average : overflows ? .max : lastUnits,
            closeTime: lastTime
        )
    }
}
