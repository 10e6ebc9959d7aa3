/// A refusal as the API words it; texts matter because clients map some of them to exceptions.
///
/// Source: the venue's error table.
public struct APIError: Error, Equatable, Sendable {
    /// A header that goes with the refusal.
    public struct Header: Equatable, Sendable {
        /// In lowercase.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// HTTP status; 5xx means "unknown, may have happened", except with -1001 and -1008.
    public let status: Int
    /// The `code` member; negative.
    public let code: Int
    /// The `msg` member.
    public let message: String
    /// Headers such as `retry-after`.
    public let headers: [Header]

    init(status: Int = 400, _ code: Int, _ message: String, headers: [Header] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    /// Writes `code` and `msg` into an object.
    func writeMembers(to writer: inout JSONWriter) {
        writer.key("code")
        writer.value(Int64(code))
        writer.key("msg")
        writer.value(message)
    }
}

/// Refusals that depend on nothing but the request's parameters.
extension APIError {
    static func missing(_ name: StaticString) -> Self {
        Self(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }

    static func missing(_ name: StaticString, or other: StaticString) -> Self {
        Self(-1102, "Param '\(name)' or '\(other)' must be sent, but both were empty/null!")
    }

    static func illegal(_ name: StaticString, range: String) -> Self {
        Self(-1100, "Illegal characters found in parameter '\(name)'; legal range is '\(range)'.")
    }

    static func empty(_ name: StaticString) -> Self {
        Self(-1105, "Parameter '\(name)' was empty.")
    }

    static func notRequired(_ name: StaticString) -> Self {
        Self(-1106, "Parameter '\(name)' sent when not required.")
    }

    static func tooPrecise(_ name: StaticString) -> Self {
        Self(-1111, "Parameter '\(name)' has too much precision.")
    }

    static func invalid(_ name: StaticString) -> Self {
        Self(-1130, "Data sent for parameter '\(name)' is not valid.")
    }

    static func tooManyParameters(max: Int, received: Int) -> Self {
        Self(-1101, "Too many parameters; expected '\(max)' and received '\(received)'.")
    }

    static func duplicate(_ name: String) -> Self {
        Self(-1101, "Duplicate values for a parameter detected: '\(name)'.")
    }

    static func filter(_ name: StaticString) -> Self { Self(-1013, "Filter failure: \(name)") }

    static let tooMuchData = Self(-1101, "Too many parameters sent for this endpoint.")
    static let invalidTimeInForce = Self(-1115, "Invalid timeInForce.")
    static let invalidOrderType = Self(-1116, "Invalid orderType.")
    static let invalidSide = Self(-1117, "Invalid side.")
    static let invalidInterval = Self(-1120, "Invalid interval.")
    static let invalidSymbol = Self(-1121, "Invalid symbol.")
    static let invalidSymbolStatus = Self(-1122, "Invalid symbolStatus.")
    static let noSuchListenKey = Self(-1125, "This listenKey does not exist.")
    static let lookupTooLong = Self(-1127, "More than 24 hours between startTime and endTime.")
    static let badCombination = Self(-1128, "Combination of optional parameters invalid.")
    static let invalidCancelRestrictions = Self(-1145, "Invalid cancelRestrictions")
    static let wrongSymbolStatus = Self(
        -1220,
        "The symbol's status does not match the requested symbolStatus."
    )
    static let badStrategyType = Self(-1134, "`strategyType` was less than 1000000.")
    static let invalidTickerType = Self(-1139, "Invalid ticker type.")
    static let duplicateSymbol = Self(-1151, "Symbol is present multiple times in the list.")
    static let icebergUnsupported = Self(
        -2010,
        "Iceberg orders are not supported for this symbol."
    )
}

/// Refusals of who asks, when, how often and what for.
extension APIError {
    static let malformedKey = Self(status: 401, -2014, "API-key format invalid.")
    static let invalidSignature = Self(-1022, "Signature for this request is not valid.")
    static let recvWindowTooLarge = Self(-1131, "recvWindow must be less than 60000.")

    static func refusedKey(reason: KeyRefusal?) -> Self {
        let text = "Invalid API-key, IP, or permissions for action."
        return Self(status: 401, -2015, reason.map { "\(text) \($0)" } ?? text)
    }

    static func tooEarly(byMilliseconds ahead: Int64) -> Self {
        Self(
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time."
                + " It was \(ahead)ms ahead."
        )
    }

    static func tooLate(byMilliseconds behind: Int64) -> Self {
        Self(
            -1021,
            "Timestamp for this request is outside of the recvWindow."
                + " It was \(behind)ms behind the server's time."
        )
    }

    static let unknownPath = Self(
        status: 404,
        -1020,
        "This operation is not supported. There is no such path."
    )

    static func unsupportedMethod(allowed: String) -> Self {
        Self(
            status: 405,
            -1020,
            "This operation is not supported. The path takes \(allowed).",
            headers: [Header(name: "allow", value: allowed)]
        )
    }

    static func tooMuchWeight(limit: Int, retryAfterSeconds: Int64) -> Self {
        limited(
            "Too much request weight used; current limit is \(limit) request weight per 1 MINUTE."
                + " Please use WebSocket Streams for live updates to avoid polling the API.",
            retryAfterSeconds
        )
    }

    static func tooManyRequests(limit: Int, retryAfterSeconds: Int64) -> Self {
        limited(
            "Too many requests; current limit is \(limit) requests per 5 MINUTE.",
            retryAfterSeconds
        )
    }

    static func tooManyConnections(limit: Int, retryAfterSeconds: Int64) -> Self {
        limited(
            "Too many connections; current limit is \(limit) connections per 5 MINUTE.",
            retryAfterSeconds
        )
    }

    private static func limited(
        status: Int = 429,
        _ message: String,
        _ retryAfterSeconds: Int64
    ) -> Self {
        Self(
            status: status,
            -1003,
            message,
            headers: [Header(name: "retry-after", value: "\(retryAfterSeconds)")]
        )
    }

    static func banned(untilMilliseconds: Int64, retryAfterSeconds: Int64) -> Self {
        limited(
            status: 418,
            "Way too much request weight used; IP banned until \(untilMilliseconds)."
                + " Please use WebSocket Streams for live updates to avoid bans.",
            retryAfterSeconds
        )
    }
}
