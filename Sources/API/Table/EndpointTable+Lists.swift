import Trading

extension EndpointTable {
    private static let pairTypes: [StaticString] = [
        OrderType.stopLossLimit, .stopLoss, .limitMaker, .takeProfit, .takeProfitLimit,
    ].map(\.apiName)
    private static let pairErrors =
        placementErrors + [-1158, -1165, -1166, -1168, -1196, -1197, -1198, -1199]

    /// Lists of orders.
    static let lists: [EndpointRow] = [
        place(
            "/api/v3/orderList/oco",
            .placeOCO,
            "Places two orders of which one cancels the other.",
            [.side, .decimal("quantity", "Of both.", isRequired: true)]
                + typed("aboveType", pairTypes, .above) + typed("belowType", pairTypes, .below),
            pairErrors
        ),
        place(
            "/api/v3/order/oco",
            .placeOldOCO,
            "Places a limit order and a stop of which one cancels the other; the old form.",
            [.side, .decimal("quantity", "Of both.", isRequired: true)]
                + leg(.limitLeg, hasTrigger: false) + leg(.stopLeg, hasTrigger: true),
            placementErrors
        ),
        place(
            "/api/v3/orderList/oto",
            .placeOTO,
            "Places an order that starts another when it is filled.",
            working + [
                .word("pendingSide", Side.allCases.map(\.apiName), isRequired: true),
                .decimal("pendingQuantity", isRequired: true),
            ] + typed("pendingType", OrderType.allCases.map(\.apiName), .pending),
            placementErrors
        ),
        place(
            "/api/v3/orderList/otoco",
            .placeOTOCO,
            "Places an order that starts two, of which one cancels the other, when it is filled.",
            working + [
                .word("pendingSide", Side.allCases.map(\.apiName), isRequired: true),
                .decimal("pendingQuantity", "Of both.", isRequired: true),
            ] + typed("pendingAboveType", pairTypes, .pendingAbove)
                + typed("pendingBelowType", pairTypes, .pendingBelow),
            pairErrors
        ),
        signed(
            .delete,
            "/api/v3/orderList",
            .cancelOrderList,
            .fixed(1),
            "Cancels what is open of a list.",
            [
                .symbol, .id("orderListId", "The list; it or listClientOrderId."),
                .clientID("listClientOrderId", "The list by its name."), .newClientOrderID,
            ],
            .component("ListCancellation"),
            errors: [-1007, -1121, -2011]
        ),
        signed(
            .get,
            "/api/v3/orderList",
            .orderList,
            .fixed(4),
            "A list, open or done.",
            [
                .id("orderListId", "The list; it or origClientOrderId."),
                .clientID("origClientOrderId", "The newest list of this name."),
            ],
            .component("OrderList"),
            errors: [-2013]
        ),
        signed(
            .get,
            "/api/v3/openOrderList",
            .openOrderLists,
            .fixed(6),
            "The open lists.",
            [],
            .list(.component("OrderList"))
        ),
        signed(
            .get,
            "/api/v3/allOrderList",
            .orderLists,
            .fixed(20),
            "Lists, open and done.",
            [
                .id("fromId", "The first one; not with a time."), .startTime, .endTime,
                .limit(500, 1000),
            ],
            .list(.component("OrderList")),
            errors: [-1127, -1128]
        ),
    ]

    private static let working: [ParameterSpec] =
        [
            .word(
                "workingType",
                [OrderType.limit, .limitMaker].map(\.apiName),
                isRequired: true
            ),
            .word("workingSide", Side.allCases.map(\.apiName), isRequired: true),
            .decimal("workingQuantity", isRequired: true),
        ] + leg(.working, hasTrigger: false)

    private static func typed(
        _ name: StaticString,
        _ words: [StaticString],
        _ names: OrderParameterNames
    ) -> [ParameterSpec] {
        [.word(name, words, isRequired: true)] + leg(names, hasTrigger: true)
    }

    private static func place(
        _ path: String,
        _ endpoint: SignedEndpoint,
        _ summary: StaticString,
        _ parameters: [ParameterSpec],
        _ errors: [Int]
    ) -> EndpointRow {
        signed(
            .post,
            path,
            endpoint,
            .fixed(1),
            summary,
            [.symbol, .clientID("listClientOrderId", "A name for the list; else one is made.")]
                + parameters + [.responseType, .selfTradePrevention],
            .component("ListPlacement"),
            errors: errors
        )
    }
}
