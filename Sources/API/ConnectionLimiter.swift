import Trading

/// Counts attempts to open a WebSocket by address, in windows of five minutes.
///
/// Pure: time comes in. Bounded: beyond `clientCountMax` addresses the newcomers share one count.
public struct ConnectionLimiter: Sendable {
    /// Attempts of one address in a window.
    public static let attemptsMax = 300
    private static let windowMicroseconds: Int64 = 300_000_000
    /// No address is an empty text.
    private static let shared = ""

    private let attemptsMax: Int
    private let clientCountMax: Int
    private var attempts: [String: Int] = [:]
    private var window: Int64 = 0

    /// Starts with no attempts.
    ///
    /// - Parameters:
    ///   - attemptsMax: Attempts of one address in a window.
    ///   - clientCountMax: Addresses counted apart.
    public init(attemptsMax: Int = Self.attemptsMax, clientCountMax: Int = 100_000) {
        self.attemptsMax = attemptsMax
        self.clientCountMax = clientCountMax
    }

    /// Counts an attempt.
    ///
    /// - Parameters:
    ///   - client: The address.
    ///   - now: The server's time.
    /// - Returns: The refusal when it is one too many: 429, -1003.
    public mutating func attempt(_ client: String, now: Timestamp) -> APIError? {
        let window = now.microseconds / Self.windowMicroseconds
        if self.window != window {
            self.window = window
            attempts.removeAll(keepingCapacity: true)
        }
        let isNew = attempts[client] == nil
        let slot = isNew && attempts.count >= clientCountMax ? Self.shared : client
        let count = attempts[slot, default: 0] + 1
        // Counting on while refused would only grow the number.
        attempts[slot] = min(count, attemptsMax + 1)
        guard count > attemptsMax else { return nil }
        let left = (window + 1) * Self.windowMicroseconds - now.microseconds
        return .tooManyConnections(
            limit: attemptsMax,
            retryAfterSeconds: (left + 999_999) / 1_000_000
        )
    }
}

extension APIError {
    static func tooManyConnections(limit: Int, retryAfterSeconds: Int64) -> Self {
        Self(
            status: 429,
            -1003,
            "Too many connection attempts; current limit is \(limit) attempts per 5 MINUTE.",
            headers: [Header(name: "retry-after", value: "\(retryAfterSeconds)")]
        )
    }
}
