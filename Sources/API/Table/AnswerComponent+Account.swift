extension AnswerComponent {
    /// What accounts are told of themselves.
    static let account: [AnswerComponent] = [
        AnswerComponent(
            "Account",
            integers(
                "makerCommission",
                "takerCommission",
                "buyerCommission",
                "sellerCommission",
                "updateTime",
                "uid"
            )
                + member("commissionRates", .component("Rates"))
                + flags(
                    "canTrade",
                    "canWithdraw",
                    "canDeposit",
                    "brokered",
                    "requireSelfTradePrevention",
                    "preventSor"
                )
                + texts("accountType") + list("balances", .component("Balance"))
                + list("permissions", .text)
        ),
        AnswerComponent("ListenKey", texts("listenKey")),
        AnswerComponent(
            "OrderLimit",
            texts("rateLimitType", "interval") + integers("intervalNum", "limit", "count")
        ),
        AnswerComponent("Balance", texts("asset") + decimals("free", "locked")),
        AnswerComponent("Rates", decimals("maker", "taker", "buyer", "seller")),
        AnswerComponent(
            "Discount",
            flags("enabledForAccount", "enabledForSymbol") + texts("discountAsset")
                + decimals("discount")
        ),
        AnswerComponent("Commission", texts("symbol") + commission("")),
        AnswerComponent(
            "Fill",
            texts("symbol", "commissionAsset") + integers("id", "orderId", "orderListId", "time")
                + decimals("price", "qty", "quoteQty", "commission")
                + flags("isBuyer", "isMaker", "isBestMatch")
        ),
        AnswerComponent(
            "Amendment",
            texts("symbol", "origClientOrderId", "newClientOrderId")
                + integers("orderId", "executionId", "time") + decimals("origQty", "newQty")
        ),
        AnswerComponent(
            "PreventedMatch",
            texts("symbol", "makerSymbol", "selfTradePreventionMode")
                + integers(
                    "preventedMatchId",
                    "takerOrderId",
                    "makerOrderId",
                    "tradeGroupId",
                    "transactTime"
                )
                + decimals("price")
                + decimals("takerPreventedQuantity", "makerPreventedQuantity", isRequired: false)
        ),
        AnswerComponent(
            "TradeFee",
            texts("symbol") + decimals("makerCommission", "takerCommission")
        ),
        AnswerComponent(
            "Coin",
            texts("coin", "name")
                + decimals(
                    "free",
                    "locked",
                    "withdrawing",
                    "freeze",
                    "ipoing",
                    "ipoable",
                    "storage"
                )
                + flags("depositAllEnable", "withdrawAllEnable", "trading", "isLegalMoney")
                + list("networkList", .empty)
        ),
        AnswerComponent("AccountStatus", texts("data")),
        AnswerComponent(
            "KeyRestrictions",
            flags(
                "ipRestrict",
                "enableReading",
                "enableSpotAndMarginTrading",
                "enableWithdrawals",
                "enableInternalTransfer",
                "permitsUniversalTransfer",
                "enableMargin",
                "enableFutures",
                "enableVanillaOptions",
                "enablePortfolioMarginTrading",
                "enableFixApiTrade",
                "enableFixReadOnly"
            ) + integers("createTime")
        ),
    ]
}
