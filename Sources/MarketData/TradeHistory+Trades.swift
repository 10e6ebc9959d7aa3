import Trading

extension TradeHistory {
    /// The oldest trade still held; one past the last when none is.
    public var oldestTradeID: TradeID {
        TradeID(lastTradeID.rawValue - Int64(stored.count) + 1)
    }

    private func trade(at index: Int) -> Trade {
        let trade = stored[index]
        return Trade(
            instrument: instrument.id,
            id: TradeID(oldestTradeID.rawValue + Int64(index)),
            price: trade.price,
            quantity: trade.quantity,
            quoteAmount: instrument.notional(trade.price, trade.quantity) ?? Amount(units: .max),
            time: trade.time,
            isBuyerMaker: trade.isBuyerMaker
        )
    }

    /// The newest trades, oldest first.
    ///
    /// - Parameter limit: At most this many.
    /// - Returns: What is held of them.
    public func recentTrades(limit: Int) -> [Trade] {
        (max(stored.count - max(limit, 0), 0)..<stored.count).map(trade(at:))
    }

    /// Trades from an id upwards, oldest first.
    ///
    /// - Parameters:
    ///   - fromID: The first one wanted; older ones than are held are left out.
    ///   - limit: At most this many.
    /// - Returns: What is held of them.
    public func trades(fromID: TradeID, limit: Int) -> [Trade] {
        guard fromID <= lastTradeID, limit > 0 else { return [] }
        let start = Int(max(fromID, oldestTradeID).rawValue - oldestTradeID.rawValue)
        return (start..<start + min(limit, stored.count - start)).map(trade(at:))
    }

    /// Aggregate trades, oldest first: from an id upwards, or within a span of time.
    ///
    /// - Parameters:
    ///   - fromID: The first one wanted; goes before `start`.
    ///   - start: Not before this moment; the oldest from here are given.
    ///   - end: Not after this moment; without `fromID` and `start` the newest up to here.
    ///   - limit: At most this many.
    /// - Returns: What is held whole of them.
    public func aggregateTrades(
        fromID: Int64?,
        start: Timestamp?,
        end: Timestamp?,
        limit: Int
    ) -> [AggregateTrade] {
        guard limit > 0 else { return [] }
        let low = lowerIndex(fromID: fromID, start: start)
        let high = end.map { end in stored.partition { $0.time > end } } ?? stored.count
        guard low < high else { return [] }
        return fromID == nil && start == nil
            ? newestAggregates(from: low, to: high, limit: limit)
            : oldestAggregates(from: low, to: high, limit: limit)
    }

    private func lowerIndex(fromID: Int64?, start: Timestamp?) -> Int {
        let whole = stored.partition { $0.aggregateID > evictedAggregateID }
        if let fromID { return max(whole, stored.partition { $0.aggregateID >= fromID }) }
        guard let start else { return whole }
        return max(whole, stored.partition { $0.time >= start })
    }

    private func oldestAggregates(from low: Int, to high: Int, limit: Int) -> [AggregateTrade] {
        var result: [AggregateTrade] = []
        for index in low..<high {
            if result.last?.id == stored[index].aggregateID {
                extend(&result[result.count - 1], at: index)
            } else if result.count < limit {
                result.append(aggregate(at: index))
            } else {
                break
            }
        }
        return result
    }

    private func newestAggregates(from low: Int, to high: Int, limit: Int) -> [AggregateTrade] {
        let newest = stored[high - 1].aggregateID
        let oldest = newest - Int64(limit) + 1
        let start = max(low, stored.partition { $0.aggregateID >= oldest })
        return oldestAggregates(from: start, to: high, limit: limit)
    }

    private func aggregate(at index: Int) -> AggregateTrade {
        let trade = trade(at: index)
        return AggregateTrade(
            id: stored[index].aggregateID,
            price: trade.price,
            quantity: trade.quantity,
            firstTradeID: trade.id,
            lastTradeID: trade.id,
            time: trade.time,
            isBuyerMaker: trade.isBuyerMaker
        )
    }

    private func extend(_ aggregate: inout AggregateTrade, at index: Int) {
        aggregate.quantity += stored[index].quantity
        aggregate.lastTradeID = TradeID(oldestTradeID.rawValue + Int64(index))
    }
}
