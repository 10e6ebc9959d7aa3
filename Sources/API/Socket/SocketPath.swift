/// What the path of a WebSocket upgrade asks of the WebSocket API.
public struct SocketPath: Equatable, Sendable {
    /// The unit of the times in answers and events.
    public var timeUnit: StreamTimeUnit
    /// Whether answers tell of the limits unless a request says otherwise.
    public var returnsRateLimits: Bool

    /// Reads `/ws-api/v3`, with `timeUnit` and `returnRateLimits` in the query.
    ///
    /// It is `nil` for other paths; values we do not know mean the default.
    ///
    /// - Parameters:
    ///   - path: As received.
    ///   - query: Raw, without the `?`.
    public init?(path: [UInt8], query: [UInt8]) {
        guard path == Array("/ws-api/v3".utf8) || path == Array("/ws-api/v3/".utf8) else {
            return nil
        }
        timeUnit = .milliseconds
        returnsRateLimits = true
        let pairs = String(decoding: query, as: UTF8.self).split(separator: "&")
        for pair in pairs {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { continue }
            switch (sides[0], sides[1].uppercased()) {
            case ("timeUnit", "MICROSECOND"): timeUnit = .microseconds
            case ("returnRateLimits", "FALSE"): returnsRateLimits = false
            default: break
            }
        }
    }
}
