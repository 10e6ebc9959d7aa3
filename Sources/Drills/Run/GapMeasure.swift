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

    /// The longest time in which a shard acknowledged nothing, from the fault to the end of the load.
    ///
    /// For faults that last: what is cut or full may let a few orders through at first.
    ///
    /// - Parameters:
    ///   - answers: All of them, in the order in which they came.
    ///   - end: When nothing more was sent.
    /// - Returns: That of the shard with the longest; 0 without a shard.
    func longestSilence(in answers: [Acknowledged], until end: UInt64) -> UInt64 {
        var last = Dictionary(
            uniqueKeysWithValues: Set(shardOf.values).map { ($0, strike.nanoseconds) }
        )
        var longest: UInt64 = 0
        for answer in answers where answer.nanoseconds > strike.nanoseconds {
            guard let shard = shardOf[answer.symbol], let before = last[shard] else { continue }
            longest = max(longest, answer.nanoseconds - before)
            last[shard] = answer.nanoseconds
        }
        return last.values.reduce(longest) { max($0, end > $1 ? end - $1 : 0) }
    }

    /// The longest that an order waited whose answer came after the fault.
    ///
    /// - Parameter answers: All of them.
    /// - Returns: 0 when there was none.
    func longestWait(in answers: [Acknowledged]) -> UInt64 {
        answers.lazy.filter { [self] in
            $0.nanoseconds > strike.nanoseconds && shardOf[$0.symbol] != nil
        }.map { $0.nanoseconds - $0.sentNanoseconds }.max() ?? 0
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
