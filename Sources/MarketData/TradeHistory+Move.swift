import Trading
import Wire

// The trades that a copy of a history lacks: first id, count, then each as in a snapshot.

extension TradeHistory {
    /// Appends the trades after one.
    ///
    /// - Parameters:
    ///   - id: The last that the copy has.
    ///   - writer: Where to.
    /// - Returns: False when some are no longer held; then nothing was appended.
    public func encodeTrades(after id: TradeID, into writer: inout ByteWriter) -> Bool {
        let first = TradeID(id.rawValue + 1)
        guard first >= oldestTradeID, id <= lastTradeID else { return false }
        let trades = Int(lastTradeID.rawValue - id.rawValue)
        writer.write(first)
        writer.write(count: trades)
        for index in stored.count - trades..<stored.count {
            stored[index].encode(into: &writer)
        }
        return true
    }

    /// Applies what `encodeTrades(after:into:)` wrote.
    ///
    /// - Parameter reader: Where from.
    /// - Throws: `DecodeError`, also when they do not follow the last trade.
    public mutating func applyTrades(decoding reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let first = try reader.read(TradeID.self)
        let count = try reader.readCount(elementSizeMin: StoredTrade.size)
        guard first.rawValue == lastTradeID.rawValue + 1 else {
            throw .badValue(field: "first trade", at: start)
        }
        for offset in 0..<count {
            let stored = try StoredTrade(decoding: &reader)
            let trade = Trade(
                instrument: instrument.id,
                id: TradeID(first.rawValue + Int64(offset)),
                price: stored.price,
                quantity: stored.quantity,
                quoteAmount: instrument.notional(stored.price, stored.quantity)
                    ?? Amount(units: .max),
                time: stored.time,
                isBuyerMaker: stored.isBuyerMaker
            )
            do { try apply(trade) } catch { throw .badValue(field: "trade", at: start) }
        }
    }
}
