extension AnswerComponent {
    /// Orders and what is done with them.
    static let orders: [AnswerComponent] = [
        AnswerComponent(
            "Placement",
            identity + integers("transactTime") + optional(result) + terms
                + member("fills", .list(.component("ShortFill")), isRequired: false)
        ),
        AnswerComponent(
            "ShortFill",
            decimals("price", "qty", "commission") + texts("commissionAsset")
                + integers("tradeId")
        ),
        AnswerComponent(
            "Order",
            identity + result + terms + integers("time", "updateTime") + flags("isWorking")
        ),
        AnswerComponent(
            "Cancellation",
            identity + texts("origClientOrderId") + integers("transactTime") + result + terms
        ),
        AnswerComponent(
            "Replacement",
            texts("cancelResult", "newOrderResult")
                + member("cancelResponse", .component("Cancellation"))
                + member("newOrderResponse", .component("Placement"))
        ),
        AnswerComponent(
            "Amended",
            integers("transactTime", "executionId")
                + member("amendedOrder", .component("AmendedOrder"))
        ),
        AnswerComponent(
            "AmendedOrder",
            identity + texts("origClientOrderId")
                + decimals(
                    "price",
                    "qty",
                    "executedQty",
                    "preventedQty",
                    "quoteOrderQty",
                    "cumulativeQuoteQty"
                ) + state + terms
        ),
        AnswerComponent("OrderList", list),
        AnswerComponent(
            "ListPlacement",
            list + list("orderReports", .component("Placement"))
        ),
        AnswerComponent(
            "ListCancellation",
            list + list("orderReports", .component("Cancellation"))
        ),
        AnswerComponent(
            "ListedOrder",
            texts("symbol", "clientOrderId") + integers("orderId")
        ),
        AnswerComponent("TestCommission", commission("ForOrder")),
    ]

    private static let list: [Member] =
        integers("orderListId", "transactionTime")
        + texts(
            "contingencyType",
            "listStatusType",
            "listOrderStatus",
            "listClientOrderId",
            "symbol"
        ) + list("orders", .component("ListedOrder"))

    private static let identity: [Member] =
        texts("symbol", "clientOrderId") + integers("orderId", "orderListId")

    private static let result: [Member] =
        decimals(
            "price",
            "origQty",
            "executedQty",
            "origQuoteOrderQty",
            "cummulativeQuoteQty"
        ) + state

    private static let state: [Member] =
        texts("status", "timeInForce", "type", "side", "selfTradePreventionMode")
        + integers("workingTime")

    private static let terms: [Member] =
        decimals("stopPrice", "icebergQty", "preventedQuantity", isRequired: false)
        + integers("trailingDelta", "trailingTime", "goodTillDate", isRequired: false)
        + texts("expiryReason", isRequired: false)

    private static func optional(_ members: [Member]) -> [Member] {
        members.map { Member(name: $0.name, schema: $0.schema, isRequired: false) }
    }

    /// The rates of a pair; those of a test have names of their own.
    static func commission(_ ending: String) -> [Member] {
        let rates = AnswerSchema.component("Rates")
        let names: [StaticString] =
            ending.isEmpty
            ? ["standardCommission", "specialCommission", "taxCommission"]
            : [
                "standardCommissionForOrder", "specialCommissionForOrder",
                "taxCommissionForOrder",
            ]
        return names.map { Member(name: $0, schema: rates) }
            + member("discount", .component("Discount"))
    }
}
