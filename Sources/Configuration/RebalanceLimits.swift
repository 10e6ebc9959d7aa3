/// What is too much for a node, and how often that is changed, where a cluster evens load out by
/// itself; what is not given has its default.
public struct RebalanceLimits: Codable, Equatable, Sendable {
    /// Commands a second of one node's primaries; 0 is no limit.
    public var commands: Int?
    /// Commands that wait in one shard.
    public var queueDepth: Int?
    /// Share of one core that a node may use, in thousandths.
    public var processor: Int?
    /// How long a node must be over a limit.
    public var holdMilliseconds: Int?
    /// Between two moves: the effect of one is to be seen first.
    public var settleMilliseconds: Int?
    /// The most moves in a minute.
    public var movesPerMinute: Int?

    /// Makes limits that are all at their defaults.
    public init() {}

    /// The first that cannot be, and the rule it breaks; `nil` when all can.
    var defect: (name: String, rule: String)? {
        let ranges: [(name: String, value: Int?, range: ClosedRange<Int>)] = [
            ("commands", commands, 0...10_000_000),
            ("queueDepth", queueDepth, 1...1_000_000),
            ("processor", processor, 1...1000),
            ("holdMilliseconds", holdMilliseconds, 1000...3_600_000),
            ("settleMilliseconds", settleMilliseconds, 1000...3_600_000),
            ("movesPerMinute", movesPerMinute, 1...60),
        ]
        for (name, value, range) in ranges {
            guard let value, !range.contains(value) else { continue }
            return (name, "must be \(range.lowerBound) to \(range.upperBound)")
        }
        return nil
    }
}
