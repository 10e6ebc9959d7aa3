import Trading
import Wire

// Snapshot layout: version, last trade id, evicted aggregate id, trades, then the four candle
// series. Trade ids follow from their order and quote amounts from the instrument.

extension TradeHistory {
    private static let version: UInt16 = 1
    /// No id of a sound history comes near; beyond it, sums could overflow.
    private static let idMax: Int64 = 1 << 60

    /// Appends the history to a snapshot; equal histories give equal bytes.
    ///
    /// - Parameter writer: Where to.
    public func encode(into writer: inout ByteWriter) {
        writer.write(Self.version)
        writer.write(lastTradeID)
        writer.write(evictedAggregateID)
        writer.write(count: stored.count)
        for index in 0..<stored.count { stored[index].encode(into: &writer) }
        seconds.encode(into: &writer)
        minutes.encode(into: &writer)
        hours.encode(into: &writer)
        days.encode(into: &writer)
    }

    /// Reads a history out of a snapshot.
    ///
    /// - Parameters:
    ///   - instrument: The pair; not part of the bytes.
    ///   - reader: Where from.
    /// - Throws: `DecodeError` when the bytes are short or tell of an impossible history.
    public init(instrument: Instrument, decoding reader: inout ByteReader) throws(DecodeError) {
        self.init(instrument: instrument)
        let version = try reader.read(UInt16.self)
        guard version == Self.version else { throw .unsupportedVersion(version) }
        lastTradeID = try reader.read(TradeID.self)
        evictedAggregateID = try reader.read(Int64.self)
        try decodeTrades(&reader)
        try seconds.decode(&reader, through: lastTradeID)
        try minutes.decode(&reader, through: lastTradeID)
        try hours.decode(&reader, through: lastTradeID)
        try days.decode(&reader, through: lastTradeID)
    }

    private mutating func decodeTrades(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: StoredTrade.size)
        guard count <= Self.tradesMax, Int64(count) <= lastTradeID.rawValue,
            lastTradeID.rawValue <= Self.idMax
        else {
            throw .badValue(field: "trade count", at: start)
        }
        guard (count == 0) == (lastTradeID.rawValue == 0), evictedAggregateID >= 0 else {
            throw .badValue(field: "last trade", at: start)
        }
        for _ in 0..<count {
            let trade = try StoredTrade(decoding: &reader)
            let lastID = stored.last?.aggregateID ?? max(evictedAggregateID, 1)
            guard trade.aggregateID >= lastID, trade.aggregateID <= lastTradeID.rawValue,
                trade.time >= lastTime
            else {
                throw .badValue(field: "trade order", at: reader.position)
            }
            _ = stored.append(trade)
        }
    }
}

extension TradeHistory.StoredTrade {
    static let size = 33

    func encode(into writer: inout ByteWriter) {
        writer.write(price)
        writer.write(quantity)
        writer.write(time)
        writer.write(aggregateID)
        writer.write(isBuyerMaker)
    }

    init(decoding reader: inout ByteReader) throws(DecodeError) {
        price = try reader.readPrice()
        quantity = try reader.readQuantity()
        time = try reader.readTimestamp()
        aggregateID = try reader.read(Int64.self)
        isBuyerMaker = try reader.readBool()
    }
}

extension CandleSeries {
    func encode(into writer: inout ByteWriter) {
        writer.write(evictedOpenTime ?? Timestamp(microseconds: -1))
        writer.write(evictedClose)
        writer.write(count: candles.count)
        for index in 0..<candles.count { candles[index].encode(into: &writer) }
    }

    mutating func decode(
        _ reader: inout ByteReader,
        through lastTradeID: TradeID
    ) throws(DecodeError) {
        let evicted = try reader.readTimestamp()
        let close = try reader.readPrice()
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: Candle.size)
        guard count <= candles.capacity else { throw .badValue(field: "candle count", at: start) }
        var previous = evicted
        var previousID = TradeID(0)
        for _ in 0..<count {
            let candle = try Candle(interval, decoding: &reader)
            guard candle.openTime > previous, candle.firstTradeID > previousID,
                candle.lastTradeID <= lastTradeID
            else {
                throw .badValue(field: "candle order", at: reader.position)
            }
            previous = candle.openTime
            previousID = candle.lastTradeID
            restore(candle)
        }
        if evicted >= .zero { restore(evictedOpenTime: evicted, close: close) }
    }
}

extension Candle {
    static let size = 88

    func encode(into writer: inout ByteWriter) {
        writer.write(openTime)
        for price in [open, high, low, close] { writer.write(price) }
        for amount in [baseVolume, quoteVolume, takerBuyBaseVolume, takerBuyQuoteVolume] {
            writer.write(amount)
        }
        writer.write(firstTradeID)
        writer.write(lastTradeID)
    }

    init(_ interval: CandleInterval, decoding reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let openTime = try reader.readTimestamp()
        let index = interval.index(of: openTime)
        guard interval.openTime(at: index) == openTime else {
            throw .badValue(field: "candle open time", at: start)
        }
        self.init(
            openTime: openTime,
            closeTime: interval.closeTime(at: index),
            flatAt: try reader.readPrice()
        )
        high = try reader.readPrice()
        low = try reader.readPrice()
        close = try reader.readPrice()
        baseVolume = try reader.readAmount()
        quoteVolume = try reader.readAmount()
        takerBuyBaseVolume = try reader.readAmount()
        takerBuyQuoteVolume = try reader.readAmount()
        firstTradeID = try reader.read(TradeID.self)
        lastTradeID = try reader.read(TradeID.self)
        // Trades are consecutive, so the count need not be stored.
        guard firstTradeID.rawValue >= 1, lastTradeID >= firstTradeID else {
            throw .badValue(field: "candle trades", at: start)
        }
        tradeCount = lastTradeID.rawValue - firstTradeID.rawValue + 1
    }
}
