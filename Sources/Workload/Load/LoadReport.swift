import Observability

/// What a load measured, for people and as JSON.
public struct LoadReport: Codable, Equatable, Sendable {
    /// A kind of refusal or unknown, with how often it happened.
    public struct Count: Codable, Equatable, Sendable {
        /// What happened.
        public var reason: String
        /// How often.
        public var count: UInt64
    }

    /// Where the orders came from.
    public var flow: String
    /// Such as `5000 orders/s`.
    public var pace: String
    /// Connections used.
    public var connections: Int
    /// How long it took, answers included.
    public var seconds: Double
    /// Orders acknowledged.
    public var ackedOrders: UInt64
    /// Cancels acknowledged.
    public var ackedCancels: UInt64
    /// Cancels that came after the fill.
    public var lateCancels: UInt64
    /// Orders, from their intended send time to their acknowledgement.
    public var orderLatency: LatencySummary
    /// Cancels, likewise.
    public var cancelLatency: LatencySummary
    /// Refusals by reason; none is expected.
    public var refusals: [Count]
    /// Outcomes that nobody knows, by reason.
    public var unknowns: [Count]
    /// Connections lost.
    public var lostConnections: Int
    /// Bare appends of 4 KB to Redis in the same seconds; `nil` without a Redis.
    public var redisAppend: LatencySummary?
    /// Why Redis was not measured; empty if it was.
    public var redisFailure: String

    init(
        _ statistics: LoadStatistics,
        nanoseconds: UInt64,
        flow: String,
        pace: String,
        connections: Int,
        lostConnections: Int
    ) {
        self.flow = flow
        self.pace = pace
        self.connections = connections
        self.lostConnections = lostConnections
        seconds = Double(nanoseconds) / 1e9
        ackedOrders = statistics.ackedOrders
        ackedCancels = statistics.ackedCancels
        lateCancels = statistics.lateCancels
        orderLatency = LatencySummary(statistics.orderLatency)
        cancelLatency = LatencySummary(statistics.cancelLatency)
        refusals = statistics.refusals.map { Count(reason: "\($0)", count: $1) }
            .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
        unknowns = statistics.unknowns.map { Count(reason: $0, count: $1) }
            .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
        redisFailure = ""
    }

    /// Whether every request had the outcome it should have.
    public var isClean: Bool {
        refusals.isEmpty && unknowns.isEmpty && lostConnections == 0 && ackedOrders > 0
    }

    /// Orders acknowledged a second.
    public var ackedPerSecond: Double { seconds > 0 ? Double(ackedOrders) / seconds : 0 }

    /// Lines for the terminal.
    public var text: String {
        var lines = [
            "flow        \(flow), \(pace), \(connections) connections",
            "acked       \(ackedOrders) orders in \(Self.oneDecimal(seconds)) s:"
                + " \(Self.oneDecimal(ackedPerSecond)) orders/s",
            "cancels     \(ackedCancels) acked, \(lateCancels) after the fill",
            "orders      \(orderLatency.text)",
            "cancels     \(cancelLatency.text)",
        ]
        if let redisAppend {
            lines.append("redis 4 KB  \(redisAppend.text)")
            if redisAppend.p99 > 0, redisAppend.p50 > 0 {
                let p50 = Double(orderLatency.p50) / Double(redisAppend.p50)
                let p99 = Double(orderLatency.p99) / Double(redisAppend.p99)
                lines.append(
                    "ratio       p50 \(Self.oneDecimal(p50)), p99 \(Self.oneDecimal(p99))"
                        + " × a bare append"
                )
            }
        }
        if !redisFailure.isEmpty { lines.append("redis       not measured: \(redisFailure)") }
        lines.append("rejects     \(Self.list(refusals))")
        lines.append("unknowns    \(Self.list(unknowns))")
        lines.append("connections \(lostConnections) lost")
        return lines.map { "\($0)\n" }.joined()
    }

    private static func list(_ counts: [Count]) -> String {
        guard !counts.isEmpty else { return "none" }
        return counts.map { "\($0.count) × \($0.reason)" }.joined(separator: "; ")
    }

    /// With one decimal, half up; Foundation's formats are not worth their size here.
    static func oneDecimal(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
