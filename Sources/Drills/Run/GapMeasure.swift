/// A moment at which something was broken.
struct Strike: Equatable, Sendable {
    /// On the clock of the loop.
    var nanoseconds: UInt64
    /// What was hit, such as `n2`.
    var what: String
}

/// The first answer to an order, for the gaps.
struct Acknowledged: Equatable, Sendable {
    /// Name of the pair.
    var symbol: String
    /// When it was asked for.
    var sentNanoseconds: UInt64
    /// When the answer came.
    var nanoseconds: UInt64
}

/// The times from a fault to the first orders that were sent after it and acknowledged.
struct GapMeasure: Equatable, Sendable {
    private let strike: Strike
    private var shardOf: [String: Int] = [:]
    private var looked = 0
    private let shardCount: Int
    /// By shard; a shard that acknowledged nothing yet is not there.
    private(set) var gaps: [Int: UInt64] = [:]

    /// Begins to measure on shards.
    init(_ shards: [ClusterStatus.Shard], since strike: Strike) {
        self.strike = strike
        shardCount = shards.count
        for shard in shards {
            for pair in shard.pairs { shardOf[pair] = shard.id }
        }
    }

    /// Looks at answers, in the order in which they came, that were not there at the last call.
    ///
    /// - Returns: Whether every shard has acknowledged something.
    mutating func look(at answers: [Acknowledged]) -> Bool {
        while looked < answers.count {
            let answer = answers[looked]
            looked += 1
            guard answer.sentNanoseconds > strike.nanoseconds,
                let shard = shardOf[answer.symbol], gaps[shard] == nil
            else { continue }
            gaps[shard] = answer.nanoseconds - strike.nanoseconds
        }
        return gaps.count == shardCount
    }
}
