import Trading

/// The last movements of funds on a shard: a bounded window for statements and repeats.
struct Journal: Equatable {
    /// Most movements kept.
    static let countMax = 4096

    /// As a ring: the oldest is at `start` once it is full.
    private var ring: ContiguousArray<Movement> = []
    private var start = 0
    /// Where the transfer of a reference is; asked for membership only.
    private var sent: [UInt64: UInt64] = [:]

    /// Number of movements kept.
    var count: Int { ring.count }

    /// Oldest first.
    var movements: [Movement] { Array(ring[start...] + ring[..<start]) }

    /// Adds a movement and forgets the oldest.
    mutating func append(_ movement: Movement) {
        if movement.kind == .sent { sent[movement.reference] = movement.number }
        guard ring.count == Self.countMax else { return ring.append(movement) }
        let oldest = ring[start]
        if sent[oldest.reference] == oldest.number { sent[oldest.reference] = nil }
        ring[start] = movement
        start = (start + 1) % Self.countMax
    }

    /// The transfer that has a reference, if it is still kept.
    func transfer(_ reference: UInt64) -> Movement? {
        guard let number = sent[reference] else { return nil }
        // Numbers rise, not always by 1: there are two journals.
        var (low, high) = (0, ring.count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < ring.count ? self[low] : nil
    }

    /// By age, 0 the oldest.
    private subscript(_ index: Int) -> Movement { ring[(start + index) % ring.count] }
}
