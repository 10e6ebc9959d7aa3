import Trading

/// The REST API as a translation: request bytes to an operation, its outcome to an answer.
///
/// No I/O, no clock and no randomness: the time, the HMAC and the ids it hands out come from the
/// caller. One thread.
public struct Gateway {
    /// Computes the HMAC-SHA-256 of a payload with a key's secret: 32 bytes.
    public typealias Authenticate = (APIKey, [UInt8]) -> [UInt8]

    let venue: Venue
    let keys: KeyRing
    let limits: RateLimits
    let information: ExchangeInformation
    let authenticate: Authenticate
    let makeClientOrderID: () -> ClientOrderID
    let phase: (InstrumentID) -> TradingPhase

    /// Sets up the translation.
    ///
    /// - Parameters:
    ///   - venue: What can be traded.
    ///   - keys: Who may ask.
    ///   - limits: What `exchangeInfo` announces.
    ///   - authenticate: See `Authenticate`.
    ///   - makeClientOrderID: Makes a fresh id for an order or a cancel that came without one, such
    ///     as 22 random letters and digits.
    ///   - phase: What a pair takes at present, as `exchangeInfo` shows it.
    public init(
        venue: Venue,
        keys: KeyRing,
        limits: RateLimits = RateLimits(),
        authenticate: @escaping Authenticate,
        makeClientOrderID: @escaping () -> ClientOrderID,
        phase: @escaping (InstrumentID) -> TradingPhase = { _ in .continuous }
    ) {
        self.venue = venue
        self.keys = keys
        self.limits = limits
        information = ExchangeInformation(venue: venue, limits: limits)
        self.authenticate = authenticate
        self.makeClientOrderID = makeClientOrderID
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
            let key = try keys.key(request.apiKey)
            let call = try Call(request, now: now)
            let payload = SignedPayload.bytes(query: request.query, body: request.body)
            try checkSignature(of: call, key, over: [payload])
            guard key.canTrade || !endpoint.trades else {
                throw .refusedKey(reason: "The key lacks the permission to trade.")
            }
            return try operation(of: endpoint, call, key)
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

    /// Decodes the parameters of a request.
    init(_ request: APIRequest, now: Timestamp) throws(APIError) {
        parameters = try Parameters(query: request.query, body: request.body)
        unit = request.timeUnitMicroseconds ? .microseconds : .milliseconds
        self.now = now
    }

    /// A plan for the reply to this request.
    func plan(_ kind: RenderPlan.Kind) -> RenderPlan {
        RenderPlan(kind: kind, unit: unit, now: now)
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
