import Trading

/// The stored candles of one interval: only intervals with trades, the newest `capacity` of them.
struct CandleSeries: Sendable {
    let interval: CandleInterval
    private(set) var candles: Ring<Candle>
    /// Where knowledge ends: everything that opened later is complete.
    private(set) var evictedOpenTime: Timestamp?
    private(set) var evictedClose = Price.none

    init(interval: CandleInterval, capacity: Int) {
        self.interval = interval
        candles = Ring(capacity: capacity)
    }

    /// Adds a trade given as a candle of its moment.
    mutating func apply(_ trade: Candle) {
        let last = candles.count - 1
        // Log time never goes back; should it, the newest candle takes the trade.
        if last >= 0, trade.openTime <= candles[last].closeTime {
            candles[last].fold(trade)
            return
        }
        let index = interval.index(of: trade.openTime)
        var candle = trade
        candle.openTime = interval.openTime(at: index)
        candle.closeTime = interval.closeTime(at: index)
        guard let evicted = candles.append(candle) else { return }
        evictedOpenTime = evicted.openTime
        evictedClose = evicted.close
    }

    /// Takes a candle out of a snapshot; they come in order and fit.
    mutating func restore(_ candle: Candle) { _ = candles.append(candle) }

    /// Takes the end of knowledge out of a snapshot.
    mutating func restore(evictedOpenTime: Timestamp, close: Price) {
        self.evictedOpenTime = evictedOpenTime
        evictedClose = close
    }

    /// Whether everything from a moment on is still here.
    func covers(from start: Timestamp) -> Bool {
        guard let evictedOpenTime else { return true }
        return interval.openTime(at: interval.index(of: start)) > evictedOpenTime
    }

    /// Index of the first stored candle that opens at or after a moment.
    func firstIndex(openingFrom start: Timestamp) -> Int {
        candles.partition { $0.openTime >= start }
    }

    /// The close before a stored candle; `nil` before the first ever trade.
    func close(before index: Int) -> Price? {
        if index > 0 { return candles[index - 1].close }
        return evictedOpenTime == nil ? nil : evictedClose
    }

    /// The range of intervals of a given length that can be answered, first trade to now.
    private func answerable(_ asked: CandleGrid, now: Timestamp) -> ClosedRange<Int64>? {
        guard let first = candles.first, let last = candles.last else { return nil }
        let newest = asked.index(of: max(now, last.openTime))
        let oldest =
            evictedOpenTime.map { asked.index(of: $0) + 1 }
            ?? asked.index(of: first.openTime)
        return oldest <= newest ? oldest...newest : nil
    }

    /// Candles of a grid that is folded from this series; see `TradeHistory.candles`.
    func candles(
        _ asked: CandleGrid,
        start: Timestamp?,
        end: Timestamp?,
        limit: Int,
        now: Timestamp
    ) -> [Candle] {
        guard limit > 0, let range = answerable(asked, now: now) else { return [] }
        var low = range.lowerBound
        var high = range.upperBound
        if let end { high = end < .zero ? low - 1 : min(high, asked.index(of: end)) }
        if let start {
            low = max(low, asked.indexOpening(atOrAfter: start))
            high = min(high, low + Int64(limit) - 1)
        } else {
            low = max(low, high - Int64(limit) + 1)
        }
        return low <= high ? fold(asked, low...high) : []
    }

    private func fold(_ asked: CandleGrid, _ range: ClosedRange<Int64>) -> [Candle] {
        var result: [Candle] = []
        result.reserveCapacity(range.count)
        var next = firstIndex(openingFrom: asked.openTime(at: range.lowerBound))
        var close = close(before: next) ?? .none
        for index in range {
            var candle = Candle(
                openTime: asked.openTime(at: index),
                closeTime: asked.closeTime(at: index),
                flatAt: close
            )
            while next < candles.count, candles[next].openTime <= candle.closeTime {
                candle.fold(candles[next])
                next += 1
            }
            close = candle.close
            result.append(candle)
        }
        return result
    }
}
