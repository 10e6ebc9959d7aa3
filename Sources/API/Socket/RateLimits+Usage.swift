import Trading

/// How much of the limits is used up, as an answer on the WebSocket API tells it.
public struct RateLimitUsage: Equatable, Sendable {
    /// Request weight of the address in this minute.
    public var weight: Int
    /// Orders of the account in these ten seconds; `nil` when the request is about no order.
    public var ordersPerTenSeconds: Int?
    /// Orders of the account in this day; `nil` when the request is about no order.
    public var ordersPerDay: Int?

    /// Takes the counts.
    public init(weight: Int, ordersPerTenSeconds: Int? = nil, ordersPerDay: Int? = nil) {
        self.weight = weight
        self.ordersPerTenSeconds = ordersPerTenSeconds
        self.ordersPerDay = ordersPerDay
    }
}

extension RateLimits {
    /// Writes the `rateLimits` member's array of an answer.
    func write(_ usage: RateLimitUsage, to writer: inout JSONWriter) {
        writer.array {
            if let count = usage.ordersPerTenSeconds {
                Self.write("ORDERS", "SECOND", 10, ordersPerTenSeconds, count, to: &$0)
            }
            if let count = usage.ordersPerDay {
                Self.write("ORDERS", "DAY", 1, ordersPerDay, count, to: &$0)
            }
            Self.write("REQUEST_WEIGHT", "MINUTE", 1, weightPerMinute, usage.weight, to: &$0)
        }
    }

    private static func write(
        _ type: StaticString,
        _ interval: StaticString,
        _ intervalCount: Int64,
        _ limit: Int,
        _ count: Int,
        to writer: inout JSONWriter
    ) {
        writer.object {
            $0.key("rateLimitType")
            $0.word(type)
            $0.key("interval")
            $0.word(interval)
            $0.key("intervalNum")
            $0.value(intervalCount)
            $0.key("limit")
            $0.value(Int64(limit))
            $0.key("count")
            $0.value(Int64(count))
        }
    }
}
