import Trading

/// How many orders an account has placed, in headers, answers and refusals.
extension Gateway {
    /// The headers of an order that was placed.
    ///
    /// - Parameter used: By interval, in the order of `OrderInterval.allCases`.
    /// - Returns: `X-MBX-ORDER-COUNT-10S` and the like.
    public static func orderCountHeaders(_ used: [Int]) -> [(name: String, value: String)] {
        zip(OrderInterval.allCases, used).map { interval, count in
            (name: "x-mbx-order-count-\(interval.headerName)", value: "\(max(count, 0))")
        }
    }

    /// The answer to an order too many: -1015, and when the next interval begins.
    ///
    /// - Parameters:
    ///   - interval: That is used up.
    ///   - now: The server's time.
    /// - Returns: 429.
    func renderTooManyOrders(_ interval: OrderInterval, now: Timestamp) -> APIResponse {
        APIResponse(.tooManyOrders(interval, limit: limits[interval], now: now))
    }

    /// The answer to rateLimit/order.
    func renderOrderLimits(_ usages: [OrderUsage]) -> APIResponse {
        APIResponse {
            $0.array { writer in
                for (interval, usage) in zip(OrderInterval.allCases, usages) {
                    writer.object {
                        let limit = limits[interval]
                        RateLimits.writeMembers(
                            "ORDERS",
                            interval.apiName,
                            interval.apiCount,
                            limit,
                            to: &$0
                        )
                        $0.key("count")
                        $0.value(Int64(usage.used))
                    }
                }
            }
        }
    }
}

extension OrderInterval {
    /// As `interval` names its unit.
    var apiName: StaticString {
        switch self {
        case .tenSeconds: "SECOND"
        case .day: "DAY"
        }
    }

    /// How many of the unit.
    var apiCount: Int64 {
        switch self {
        case .tenSeconds: 10
        case .day: 1
        }
    }

    /// As headers name it.
    fileprivate var headerName: String {
        switch self {
        case .tenSeconds: "10s"
        case .day: "1d"
        }
    }
}

extension APIError {
    /// Too many orders of an account in an interval.
    ///
    /// - Parameters:
    ///   - interval: That is used up.
    ///   - limit: Of the whole venue; `nil` where it is not at hand.
    ///   - now: The server's time; `nil` leaves out when to come back.
    /// - Returns: -1015.
    static func tooManyOrders(
        _ interval: OrderInterval,
        limit: Int? = nil,
        now: Timestamp? = nil
    ) -> Self {
        let count = limit.map { "\($0) orders" } ?? "reached"
        let headers = now.map { now in
            let end = interval.start(of: now).microseconds + interval.microseconds
            // Rounded up: who waits this long meets the next interval.
            let seconds = (end - now.microseconds + 999_999) / 1_000_000
            return [Header(name: "retry-after", value: "\(seconds)")]
        }
        return Self(
            status: 429,
            -1015,
            "Too many new orders; current limit is \(count)"
                + " per \(interval.apiCount) \(interval.apiName).",
            headers: headers ?? []
        )
    }
}
