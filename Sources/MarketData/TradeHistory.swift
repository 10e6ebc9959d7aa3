import Trading
import Wire

/// The recent trades and the candles of one pair: a pure function of its trades.
///
/// Part of the replicated state of a shard and of a router's mirror alike, so that neither a
/// restart nor a failover loses a candle.
public struct TradeHistory: Sendable {
    /// How many trades are kept.
    public static let tradesMax = 2000
    /// How many candles an answer may hold.
    public static let candlesLimitMax = 1000

    /// A trade without what its place in the ring and the instrument tell.
    struct StoredTrade: Equatable, Sendable {
        var price: Price
        var quantity: Quantity
        var time: Timestamp
        var aggregateID: Int64
        var isBuyerMaker: Bool
    }

    /// The pair.
    public let instrument: Instrument
    /// The newest trade; 0 before the first.
    public internal(set) var lastTradeID = TradeID(0)
    var stored = Ring<StoredTrade>(capacity: tradesMax)
    /// Aggregate of the trade last pushed out: a later part of it must not pass for the whole.
    var evictedAggregateID: Int64 = 0
    var seconds = CandleSeries(interval: .oneSecond, capacity: 1000)
    var minutes = CandleSeries(interval: .oneMinute, capacity: 1500)
    var hours = CandleSeries(interval: .oneHour, capacity: 1000)
    var days = CandleSeries(interval: .oneDay, capacity: 1000)

    /// Starts without trades.
    ///
    /// - Parameter instrument: The pair.
    public init(instrument: Instrument) { self.instrument = instrument }

    /// Price of the last trade; `none` before the first.
    public var lastPrice: Price { stored.last?.price ?? .none }

    /// Log time of the last trade; zero before the first.
    public var lastTime: Timestamp { stored.last?.time ?? .zero }

    /// The newest aggregate trade, which the next trade may still extend; 0 before the first.
    public var lastAggregateID: Int64 { stored.last?.aggregateID ?? 0 }

    /// Adds the next trade.
    ///
    /// - Parameter trade: Of this pair.
    /// - Throws: `MarketGap.trade` when its id is not the last one plus one; nothing has changed.
    public mutating func apply(_ trade: Trade) throws(MarketGap) {
        let expected = TradeID(lastTradeID.rawValue + 1)
        guard trade.id == expected else { throw .trade(expected: expected, found: trade.id) }
        lastTradeID = expected
        store(trade)
        let moment = Candle(
            trade,
            baseAmount: instrument.baseAmount(trade.quantity) ?? Amount(units: .max)
        )
        seconds.apply(moment)
        minutes.apply(moment)
        hours.apply(moment)
        days.apply(moment)
    }

    private mutating func store(_ trade: Trade) {
        var aggregateID: Int64 = 1
        if let last = stored.last {
            let continues =
                last.price == trade.price && last.time == trade.time
                && last.isBuyerMaker == trade.isBuyerMaker
            aggregateID = continues ? last.aggregateID : last.aggregateID + 1
        }
        let evicted = stored.append(
            StoredTrade(
                price: trade.price,
                quantity: trade.quantity,
                // Log time never goes back; searches by time rely on it.
                time: max(trade.time, lastTime),
                aggregateID: aggregateID,
                isBuyerMaker: trade.isBuyerMaker
            )
        )
        if let evicted { evictedAggregateID = evicted.aggregateID }
    }

    func series(_ interval: CandleInterval) -> CandleSeries {
        switch interval.stored {
        case .oneSecond: seconds
        case .oneMinute: minutes
        case .oneHour: hours
        default: days
        }
    }
}
