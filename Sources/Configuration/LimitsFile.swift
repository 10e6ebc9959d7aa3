/// Request limits of a cluster, as the API shows them in `exchangeInfo`.
public struct LimitsFile: Codable, Equatable, Sendable {
    /// REQUEST_WEIGHT of one client address in a minute.
    public var weightPerMinute: Int
    /// ORDERS of one account in ten seconds.
    public var ordersPer10Seconds: Int
    /// ORDERS of one account in a day.
    public var ordersPerDay: Int
    /// RAW_REQUESTS of one client address in five minutes; any number where it is not given.
    public var requestsPer5Minutes: Int?
    /// WebSockets one client address may try to open in five minutes; any number where it is not given.
    public var connectionsPer5Minutes: Int?

    /// States every limit.
    public init(
        weightPerMinute: Int,
        ordersPer10Seconds: Int,
        ordersPerDay: Int,
        requestsPer5Minutes: Int? = nil,
        connectionsPer5Minutes: Int? = nil
    ) {
        self.requestsPer5Minutes = requestsPer5Minutes
        self.connectionsPer5Minutes = connectionsPer5Minutes
        self.weightPerMinute = weightPerMinute
        self.ordersPer10Seconds = ordersPer10Seconds
        self.ordersPerDay = ordersPerDay
    }

    /// Reads the limits of a cluster.
    ///
    /// - Parameter path: The file.
    /// - Returns: Limits that are all positive.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(_ path: String) throws(ConfigurationError) -> LimitsFile {
        let limits = try JSONFile.load(LimitsFile.self, from: path)
        let fields = [
            ("weightPerMinute", limits.weightPerMinute),
            ("ordersPer10Seconds", limits.ordersPer10Seconds),
            ("ordersPerDay", limits.ordersPerDay),
            ("requestsPer5Minutes", limits.requestsPer5Minutes ?? 1),
            ("connectionsPer5Minutes", limits.connectionsPer5Minutes ?? 1),
        ]
        for (name, value) in fields where value < 1 {
            throw .invalid(file: path, field: name, reason: "must be at least 1")
        }
        return limits
    }
}
