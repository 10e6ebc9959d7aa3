import Trading

/// The limits the venue announces and enforces.
public struct RateLimits: Equatable, Sendable {
    /// Request weight of one address in a minute.
    public var weightPerMinute: Int
    /// Orders of one account in ten seconds.
    public var ordersPerTenSeconds: Int
    /// Orders of one account in a day.
    public var ordersPerDay: Int
    /// Requests of one address in five minutes, whatever they weigh; `nil` is any number.
    public var requestsPerFiveMinutes: Int?
    /// Attempts of one address to open a WebSocket in five minutes; `nil` is any number.
    public var connectionsPerFiveMinutes: Int?

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - weightPerMinute: At least 1.
    ///   - ordersPerTenSeconds: At least 1.
    ///   - ordersPerDay: At least 1.
    ///   - requestsPerFiveMinutes: At least 1.
    ///   - connectionsPerFiveMinutes: At least 1.
    public init(
        weightPerMinute: Int = 6000,
        ordersPerTenSeconds: Int = 100,
        ordersPerDay: Int = 200_000,
        requestsPerFiveMinutes: Int? = nil,
        connectionsPerFiveMinutes: Int? = nil
    ) {
        self.weightPerMinute = weightPerMinute
        self.ordersPerTenSeconds = ordersPerTenSeconds
        self.ordersPerDay = ordersPerDay
        self.requestsPerFiveMinutes = requestsPerFiveMinutes
        self.connectionsPerFiveMinutes = connectionsPerFiveMinutes
    }

    /// How many orders an account may place in an interval.
    subscript(interval: OrderInterval) -> Int {
        switch interval {
        case .tenSeconds: ordersPerTenSeconds
        case .day: ordersPerDay
        }
    }

    /// Writes the `rateLimits` member's array.
    func write(to writer: inout JSONWriter) {
        writer.array { writer in
            Self.write("REQUEST_WEIGHT", "MINUTE", 1, weightPerMinute, to: &writer)
            for interval in OrderInterval.allCases {
                Self.write(
                    "ORDERS",
                    interval.apiName,
                    interval.apiCount,
                    self[interval],
                    to: &writer
                )
            }
            if let requestsPerFiveMinutes {
                Self.write("RAW_REQUESTS", "MINUTE", 5, requestsPerFiveMinutes, to: &writer)
            }
        }
    }

    private static func write(
        _ type: StaticString,
        _ interval: StaticString,
        _ count: Int64,
        _ limit: Int,
        to writer: inout JSONWriter
    ) {
        writer.object { writeMembers(type, interval, count, limit, to: &$0) }
    }

    /// Writes what a limit is, inside its object.
    static func writeMembers(
        _ type: StaticString,
        _ interval: StaticString,
        _ count: Int64,
        _ limit: Int,
        to writer: inout JSONWriter
    ) {
        writer.key("rateLimitType")
        writer.word(type)
        writer.key("interval")
        writer.word(interval)
        writer.key("intervalNum")
        writer.value(count)
        writer.key("limit")
        writer.value(Int64(limit))
    }
}
