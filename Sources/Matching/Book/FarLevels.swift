/// The price levels of one side outside the band of its ladder, sorted by key.
///
/// Chunks of at most 512 entries below a directory: an insertion is two binary searches and a move
/// of at most 8 KiB, so a hundred thousand levels scattered over 2⁵⁰ ticks cost each other little.
struct FarLevels {
    /// One level: the price as a key (lower is better) and the number of the level.
    struct Entry {
        var key: Int64
        var level: UInt32
    }

    private static let chunkMax = 512
    /// Levels there is memory for from the start, so that the first far price allocates nothing.
    private static let countReserved = 8

    /// Entries in order; no chunk is empty.
    private var chunks: ContiguousArray<ContiguousArray<Entry>> = []
    /// A key per chunk: not above the chunk's first, above all of the chunk before.
    private var lows: ContiguousArray<Int64> = []
    /// An empty chunk for the first level, while there is none.
    private var spare: ContiguousArray<Entry> = []
    /// Number of levels.
    private(set) var count = 0

    init() {
        chunks.reserveCapacity(Self.countReserved)
        lows.reserveCapacity(Self.countReserved)
        spare.reserveCapacity(Self.countReserved)
    }

    /// The best level.
    var first: Entry? { chunks.first?.first }

    /// Bytes of memory held.
    var memorySize: Int {
        chunks.reduce(
            lows.capacity * MemoryLayout<Int64>.stride
                + chunks.capacity * MemoryLayout<ContiguousArray<Entry>>.stride
                + spare.capacity * MemoryLayout<Entry>.stride
        ) { $0 + $1.capacity * MemoryLayout<Entry>.stride }
    }

    /// The number of the level at a key, 0 when there is none; logarithmic.
    func find(_ key: Int64) -> UInt32 {
        guard let entry = first(atOrAfter: key), entry.key == key else { return 0 }
        return entry.level
    }

    /// The best level that is not better than a key; logarithmic.
    func first(atOrAfter key: Int64) -> Entry? {
        guard count > 0 else { return nil }
        let chunk = chunk(of: key)
        let index = Self.index(of: key, in: chunks[chunk])
        if index < chunks[chunk].count { return chunks[chunk][index] }
        return chunk + 1 < chunks.count ? chunks[chunk + 1].first : nil
    }

    /// Adds a level whose key is not there.
    mutating func insert(_ key: Int64, _ level: UInt32) {
        let entry = Entry(key: key, level: level)
        count += 1
        guard count > 1 else {
            var chunk: ContiguousArray<Entry> = []
            swap(&chunk, &spare)
            chunk.append(entry)
            return add(chunk, at: 0)
        }
        let chunk = chunk(of: key)
        let index = Self.index(of: key, in: chunks[chunk])
        chunks[chunk].insert(entry, at: index)
        lows[chunk] = min(lows[chunk], key)
        guard chunks[chunk].count > Self.chunkMax else { return }
        let upper = ContiguousArray(chunks[chunk][(Self.chunkMax / 2)...])
        chunks[chunk].removeSubrange((Self.chunkMax / 2)...)
        add(upper, at: chunk + 1)
    }

    /// Takes a level out; its key must be there.
    mutating func remove(_ key: Int64) {
        let chunk = chunk(of: key)
        let index = Self.index(of: key, in: chunks[chunk])
        chunks[chunk].remove(at: index)
        count -= 1
        if chunks[chunk].isEmpty { drop(chunk) }
    }

    /// Takes out all levels of a range of keys; linear in their number.
    ///
    /// - Parameter keys: From the best to before the worst.
    /// - Returns: They, the best first.
    mutating func remove(in keys: Range<Int64>) -> ContiguousArray<Entry> {
        var removed: ContiguousArray<Entry> = []
        while let next = first(atOrAfter: keys.lowerBound), next.key < keys.upperBound {
            let chunk = chunk(of: next.key)
            let start = Self.index(of: keys.lowerBound, in: chunks[chunk])
            let end = Self.index(of: keys.upperBound, in: chunks[chunk])
            removed += chunks[chunk][start..<end]
            chunks[chunk].removeSubrange(start..<end)
            count -= end - start
            if chunks[chunk].isEmpty { drop(chunk) }
        }
        return removed
    }

    private mutating func add(_ entries: ContiguousArray<Entry>, at chunk: Int) {
        lows.insert(entries[0].key, at: chunk)
        chunks.insert(entries, at: chunk)
    }

    private mutating func drop(_ chunk: Int) {
        lows.remove(at: chunk)
        let dropped = chunks.remove(at: chunk)
        if count == 0 { spare = dropped }
    }

    /// The chunk where a key is or belongs.
    private func chunk(of key: Int64) -> Int {
        var low = 0
        var high = lows.count
        while low < high {
            let middle = (low + high) / 2
            if lows[middle] <= key { low = middle + 1 } else { high = middle }
        }
        return max(low - 1, 0)
    }

    /// Where in a chunk the first entry is that is not below a key.
    private static func index(of key: Int64, in entries: ContiguousArray<Entry>) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
