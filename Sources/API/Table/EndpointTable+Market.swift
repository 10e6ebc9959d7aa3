import MarketData

extension EndpointTable {
    /// Endpoints answered from the router's mirror of the market.
    static let market: [EndpointRow] =
        [
            row(
                "depth",
                .depth,
                .depth,
                "The levels of the book, best first.",
                [.symbol, .limit(100, 5000), .symbolStatus],
                .component("Depth"),
                errors: [-1122, -1220]
            ),
            row(
                "trades",
                .trades,
                .fixed(25),
                "The newest trades.",
                [.symbol, .limit(500, 1000)],
                .list(.component("Trade"))
            ),
            row(
                "historicalTrades",
                .historicalTrades,
                .fixed(25),
                "Trades from an id on.",
                [.symbol, .limit(500, 1000), .id("fromId", "The first trade.")],
                .list(.component("Trade"))
            ),
            row(
                "aggTrades",
                .aggregateTrades,
                .fixed(4),
                "Trades of one taker at one price put together.",
                [
                    .symbol, .id("fromId", "The first one; not with a time."), .startTime, .endTime,
                    .limit(500, 1000),
                ],
                .list(.component("AggregateTrade")),
                errors: [-1128]
            ),
            candles("klines"), candles("uiKlines"),
            row(
                "avgPrice",
                .averagePrice,
                .fixed(2),
                "The average price of the last minutes.",
                [.symbol],
                .component("AveragePrice")
            ),
        ] + tickers

    private static let tickers: [EndpointRow] = [
        ticker(
            "ticker/24hr",
            .ticker24Hours,
            .ticker24Hours,
            "Statistics of the last 24 hours.",
            [.tickerType],
            .component("Ticker24Hours")
        ),
        ticker(
            "ticker/tradingDay",
            .tradingDayTicker,
            .perSymbol(4, most: 200),
            "Statistics of the day.",
            [.tickerType, .timeZone],
            .component("Ticker"),
            errors: [-1102]
        ),
        ticker(
            "ticker",
            .rollingTicker,
            .perSymbol(4, most: 200),
            "Statistics of a window up to now.",
            [
                .tickerType,
                ParameterSpec(
                    name: "windowSize",
                    kind: .text("^([1-9]|[1-5][0-9])m$|^([1-9]|1[0-9]|2[0-3])h$|^[1-7]d$"),
                    standard: "1d",
                    note: "How long it is."
                ),
            ],
            .component("Ticker"),
            errors: [-1102]
        ),
        ticker(
            "ticker/price",
            .tickerPrice,
            .byParameter("symbol", with: 2, without: 4),
            "The last price.",
            [],
            .component("PriceTicker")
        ),
        ticker(
            "ticker/bookTicker",
            .tickerBook,
            .byParameter("symbol", with: 2, without: 4),
            "The best levels of the book.",
            [],
            .component("BookTicker")
        ),
    ]

    private static func candles(_ name: String) -> EndpointRow {
        EndpointRow(
            method: .get,
            path: "/api/v3/" + name,
            endpoint: .market(.candles),
            weight: .fixed(2),
            summary: "Candles, without holes.",
            parameters: [
                .symbol,
                ParameterSpec(
                    name: "interval",
                    kind: .text(
                        "^(" + CandleInterval.allCases.map(\.rawValue).joined(separator: "|") + ")$"
                    ),
                    isRequired: true
                ),
                .startTime, .endTime, .timeZone, .limit(500, 1000),
            ],
            answer: .list(
                .tuple([
                    .integer, .decimal, .decimal, .decimal, .decimal, .decimal, .integer, .decimal,
                    .integer, .decimal, .decimal, .text,
                ])
            ),
            errors: [-1120, -1121, -1130]
        )
    }

    private static func ticker(
        _ name: String,
        _ endpoint: MarketEndpoint,
        _ weight: WeightRule,
        _ summary: StaticString,
        _ parameters: [ParameterSpec],
        _ answer: AnswerSchema,
        errors: [Int] = []
    ) -> EndpointRow {
        row(
            name,
            endpoint,
            weight,
            summary,
            [.optionalSymbol, .symbols, .symbolStatus] + parameters,
            .either([answer, .list(answer)]),
            errors: [-1122, -1128, -1139, -1151, -1220] + errors
        )
    }

    private static func row(
        _ name: String,
        _ endpoint: MarketEndpoint,
        _ weight: WeightRule,
        _ summary: StaticString,
        _ parameters: [ParameterSpec],
        _ answer: AnswerSchema,
        errors: [Int] = []
    ) -> EndpointRow {
        EndpointRow(
            method: .get,
            path: "/api/v3/" + name,
            endpoint: .market(endpoint),
            weight: weight,
            summary: summary,
            parameters: parameters,
            answer: answer,
            errors: [-1121, -1130] + errors
        )
    }
}
