extension AnswerComponent {
    /// Answers without a theme.
    static let general: [AnswerComponent] = [
        AnswerComponent("Error", integers("code") + texts("msg")),
        AnswerComponent("Time", integers("serverTime")),
        AnswerComponent("SystemStatus", integers("status") + texts("msg")),
        AnswerComponent(
            "RateLimit",
            texts("rateLimitType", "interval") + integers("intervalNum", "limit")
        ),
        AnswerComponent(
            "ExchangeInformation",
            texts("timezone") + integers("serverTime")
                + list("rateLimits", .component("RateLimit"))
                + list("exchangeFilters", .empty) + list("symbols", .component("Symbol"))
        ),
        AnswerComponent(
            "Symbol",
            texts("symbol", "status", "baseAsset", "quoteAsset")
                + integers(
                    "baseAssetPrecision",
                    "quotePrecision",
                    "quoteAssetPrecision",
                    "baseCommissionPrecision",
                    "quoteCommissionPrecision"
                )
                + list("orderTypes", .text)
                + flags(
                    "icebergAllowed",
                    "ocoAllowed",
                    "otoAllowed",
                    "opoAllowed",
                    "quoteOrderQtyMarketAllowed",
                    "allowTrailingStop",
                    "cancelReplaceAllowed",
                    "amendAllowed",
                    "pegInstructionsAllowed",
                    "isSpotTradingAllowed",
                    "isMarginTradingAllowed"
                )
                + list("filters", .component("Filter")) + list("permissions", .text)
                + list("permissionSets", .list(.text)) + texts("defaultSelfTradePreventionMode")
                + list("allowedSelfTradePreventionModes", .text)
        ),
        AnswerComponent("Filter", texts("filterType")),
    ]

    /// Market data.
    static let market: [AnswerComponent] = [
        AnswerComponent(
            "Depth",
            integers("lastUpdateId")
                + list("bids", .tuple([.decimal, .decimal]))
                + list("asks", .tuple([.decimal, .decimal]))
        ),
        AnswerComponent(
            "Trade",
            integers("id") + decimals("price", "qty", "quoteQty") + integers("time")
                + flags("isBuyerMaker", "isBestMatch")
        ),
        AnswerComponent(
            "AggregateTrade",
            integers("a") + decimals("p", "q") + integers("f", "l", "T") + flags("m", "M")
        ),
        AnswerComponent(
            "AveragePrice",
            integers("mins") + decimals("price") + integers("closeTime")
        ),
        AnswerComponent(
            "Ticker24Hours",
            texts("symbol")
                + decimals(
                    "priceChange",
                    "priceChangePercent",
                    "weightedAvgPrice",
                    "prevClosePrice",
                    "lastQty",
                    "bidPrice",
                    "bidQty",
                    "askPrice",
                    "askQty",
                    isRequired: false
                ) + window
        ),
        AnswerComponent(
            "Ticker",
            texts("symbol")
                + decimals(
                    "priceChange",
                    "priceChangePercent",
                    "weightedAvgPrice",
                    isRequired: false
                ) + window
        ),
        AnswerComponent("PriceTicker", texts("symbol") + decimals("price")),
        AnswerComponent(
            "BookTicker",
            texts("symbol") + decimals("bidPrice", "bidQty", "askPrice", "askQty")
        ),
    ]

    private static let window: [Member] =
        decimals("openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume")
        + integers("openTime", "closeTime", "firstId", "lastId", "count")
}
