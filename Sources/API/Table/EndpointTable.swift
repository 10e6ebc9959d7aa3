/// Every endpoint of the REST API.
enum EndpointTable {
    /// By theme, then as they are documented.
    static let rows: [EndpointRow] =
        open + market + orders + lists + account + listenKeys + wallet

    /// Endpoints answered at once, without a key.
    private static let open: [EndpointRow] = [
        open("/api/v3/ping", .ping, 1, "Answers, and does nothing else.", .empty),
        open("/api/v3/time", .time, 1, "The time of the server.", .component("Time")),
        open(
            "/api/v3/exchangeInfo",
            .exchangeInformation,
            20,
            "What can be traded, and by which rules.",
            .component("ExchangeInformation"),
            [
                .optionalSymbol, .symbols,
                ParameterSpec(
                    name: "permissions",
                    kind: .text("^SPOT$|^\\[\"SPOT\"\\]$"),
                    note: "Only pairs with one of these; not with symbol or symbols."
                ),
                ParameterSpec(name: "showPermissionSets", kind: .flag, standard: "true"),
                .symbolStatus,
            ],
            errors: [-1121, -1122, -1128, -1130, -1151]
        ),
        open(
            "/api/v3/openapi.json",
            .description,
            1,
            "This document.",
            .empty
        ),
    ]

    private static func open(
        _ path: String,
        _ endpoint: OpenEndpoint,
        _ weight: Int,
        _ summary: StaticString,
        _ answer: AnswerSchema,
        _ parameters: [ParameterSpec] = [],
        errors: [Int] = []
    ) -> EndpointRow {
        EndpointRow(
            method: .get,
            path: path,
            endpoint: .open(endpoint),
            weight: .fixed(weight),
            summary: summary,
            parameters: parameters,
            answer: answer,
            errors: errors
        )
    }

    // MARK: What wallets are asked for

    /// What clients ask of a wallet before they trade.
    private static let wallet: [EndpointRow] = [
        open(
            "/sapi/v1/system/status",
            .systemStatus,
            1,
            "Whether the venue is up.",
            .component("SystemStatus")
        ),
        open(
            "/sapi/v1/margin/allPairs",
            .emptyList,
            1,
            "Pairs to trade on margin: none.",
            .list(.empty)
        ),
        open(
            "/sapi/v1/margin/isolated/allPairs",
            .emptyList,
            1,
            "Pairs to trade on isolated margin: none.",
            .list(.empty)
        ),
        signed(
            .get,
            "/sapi/v1/asset/tradeFee",
            .tradeFee,
            .fixed(1),
            "The fees of one pair or of all.",
            [.optionalSymbol],
            .list(.component("TradeFee")),
            errors: [-1121]
        ),
        signed(
            .get,
            "/sapi/v1/capital/config/getall",
            .coins,
            .fixed(10),
            "The assets, and what the account has of each.",
            [],
            .list(.component("Coin"))
        ),
        signed(
            .get,
            "/sapi/v1/account/status",
            .accountStatus,
            .fixed(1),
            "Whether the account is in order.",
            [],
            .component("AccountStatus")
        ),
        signed(
            .get,
            "/sapi/v1/account/apiRestrictions",
            .keyRestrictions,
            .fixed(1),
            "What the key may do.",
            [],
            .component("KeyRestrictions")
        ),
    ]

    static func signed(
        _ method: EndpointRow.Method,
        _ path: String,
        _ endpoint: SignedEndpoint,
        _ weight: WeightRule,
        _ summary: StaticString,
        _ parameters: [ParameterSpec],
        _ answer: AnswerSchema,
        errors: [Int] = []
    ) -> EndpointRow {
        EndpointRow(
            method: method,
            path: path,
            endpoint: .signed(endpoint),
            weight: weight,
            summary: summary,
            parameters: parameters + ParameterSpec.signature,
            answer: answer,
            errors: errors
        )
    }
}
