extension EndpointTable {
    /// What an account asks about itself.
    static let account: [EndpointRow] = [
        signed(
            .get,
            "/api/v3/account",
            .account,
            .fixed(20),
            "The balances, and what the account may do.",
            [ParameterSpec(name: "omitZeroBalances", kind: .flag, standard: "false")],
            .component("Account")
        ),
        signed(
            .get,
            "/api/v3/openOrders",
            .openOrders,
            .byParameter("symbol", with: 6, without: 80),
            "The open orders.",
            [.optionalSymbol],
            .list(.component("Order")),
            errors: [-1121]
        ),
        signed(
            .get,
            "/api/v3/allOrders",
            .orders,
            .fixed(20),
            "Orders, open and closed.",
            [
                .symbol, .id("orderId", "The first one."), .startTime, .endTime,
                .limit(500, 1000),
            ],
            .list(.component("Order")),
            errors: [-1121, -1127, -1128]
        ),
        signed(
            .get,
            "/api/v3/myTrades",
            .fills,
            .byParameter("orderId", with: 5, without: 20),
            "The account's trades.",
            [
                .symbol, .id("orderId", "Only of this order."), .startTime, .endTime,
                .id("fromId", "The first one; not with a time."), .limit(500, 1000),
            ],
            .list(.component("Fill")),
            errors: [-1121, -1127, -1128]
        ),
        signed(
            .get,
            "/api/v3/account/commission",
            .commission,
            .fixed(20),
            "The fees of a pair.",
            [.symbol],
            .component("Commission"),
            errors: [-1121]
        ),
        signed(
            .get,
            "/api/v3/order/amendments",
            .amendments,
            .fixed(4),
            "What was changed of an order in its place.",
            [
                .symbol, .id("orderId", "The order.", isRequired: true),
                .id("fromExecutionId", "The first one."), .limit(500, 1000),
            ],
            .list(.component("Amendment")),
            errors: [-1121]
        ),
        signed(
            .get,
            "/api/v3/myPreventedMatches",
            .preventedMatches,
            .byParameter("preventedMatchId", with: 2, without: 20),
            "Trades of the account with itself that were prevented.",
            [
                .symbol, .id("preventedMatchId", "One of them; it or orderId."),
                .id("orderId", "Those of an order."),
                .id("fromPreventedMatchId", "The first one."), .limit(500, 1000),
            ],
            .list(.component("PreventedMatch")),
            errors: [-1121, -1128]
        ),
        signed(
            .get,
            "/api/v3/myAllocations",
            .allocations,
            .fixed(20),
            "Allocations of orders routed to other books: none.",
            [
                .symbol, .startTime, .endTime, .id("fromAllocationId", "The first one."),
                .id("orderId", "Those of an order."), .limit(500, 1000),
            ],
            .list(.empty),
            errors: [-1121, -1127, -1128]
        ),
        signed(
            .get,
            "/api/v3/rateLimit/order",
            .orderLimits,
            .fixed(40),
            "How many orders the account has placed in each interval.",
            [],
            .list(.component("OrderLimit"))
        ),
    ]

    /// Listen keys, for clients that do not know the WebSocket API.
    static let listenKeys: [EndpointRow] = [
        keyed(
            .post,
            .openListenKey,
            "A name under which the account's events can be had; valid for 60 minutes.",
            [],
            .component("ListenKey")
        ),
        keyed(
            .put,
            .extendListenKey,
            "Another 60 minutes for a listen key.",
            [.listenKey],
            .empty,
            errors: [-1125]
        ),
        keyed(
            .delete,
            .closeListenKey,
            "The end of a listen key.",
            [.listenKey],
            .empty,
            errors: [-1125]
        ),
    ]

    private static func keyed(
        _ method: EndpointRow.Method,
        _ endpoint: KeyedEndpoint,
        _ summary: StaticString,
        _ parameters: [ParameterSpec],
        _ answer: AnswerSchema,
        errors: [Int] = []
    ) -> EndpointRow {
        EndpointRow(
            method: method,
            path: "/api/v3/userDataStream",
            endpoint: .keyed(endpoint),
            weight: .fixed(2),
            summary: summary,
            parameters: parameters,
            answer: answer,
            errors: errors
        )
    }
}
