/// Cuts a failing sequence down to what it needs to fail.
struct Shrinker<Element> {
    /// Whether a sequence, run from the start, fails.
    let fails: ([Element]) -> Bool
    /// How many sequences may still be tried.
    var triesLeft = 400

    init(triesLeft: Int = 400, fails: @escaping ([Element]) -> Bool) {
        self.triesLeft = triesLeft
        self.fails = fails
    }

    /// Drops chunks, halving them down to single elements, until none can be spared.
    ///
    /// - Parameter elements: A sequence that fails.
    /// - Returns: A part of it that fails.
    mutating func shrink(_ elements: [Element]) -> [Element] {
        var kept = elements
        var size = max(kept.count / 2, 1)
        while triesLeft > 0 {
            let shorter = dropChunks(of: size, from: kept)
            let isStuck = shorter.count == kept.count
            kept = shorter
            if size == 1, isStuck { break }
            size = max(size / 2, 1)
        }
        return kept
    }

    /// From the end, as what came late is seldom needed.
    private mutating func dropChunks(of size: Int, from elements: [Element]) -> [Element] {
        var kept = elements
        var end = kept.count
        while end > 0, triesLeft > 0 {
            let start = max(end - size, 0)
            var candidate = kept
            candidate.removeSubrange(start..<end)
            triesLeft -= 1
            if fails(candidate) { kept = candidate }
            end = start
        }
        return kept
    }
}
