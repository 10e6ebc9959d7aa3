import Trading

extension EndpointTable {
    /// What a placement may be refused with.
    static let placementErrors = [
        -1007, -1008, -1013, -1015, -1106, -1111, -1115, -1116, -1117, -1121, -1128, -1130, -1134,
        -2010,
    ]

    /// Placing, changing and cancelling orders.
    static let orders: [EndpointRow] = [
        signed(
            .post,
            "/api/v3/order",
            .placeOrder,
            .fixed(1),
            "Places an order.",
            placement,
            .component("Placement"),
            errors: placementErrors
        ),
        signed(
            .post,
            "/api/v3/order/test",
            .testOrder,
            .fixed(1),
            "Makes every check of a placement, without effect.",
            placement + [
                ParameterSpec(name: "computeCommissionRates", kind: .flag, standard: "false")
            ],
            .either([.empty, .component("TestCommission")]),
            errors: placementErrors
        ),
        signed(
            .get,
            "/api/v3/order",
            .order,
            .fixed(4),
            "An order, open or closed.",
            [.symbol, .orderID, .origClientOrderID],
            .component("Order"),
            errors: [-1121, -2013]
        ),
        signed(
            .delete,
            "/api/v3/order",
            .cancelOrder,
            .fixed(1),
            "Cancels an order, and all of its list.",
            [.symbol, .orderID, .origClientOrderID, .newClientOrderID, .cancelRestrictions],
            .component("Cancellation"),
            errors: [-1007, -1121, -1145, -2011]
        ),
        signed(
            .delete,
            "/api/v3/openOrders",
            .cancelOpenOrders,
            .fixed(1),
            "Cancels all open orders of a pair.",
            [.symbol],
            .list(.either([.component("Cancellation"), .component("ListCancellation")])),
            errors: [-1007, -1121, -2011]
        ),
        signed(
            .post,
            "/api/v3/order/cancelReplace",
            .cancelReplace,
            .fixed(1),
            "Cancels an order and places another in one step.",
            placement + [
                .word(
                    "cancelReplaceMode",
                    CancelReplaceMode.allCases.map(\.apiName),
                    isRequired: true
                ),
                .id("cancelOrderId", "The order to cancel; it or cancelOrigClientOrderId."),
                .clientID("cancelOrigClientOrderId", "The order to cancel by its name."),
                .clientID("cancelNewClientOrderId", "A name for the cancel; else one is made."),
                .cancelRestrictions,
                .word(
                    "orderRateLimitExceededMode",
                    RateLimitExceededMode.allCases.map(\.apiName)
                ),
            ],
            .component("Replacement"),
            errors: placementErrors + [-1145, -2021, -2022]
        ),
        signed(
            .put,
            "/api/v3/order/amend/keepPriority",
            .amendOrder,
            .fixed(4),
            "Makes an open order smaller, in its place.",
            [
                .symbol, .orderID, .origClientOrderID, .newClientOrderID,
                .decimal("newQty", "The new whole quantity.", isRequired: true),
            ],
            .component("Amended"),
            errors: [-1007, -1013, -1111, -1121, -2010, -2011, -2038]
        ),
    ]

    /// The parameters of an order alone.
    private static let placement: [ParameterSpec] =
        [
            .symbol, .side,
            .word("type", OrderType.allCases.map(\.apiName), isRequired: true),
            .decimal("quantity", "The quantity; of a MARKET order it or quoteOrderQty."),
            .decimal("quoteOrderQty", "The quote amount of a MARKET order."),
        ] + leg(.alone, hasTrigger: true) + [
            ParameterSpec(
                name: "goodTillDate",
                kind: .time,
                note: "When an order of time in force GTD expires."
            ),
            .responseType, .selfTradePrevention,
        ]

    /// The parameters of an order that depend on its type.
    ///
    /// - Parameters:
    ///   - names: What they are called.
    ///   - hasTrigger: Whether it may wait for a price.
    /// - Returns: All but type, side and quantity.
    static func leg(_ names: OrderParameterNames, hasTrigger: Bool) -> [ParameterSpec] {
        var result: [ParameterSpec] = [
            .clientID(names.clientOrderID, "A name; else one is made."),
            .decimal(names.price, "The limit; of types that have one."),
        ]
        if hasTrigger {
            result += [
                .decimal(names.stopPrice, "Where a stop or a take profit starts."),
                ParameterSpec(
                    name: names.trailingDelta,
                    kind: .integer(1...9999),
                    note: "How far a trailing stop stays behind, in basis points."
                ),
            ]
        }
        result.append(.decimal(names.icebergQuantity, "The part shown at a time."))
        if names.timeInForce.utf8CodeUnitCount > 0 {
            let words = TimeInForce.allCases.filter { names.isAlone || $0 != .goodTilDate }
            result.append(.word(names.timeInForce, words.map(\.apiName)))
        }
        return result + [
            ParameterSpec(
                name: names.strategyID,
                kind: .integer(0...Int64.max),
                note: "Taken and not kept."
            ),
            ParameterSpec(
                name: names.strategyType,
                kind: .integer(1_000_000...Int64.max),
                note: "Taken and not kept."
            ),
        ]
    }
}
