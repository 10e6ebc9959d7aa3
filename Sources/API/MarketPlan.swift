import MarketData
import Trading

/// Where market data comes from: the router's mirror.
public protocol MarketSource {
    /// The mirror of a pair; `nil` while there is none.
    func market(_ id: InstrumentID) -> PairMarket?
}

/// What to render from the mirror; plain data, so that it can wait for the mirror to catch up.
public struct MarketPlan: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case depth(limit: Int)
        case trades(from: TradeID?, limit: Int)
        case aggregateTrades(AggregateRange)
        case candles(CandleRange)
        case averagePrice
        case ticker24Hours(isMini: Bool)
        /// How long the window is, in microseconds.
        case rollingTicker(length: Int64, isMini: Bool)
        /// How far the zone in which the day began is ahead of UTC, in microseconds.
        case tradingDayTicker(offset: Int64, isMini: Bool)
        case tickerPrice
        case tickerBook
    }

    struct AggregateRange: Equatable, Sendable {
        var fromID: Int64?
        var start: Timestamp?
        var end: Timestamp?
        var limit: Int
    }

    struct CandleRange: Equatable, Sendable {
        var interval: CandleInterval
        /// How far the zone in which days begin is ahead of UTC, in microseconds.
        var offset: Int64 = 0
        var start: Timestamp?
        var end: Timestamp?
        var limit: Int
    }

    let kind: Kind
    /// The pairs asked for.
    public let instruments: [InstrumentID]
    /// Whether the answer is a list of one object a pair.
    let isList: Bool
    /// Unit of the times in the answer.
    let unit: TimeUnit
    /// When the request was read.
    let now: Timestamp
}
