/// Request weights.
///
/// Source: the venue's weight table.
extension Gateway {
    /// What a request weighs, before anything else is looked at.
    ///
    /// A placement or cancel weighs 1; the caller gives it back when it succeeds.
    ///
    /// - Parameter request: The weight of some endpoints depends on its parameters.
    /// - Returns: At least 1, also for what cannot be read.
    public func weight(of request: APIRequest) -> Int {
        // A request that cannot be read is refused by `interpret`; it weighs like the lightest.
        guard let endpoint = try? Route.endpoint(of: request) else { return 1 }
        switch endpoint {
        case .open(.exchangeInformation): return 20
        case .open: return 1
        case .signed(let endpoint): return weight(of: endpoint, request)
        case .market(let endpoint): return weight(of: endpoint, request)
        }
    }

    private func weight(of endpoint: SignedEndpoint, _ request: APIRequest) -> Int {
        switch endpoint {
        case .placeOrder, .testOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders: 1
        case .order: 4
        case .openOrders: parameters(request)?.has("symbol") == true ? 6 : 80
        case .fills: parameters(request)?.has("orderId") == true ? 5 : 20
        case .orders, .account, .commission: 20
        case .coins: 10
        case .orderLimits: 40
        case .tradeFee, .accountStatus, .keyRestrictions: 1
        }
    }

    private func weight(of endpoint: MarketEndpoint, _ request: APIRequest) -> Int {
        switch endpoint {
        case .depth: depthWeight(request)
        case .trades, .historicalTrades: 25
        case .aggregateTrades: 4
        case .candles, .averagePrice: 2
        case .ticker24Hours: tickerWeight(request)
        case .tickerPrice, .tickerBook: parameters(request)?.has("symbol") == true ? 2 : 4
        }
    }

    private func depthWeight(_ request: APIRequest) -> Int {
        // A bad limit is refused by `interpret`; it weighs like the lightest.
        let limit = (try? parameters(request)?.limit(default: 100, max: 5000)) ?? 100
        return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250
    }

    private func tickerWeight(_ request: APIRequest) -> Int {
        guard let parameters = parameters(request) else { return 1 }
        if parameters.has("symbol") { return 2 }
        guard let symbols = parameters.value("symbols") else { return 80 }
        let count = symbols.count { $0 == UInt8(ascii: ",") } + 1
        return count <= 20 ? 2 : count <= 100 ? 40 : 80
    }

    private func parameters(_ request: APIRequest) -> Parameters? {
        // What cannot be read is refused by `interpret`.
        try? Parameters(query: request.query, body: request.body)
    }
}
