import Trading

/// Requests of the WebSocket API: the same calls and the same endpoints as REST.
extension Gateway {
    private static let sessionWeight = 2

    /// What a request weighs, before anything else is looked at.
    ///
    /// - Parameter request: As `weight(of:)` for REST; those about the connection itself weigh 2.
    /// - Returns: At least 1.
    public func weight(of request: SocketRequest) -> Int {
        guard case .rest = request.method else { return Self.sessionWeight }
        return weight(of: request.call)
    }

    /// Reads a request that is the same as a REST request.
    ///
    /// - Parameters:
    ///   - request: Not one about the connection itself.
    ///   - session: The key of the session, if one is logged on.
    ///   - now: The server's time.
    /// - Returns: What to do.
    /// - Throws: What REST would refuse it with.
    func operation(
        of request: SocketRequest,
        session: APIKey?,
        now: Timestamp
    ) throws(APIError) -> Operation {
        switch try Route.row(of: request.call).endpoint {
        case .open(let endpoint):
            return .respond(try answer(endpoint, try Call(request.call, now: now)))
        case .market(let endpoint):
            let plan = try marketPlan(endpoint, try Call(request.call, now: now))
            return .market(plan.instruments, plan)
        case .signed(let endpoint):
            let (key, call) = try authenticate(request, session: session, now: now)
            try check(key, allows: endpoint.trades ? .trade : .read)
            return try operation(of: endpoint, call, key)
        case .keyed(let endpoint): return try listenKey(endpoint, request.call, now: now)
        }
    }

    /// Whose request it is: of the key it names and whose signature it has, or of the session.
    func authenticate(
        _ request: SocketRequest,
        session: APIKey?,
        now: Timestamp
    ) throws(APIError) -> (APIKey, Call) {
        if let session, !request.has("apiKey"), !request.has("signature") {
            // The key may have been revoked since.
            let key = try key(Array(session.key.utf8), from: request.call.clientAddress)
            let call = try Call(request.call, now: now)
            _ = try call.parameters.required("timestamp")
            try Self.checkTime(call)
            return (key, call)
        }
        let key = try key(request.call.apiKey, from: request.call.clientAddress)
        var call = try Call(request.call, now: now)
        try checkSignature(of: call, key, over: request.payloads)
        call.identity = identity(of: request.call)
        return (key, call)
    }
}
