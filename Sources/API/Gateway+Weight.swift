/// Request weights.
///
/// Source: the venue's weight table.
extension Gateway {
    /// What a request weighs, before anything else is looked at.
    ///
    /// A placement or cancel weighs 1; the caller gives it back when it succeeds.
    ///
    /// - Parameter request: The weight of some endpoints depends on its parameters.
    /// - Returns: At least 1, also for what cannot be read; 0 for what a browser asks before.
    public func weight(of request: APIRequest) -> Int {
        guard request.method != "OPTIONS" else { return 0 }
        // A request that cannot be read is refused by `interpret`; it weighs like the lightest.
        guard let row = try? Route.row(of: request) else { return 1 }
        switch row.weight {
        case .fixed(let weight): return weight
        case .depth: return depthWeight(request)
        case .ticker24Hours: return tickerWeight(request)
        case .perSymbol(let each, let most): return min(most, each * symbolCount(request))
        case .byParameter(let name, let with, let without):
            return parameters(request)?.has(name) == true ? with : without
        }
    }

    private func symbolCount(_ request: APIRequest) -> Int {
        guard let symbols = parameters(request)?.value("symbols") else { return 1 }
        return symbols.count { $0 == UInt8(ascii: ",") } + 1
    }

    private func depthWeight(_ request: APIRequest) -> Int {
        // A bad limit is refused by `interpret`; it weighs like the lightest.
        let limit = (try? parameters(request)?.limit(default: 100, max: 5000)) ?? 100
        return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250
    }

    private func tickerWeight(_ request: APIRequest) -> Int {
        guard let parameters = parameters(request) else { return 1 }
        if parameters.has("symbol") { return 2 }
        guard parameters.has("symbols") else { return 80 }
        let count = symbolCount(request)
        return count <= 20 ? 2 : count <= 100 ? 40 : 80
    }

    private func parameters(_ request: APIRequest) -> Parameters? {
        // What cannot be read is refused by `interpret`.
        try? Parameters(query: request.query, body: request.body)
    }
}
