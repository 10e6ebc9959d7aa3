/// The limits the venue announces and enforces.
public struct RateLimits: Equatable, Sendable {
    /// Request weight of one address in a minute.
    public var weightPerMinute: Int
    /// Orders of one account in ten seconds.
    public var ordersPerTenSeconds: Int
    /// Orders of one account in a day.
    public var ordersPerDay: Int

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - weightPerMinute: At least 1.
    ///   - ordersPerTenSeconds: At least 1.
    ///   - ordersPerDay: At least 1.
    public init(
        weightPerMinute: Int = 6000,
        ordersPerTenSeconds: Int = 100,
        ordersPerDay: Int = 200_000
    ) {
        self.weightPerMinute = weightPerMinute
        self.ordersPerTenSeconds = ordersPerTenSeconds
        self.ordersPerDay = ordersPerDay
    }

    /// Writes the `rateLimits` member's array.
    func write(to writer: inout JSONWriter) {
        writer.array {
            Self.write("REQUEST_WEIGHT", "MINUTE", 1, weightPerMinute, to: &$0)
            Self.write("ORDERS", "SECOND", 10, ordersPerTenSeconds, to: &$0)
            Self.write("ORDERS", "DAY", 1, ordersPerDay, to: &$0)
        }
    }

    private static func write(
        _ type: StaticString,
        _ interval: StaticString,
        _ count: Int64,
        _ limit: Int,
        to writer: inout JSONWriter
    ) {
        writer.object {
            $0.key("rateLimitType")
            $0.word(type)
            $0.key("interval")
            $0.word(interval)
            $0.key("intervalNum")
            $0.value(count)
            $0.key("limit")
            $0.value(Int64(limit))
        }
    }
}
