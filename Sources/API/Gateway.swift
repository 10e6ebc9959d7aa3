import Trading

/// The REST API as a translation: request bytes to an operation, its outcome to an answer.
///
/// No I/O, no clock and no randomness: the time, the signatures' check and the ids it hands out come from the
/// caller. One thread.
public struct Gateway {
    /// Whether a signature is that of a payload under a key.
    public typealias Verify = (
        _ key: APIKey, _ payload: [UInt8], _ signature: [UInt8]
    ) -> Bool

    let venue: Venue
    let keys: KeyRing
    let limits: RateLimits
    let information: ExchangeInformation
    let verify: Verify
    let explainsRefusals: Bool
    let onRefusedKey: (String, KeyRefusal) -> Void
    let makeClientOrderID: () -> ClientOrderID
    let deriveClientOrderID: ([UInt8]) -> ClientOrderID
    let phase: (InstrumentID) -> TradingPhase

    /// Sets up the translation.
    ///
    /// - Parameters:
    ///   - venue: What can be traded.
    ///   - keys: Who may ask.
    ///   - limits: What `exchangeInfo` announces.
    ///   - verify: See `Verify`.
    ///   - explainsRefusals: Whether the answer says why a key was not taken; who tries keys learns
    ///     from it.
    ///   - onRefusedKey: Told the beginning of a key that was not taken, and why.
    ///   - makeClientOrderID: Makes a fresh id for a cancel that came without one, such as 22 random
    ///     letters and digits.
    ///   - deriveClientOrderID: Makes the id of an order that came without one out of what makes its
    ///     request unlike others: the same for the same bytes, and such that no other bytes are found
    ///     for it.
    ///   - phase: What a pair takes at present, as `exchangeInfo` shows it.
    public init(
        venue: Venue,
        keys: KeyRing,
        limits: RateLimits = RateLimits(),
        verify: @escaping Verify,
        explainsRefusals: Bool = false,
        onRefusedKey: @escaping (String, KeyRefusal) -> Void = { _, _ in },
        makeClientOrderID: @escaping () -> ClientOrderID,
        deriveClientOrderID: @escaping ([UInt8]) -> ClientOrderID,
        phase: @escaping (InstrumentID) -> TradingPhase = { _ in .continuous }
    ) {
        self.venue = venue
        self.keys = keys
        self.limits = limits
        information = ExchangeInformation(venue: venue, limits: limits)
        self.verify = verify
        self.explainsRefusals = explainsRefusals
        self.onRefusedKey = onRefusedKey
        self.makeClientOrderID = makeClientOrderID
        self.deriveClientOrderID = deriveClientOrderID
        self.phase = phase
    }

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - request: As received.
    ///   - now: The server's time.
    /// - Returns: What to do; every refusal is an answer of its own.
    public func interpret(_ request: APIRequest, now: Timestamp) -> Operation {
        do throws(APIError) {
            return try operation(of: request, now: now)
        } catch {
            return .respond(APIResponse(error))
        }
    }

    private func operation(of request: APIRequest, now: Timestamp) throws(APIError) -> Operation {
        if request.method == "OPTIONS" { return try preflight(request) }
        switch try Route.row(of: request).endpoint {
        case .open(let endpoint):
            return .respond(try answer(endpoint, try Call(request, now: now)))
        case .market(let endpoint):
            let plan = try marketPlan(endpoint, try Call(request, now: now))
            return .market(plan.instruments, plan)
        case .signed(let endpoint):
            let key = try key(request.apiKey, from: request.clientAddress)
            var call = try Call(request, now: now)
            let payload = SignedPayload.bytes(query: request.query, body: request.body)
            try checkSignature(of: call, key, over: [payload])
            try check(key, allows: endpoint.trades ? .trade : .read)
            call.identity = RequestIdentity(
                key: key.key,
                method: request.method,
                path: request.path,
                payload: payload
            )
            return try operation(of: endpoint, call, key)
        case .keyed(let endpoint): return try listenKey(endpoint, request, now: now)
        }
    }

    /// Reads a request past its gate.
    func operation(
        of endpoint: SignedEndpoint,
        _ call: Call,
        _ key: APIKey
    ) throws(APIError) -> Operation {
        switch endpoint {
        case .placeOrder: try placement(call, key)
        case .testOrder: try test(call, key)
        case .cancelOrder: try cancellation(call, key)
        case .cancelReplace: try replacement(call, key)
        case .cancelOpenOrders: try cancellations(call, key)
        case .amendOrder: try amendment(call, key)
        case .placeOCO: try placeOCO(call, key)
        case .placeOldOCO: try placeOldOCO(call, key)
        case .placeOTO: try placeOTO(call, key)
        case .placeOTOCO: try placeOTOCO(call, key)
        case .cancelOrderList: try cancelList(call, key)
        case .orderList: try orderList(call, key)
        case .openOrderLists: openOrderLists(call, key)
        case .orderLists: try orderLists(call, key)
        case .order: try order(call, key)
        case .openOrders: try openOrders(call, key)
        case .orders: try orders(call, key)
        case .fills: try fills(call, key)
        case .amendments: try amendments(call, key)
        case .preventedMatches: try preventedMatches(call, key)
        case .allocations: try allocations(call)
        case .account: try account(call, key)
        case .commission: .respond(try commission(call))
        case .tradeFee: .respond(try tradeFees(call))
        case .coins: .queryAll(.balances(account: key.account), call.plan(.coins))
        case .accountStatus: .respond(accountStatus())
        case .keyRestrictions: .respond(restrictions(of: key))
        case .orderLimits:
            .queryAll(.orderUsage(account: key.account), call.plan(.orderLimits))
        }
    }
}

extension Gateway {
    /// The headers of every answer that let a page of another origin read it.
    public static let crossOriginHeaders: [(name: String, value: String)] = [
        ("access-control-allow-origin", "*"),
        (
            "access-control-expose-headers",
            "x-mbx-used-weight, x-mbx-used-weight-1m, x-mbx-order-count-10s,"
                + " x-mbx-order-count-1d, retry-after"
        ),
    ]

    /// What a browser asks before it sends a request of another origin.
    private func preflight(_ request: APIRequest) throws(APIError) -> Operation {
        guard let allowed = Route.allowed(request.path) else { throw .unknownPath }
        return .respond(
            APIResponse(
                status: 204,
                body: [],
                headers: [
                    ("access-control-allow-methods", allowed + ", OPTIONS"),
                    (
                        "access-control-allow-headers",
                        "content-type, x-mbx-apikey, x-mbx-time-unit"
                    ),
                    ("access-control-max-age", "86400"),
                ]
            )
        )
    }
}

/// A request past its gate: its parameters, and how and when to answer.
struct Call {
    let parameters: Parameters
    let unit: TimeUnit
    let now: Timestamp
    /// Of a signed request, once its signature was checked.
    var identity: RequestIdentity?

    /// Decodes the parameters of a request.
    init(_ request: APIRequest, now: Timestamp) throws(APIError) {
        parameters = try Parameters(query: request.query, body: request.body)
        unit = request.timeUnitMicroseconds ? .microseconds : .milliseconds
        self.now = now
    }

    /// A plan for the reply to this request.
    func plan(_ kind: RenderPlan.Kind) -> RenderPlan {
        RenderPlan(kind: kind, unit: unit, now: now, identity: identity)
    }
}

extension Gateway {
    /// The pair that `symbol` names.
    func instrument(_ parameters: Parameters) throws(APIError) -> Instrument {
        try instrument(named: try parameters.required("symbol"), in: "symbol")
    }

    /// The pair with a name that came in a parameter.
    func instrument(
        named symbol: ArraySlice<UInt8>,
        in parameter: StaticString
    ) throws(APIError) -> Instrument {
        if let id = venue.instrumentID(symbol: symbol) { return venue.instrument(id) }
        guard SymbolKey(symbol) != nil else {
            throw .illegal(parameter, range: SymbolKey.legalRange)
        }
        throw .invalidSymbol
    }
}
