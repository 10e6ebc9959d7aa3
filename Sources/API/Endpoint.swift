/// What a path and a method ask for.
enum Endpoint: Equatable {
    case open(OpenEndpoint)
    case market(MarketEndpoint)
    case signed(SignedEndpoint)
}

/// Endpoints answered at once, without a key.
enum OpenEndpoint: Equatable {
    case ping
    case time
    case exchangeInformation
    case systemStatus
    /// A list of something this venue does not have.
    case emptyList
}

/// Endpoints answered from the router's mirror of the market.
enum MarketEndpoint: Equatable {
    case depth
    case trades
    case historicalTrades
    case aggregateTrades
    case candles
    case averagePrice
    case ticker24Hours
    case tickerPrice
    case tickerBook
}

/// Endpoints that need a key and a signature.
enum SignedEndpoint: Equatable {
    case placeOrder
    case testOrder
    case cancelOrder
    case cancelReplace
    case cancelOpenOrders
    case order
    case openOrders
    case orders
    case fills
    case account
    case commission
    case tradeFee
    case coins
    case accountStatus
    case keyRestrictions
    case orderLimits

    /// Whether the key must be allowed to trade.
    var trades: Bool {
        switch self {
        case .placeOrder, .testOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders: true
        default: false
        }
    }
}

/// The endpoints of one path by method.
struct Route {
    var get: Endpoint?
    var post: Endpoint?
    var delete: Endpoint?

    /// The methods, as the `allow` header lists them.
    var allowed: String {
        [("GET", get), ("POST", post), ("DELETE", delete)]
            .filter { $0.1 != nil }.map(\.0).joined(separator: ", ")
    }

    /// Finds the endpoint of a request.
    ///
    /// - Parameter request: Only its method and path matter.
    /// - Returns: What it asks for.
    /// - Throws: 404 for an unknown path, 405 for a method the path does not take.
    static func endpoint(of request: APIRequest) throws(APIError) -> Endpoint {
        guard let route = table[request.path] else { throw .unknownPath }
        let endpoint =
            switch request.method {
            case "GET": route.get
            case "POST": route.post
            case "DELETE": route.delete
            default: nil as Endpoint?
            }
        guard let endpoint else { throw .unsupportedMethod(allowed: route.allowed) }
        return endpoint
    }

    /// Both prefixes lead to the same endpoints: ccxt asks `/api/v1` for some.
    private static let table: [[UInt8]: Route] = {
        var table: [[UInt8]: Route] = [:]
        for (path, route) in spot {
            for prefix in ["/api/v3/", "/api/v1/"] { table[Array((prefix + path).utf8)] = route }
        }
        for (path, route) in wallet { table[Array(("/sapi/v1/" + path).utf8)] = route }
        return table
    }()

    private static let spot: [(String, Route)] = [
        ("ping", Route(get: .open(.ping))),
        ("time", Route(get: .open(.time))),
        ("exchangeInfo", Route(get: .open(.exchangeInformation))),
        ("depth", Route(get: .market(.depth))),
        ("trades", Route(get: .market(.trades))),
        ("historicalTrades", Route(get: .market(.historicalTrades))),
        ("aggTrades", Route(get: .market(.aggregateTrades))),
        ("klines", Route(get: .market(.candles))),
        ("uiKlines", Route(get: .market(.candles))),
        ("avgPrice", Route(get: .market(.averagePrice))),
        ("ticker/24hr", Route(get: .market(.ticker24Hours))),
        ("ticker/price", Route(get: .market(.tickerPrice))),
        ("ticker/bookTicker", Route(get: .market(.tickerBook))),
        (
            "order",
            Route(
                get: .signed(.order),
                post: .signed(.placeOrder),
                delete: .signed(.cancelOrder)
            )
        ),
        ("order/test", Route(post: .signed(.testOrder))),
        ("order/cancelReplace", Route(post: .signed(.cancelReplace))),
        (
            "openOrders",
            Route(get: .signed(.openOrders), delete: .signed(.cancelOpenOrders))
        ),
        ("allOrders", Route(get: .signed(.orders))),
        ("rateLimit/order", Route(get: .signed(.orderLimits))),
        ("myTrades", Route(get: .signed(.fills))),
        ("account", Route(get: .signed(.account))),
        ("account/commission", Route(get: .signed(.commission))),
    ]

    private static let wallet: [(String, Route)] = [
        ("system/status", Route(get: .open(.systemStatus))),
        ("margin/allPairs", Route(get: .open(.emptyList))),
        ("margin/isolated/allPairs", Route(get: .open(.emptyList))),
        ("asset/tradeFee", Route(get: .signed(.tradeFee))),
        ("capital/config/getall", Route(get: .signed(.coins))),
        ("account/status", Route(get: .signed(.accountStatus))),
        ("account/apiRestrictions", Route(get: .signed(.keyRestrictions))),
    ]
}
