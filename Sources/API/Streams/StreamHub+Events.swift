import MarketData
import Trading

extension StreamHub {
    /// Aggregate trades wait for the end of the batch, but not so long that the history drops them.
    private static let aggregatesHeldMax: Int64 = 500

    /// Tells of an event that has been applied to its market just now.
    ///
    /// - Parameters:
    ///   - event: Of one pair.
    ///   - markets: All pairs, with the event in its one.
    ///   - now: The present.
    ///   - output: Where payloads are appended.
    public mutating func publish(
        _ event: MarketEvent,
        markets: [PairMarket],
        now: Timestamp,
        to output: inout StreamOutput
    ) {
        switch event {
        case .level(let change):
            let pair = Int(change.instrument.rawValue)
            touch(pair)
            for slot in depthSlotsOfPair[pair] {
                live[slot]?.changed.add(change.side, change.price)
            }
        case .trade(let trade):
            let pair = Int(trade.instrument.rawValue)
            touch(pair)
            if !slotsOfPair[pair].isEmpty { publish(trade, markets[pair], now, &output) }
        // Clients read the status of a pair in `exchangeInfo`; no stream carries it.
        case .phase, .arrival: break
        }
    }

    private mutating func touch(_ pair: Int) {
        isPairChanged[pair] = true
        if pairsTouched.last != pair { pairsTouched.append(pair) }
    }

    private mutating func publish(
        _ trade: Trade,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        for slot in slotsOfPair[Int(market.instrument.id.rawValue)] {
            guard let stream = live[slot] else { continue }
            switch stream.name.kind {
            case .trade:
                stream.subscribers.deliver(stream.name, to: &output) { unit in
                    payload(market, now, unit).trade(trade)
                }
            case .aggregateTrade: extendAggregate(slot, market, now, &output)
            case .kline(let interval):
                closeCandles(slot, interval, before: trade.time, market, now, &output)
                // A trade of a candle that is closed already must not be told again.
                if interval.index(of: trade.time) >= stream.candleIndex {
                    live[slot]?.isCandleChanged = true
                }
            default: break
            }
        }
    }

    /// Sends what waits for the end of a batch of events: aggregate trades and tops of book.
    ///
    /// - Parameters:
    ///   - markets: All pairs; those with events since the last time are looked at.
    ///   - now: The present.
    ///   - output: Where payloads are appended.
    public mutating func flush(
        markets: [PairMarket],
        now: Timestamp,
        to output: inout StreamOutput
    ) {
        // A pair that is touched in turns is here more than once; the second time does nothing.
        for pair in pairsTouched where !slotsOfPair[pair].isEmpty {
            flush(markets[pair], now, &output)
        }
        pairsTouched.removeAll(keepingCapacity: true)
    }

    private mutating func flush(
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        for slot in slotsOfPair[Int(market.instrument.id.rawValue)] {
            switch live[slot]?.name.kind {
            case .aggregateTrade:
                sendAggregates(
                    slot,
                    through: market.history.lastAggregateID,
                    market,
                    now,
                    &output
                )
            case .bookTicker: sendTop(slot, market, now, &output)
            default: break
            }
        }
    }

    private mutating func extendAggregate(
        _ slot: Int,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        guard let told = live[slot]?.lastAggregateID else { return }
        let newest = market.history.lastAggregateID
        // A batch may go on with the last one's taker order: tell the whole of it again.
        if told == newest { live[slot]?.lastAggregateID = newest - 1 }
        guard newest - told > Self.aggregatesHeldMax else { return }
        sendAggregates(slot, through: newest - 1, market, now, &output)
    }

    private mutating func sendAggregates(
        _ slot: Int,
        through last: Int64,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        guard let stream = live[slot], stream.lastAggregateID < last else { return }
        live[slot]?.lastAggregateID = last
        let trades = market.history.aggregateTrades(
            fromID: stream.lastAggregateID + 1,
            start: nil,
            end: nil,
            limit: .max
        )
        for trade in trades where trade.id <= last {
            stream.subscribers.deliver(stream.name, to: &output) { unit in
                payload(market, now, unit).aggregate(trade)
            }
        }
    }

    private mutating func sendTop(
        _ slot: Int,
        _ market: PairMarket,
        _ now: Timestamp,
        _ output: inout StreamOutput
    ) {
        let top = TopOfBook(market.book)
        guard let stream = live[slot], stream.top != top else { return }
        live[slot]?.top = top
        stream.subscribers.deliver(stream.name, to: &output) { unit in
            payload(market, now, unit).bookTicker(market.book)
        }
    }

    func payload(_ market: PairMarket, _ now: Timestamp, _ unit: StreamTimeUnit) -> StreamPayload {
        StreamPayload(instrument: market.instrument, now: now, unit: unit)
    }

    /// Goes on from a snapshot after events were missed, so that no listener sees a hole.
    ///
    /// Depth streams tell the difference under update ids that continue; trades that the snapshot
    /// still holds are told by id; candles come out of the snapshot.
    ///
    /// - Parameters:
    ///   - old: The pair as listeners know it.
    ///   - new: The pair as it is.
    ///   - now: The present.
    ///   - output: Where payloads are appended.
    /// - Returns: Connections that cannot go on without a hole and are forgotten here already; the
    ///   owner closes them. Normally none.
    public mutating func resync(
        old: PairMarket,
        new: PairMarket,
        now: Timestamp,
        to output: inout StreamOutput
    ) -> [Int] {
        let pair = Int(new.instrument.id.rawValue)
        isPairChanged[pair] = true
        let firstMissed = TradeID(old.history.lastTradeID.rawValue + 1)
        let lost = lostListeners(old: old, new: new, firstMissed: firstMissed)
        for connection in lost { close(connection) }
        for slot in depthSlotsOfPair[pair] {
            live[slot]?.changed.addDifference(old.book, new.book)
        }
        for trade in new.history.trades(fromID: firstMissed, limit: .max) {
            publish(trade, new, now, &output)
        }
        flush(new, now, &output)
        return lost
    }

    private func lostListeners(
        old: PairMarket,
        new: PairMarket,
        firstMissed: TradeID
    ) -> [Int] {
        let isRegressed =
            new.history.lastTradeID < old.history.lastTradeID
            || new.book.lastUpdateID < old.book.lastUpdateID
        if isRegressed { return listeners(of: new.instrument) { _ in true } }
        guard new.history.oldestTradeID > firstMissed else { return [] }
        return listeners(of: new.instrument) { $0 == .trade || $0 == .aggregateTrade }
    }
}
