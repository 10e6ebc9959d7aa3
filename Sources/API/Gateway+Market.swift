import MarketData
import Trading

/// Reading requests for market data.
extension Gateway {
    private static let depthDefault = 100
    private static let depthMax = 5000
    private static let rowsDefault = 500
    private static let rowsMax = 1000
    private static let windowSymbolsMax = 100

    /// Reads one of them.
    func marketPlan(_ endpoint: MarketEndpoint, _ call: Call) throws(APIError) -> MarketPlan {
        switch endpoint {
        case .ticker24Hours, .tickerPrice, .tickerBook, .rollingTicker, .tradingDayTicker:
            try tickerPlan(endpoint, call)
        default: try pairPlan(endpoint, call)
        }
    }

    private func tickerPlan(
        _ endpoint: MarketEndpoint,
        _ call: Call
    ) throws(APIError) -> MarketPlan {
        let selection = try selection(call.parameters)
        let isWindow = endpoint == .rollingTicker || endpoint == .tradingDayTicker
        if isWindow {
            guard !selection.isAll else { throw .missing("symbol", or: "symbols") }
            guard selection.instruments.count <= Self.windowSymbolsMax else {
                throw .tooManyParameters(
                    max: Self.windowSymbolsMax,
                    received: selection.instruments.count
                )
            }
        }
        let kind: MarketPlan.Kind =
            switch endpoint {
            case .tickerPrice: .tickerPrice
            case .tickerBook: .tickerBook
            case .rollingTicker:
                .rollingTicker(
                    length: try call.parameters.windowLength("windowSize"),
                    isMini: try isMini(call.parameters)
                )
            case .tradingDayTicker:
                .tradingDayTicker(
                    offset: try call.parameters.zoneOffset("timeZone"),
                    isMini: try isMini(call.parameters)
                )
            default: .ticker24Hours(isMini: try isMini(call.parameters))
            }
        return MarketPlan(
            kind: kind,
            instruments: try filtered(selection, call.parameters),
            isList: !selection.isSingle,
            unit: call.unit,
            now: call.now
        )
    }

    /// The pairs of a selection that have the status asked for; one named alone must have it.
    private func filtered(
        _ selection: SymbolSelection,
        _ parameters: Parameters
    ) throws(APIError) -> [InstrumentID] {
        guard let status = try status(parameters) else { return selection.instruments }
        let found = selection.instruments.filter { status.isEqual(to: phase($0).apiName) }
        guard !selection.isSingle || !found.isEmpty else { throw .wrongSymbolStatus }
        return found
    }

    private func isMini(_ parameters: Parameters) throws(APIError) -> Bool {
        guard let type = try parameters.optional("type") else { return false }
        if type.isEqual(to: "MINI") { return true }
        guard type.isEqual(to: "FULL") else { throw .invalidTickerType }
        return false
    }

    private func pairPlan(
        _ endpoint: MarketEndpoint,
        _ call: Call
    ) throws(APIError) -> MarketPlan {
        let instrument = try instrument(call.parameters)
        if endpoint == .depth, let status = try status(call.parameters) {
            guard status.isEqual(to: phase(instrument.id).apiName) else {
                throw .wrongSymbolStatus
            }
        }
        return MarketPlan(
            kind: try pairKind(endpoint, call.parameters),
            instruments: [instrument.id],
            isList: false,
            unit: call.unit,
            now: call.now
        )
    }

    private func pairKind(
        _ endpoint: MarketEndpoint,
        _ parameters: Parameters
    ) throws(APIError) -> MarketPlan.Kind {
        switch endpoint {
        case .depth:
            return .depth(
                limit: try parameters.limit(default: Self.depthDefault, max: Self.depthMax)
            )
        case .trades: return .trades(from: nil, limit: try rows(parameters))
        case .historicalTrades:
            let from = try parameters.integer("fromId").map { TradeID($0) }
            return .trades(from: from, limit: try rows(parameters))
        case .aggregateTrades: return .aggregateTrades(try aggregateRange(parameters))
        case .candles: return .candles(try candleRange(parameters))
        default: return .averagePrice
        }
    }

    private func rows(_ parameters: Parameters) throws(APIError) -> Int {
        try parameters.limit(default: Self.rowsDefault, max: Self.rowsMax)
    }

    private func aggregateRange(
        _ parameters: Parameters
    ) throws(APIError) -> MarketPlan.AggregateRange {
        let range = MarketPlan.AggregateRange(
            fromID: try parameters.integer("fromId"),
            start: try parameters.timestamp("startTime"),
            end: try parameters.endTimestamp("endTime"),
            limit: try rows(parameters)
        )
        guard range.fromID == nil || (range.start == nil && range.end == nil) else {
            throw .badCombination
        }
        return range
    }

    private func candleRange(_ parameters: Parameters) throws(APIError) -> MarketPlan.CandleRange {
        let text = try parameters.required("interval")
        guard let name = String(validating: text, as: UTF8.self),
            let interval = CandleInterval(rawValue: name)
        else { throw .invalidInterval }
        return MarketPlan.CandleRange(
            interval: interval,
            offset: try parameters.zoneOffset("timeZone"),
            start: try parameters.timestamp("startTime"),
            end: try parameters.endTimestamp("endTime"),
            limit: try rows(parameters)
        )
    }
}
