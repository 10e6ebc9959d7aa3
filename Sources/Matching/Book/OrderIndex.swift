import Trading

/// A cache line of the order index; see there for what is in it.
typealias OrderIndexLine = SIMD16<UInt32>

/// Finds the slot of an order by its id: lines of twelve entries, one cache line each.
///
/// A line begins with a byte per entry that tells it from most others, 0 for an empty place; all
/// twelve are compared at once, without a loop and without a branch that depends on chance. Four
/// bytes count the orders that wanted into the line and found it full: they are in the next one
/// with room, and only where there are such a search goes on. Twelve slots follow; the node of the
/// slot holds the whole id and has the last word. Nothing is moved and no tombstones are left.
///
/// Two ids in a row have the same line: orders that came together are asked for together.
struct OrderIndex: ~Copyable {
    private static let lanes: UInt32 = 12
    /// Where in a line, in words of its own size.
    private static let overflowWord: UInt32 = 3
    private static let slotsWord: UInt32 = 4

    private var lines: Pool<OrderIndexLine>
    /// Orders in it.
    private(set) var count: UInt32 = 0
    /// Orders that make it grow.
    private var countMax: UInt32

    /// An empty index.
    ///
    /// - Parameter reserved: Orders it takes without growing; at least 1.
    init(reserved: Int) {
        countMax = UInt32(reserved)
        lines = Pool(repeating: OrderIndexLine(), count: Self.lineCount(reserved))
    }

    /// Bytes of memory held outside the structure itself.
    var memorySize: Int { lines.memorySize }

    /// Where an id is if it is there and its line has no other entry like it; else any slot, a
    /// small one when no entry is like it.
    @inline(__always)
    func guess(_ id: Int64) -> UInt32 { guess(id, line: home(id)) }

    /// The same where the line is known.
    @inline(__always)
    func guess(_ id: Int64, line: UInt32) -> UInt32 {
        // The last bit stands for the word before the slots: without it this would be a branch.
        let found = tags(line).match(Self.tag(id)) | 1 &<< 63
        return lines[line, Self.word(found)]
    }

    /// Has the line of an id fetched.
    @inline(__always)
    func fetch(_ id: Int64) -> UInt32 {
        let line = home(id)
        lines.prefetch(line)
        return line
    }

    /// The slot of an id, 0 when it is not there.
    @inline(never)
    func find(_ id: Int64, in nodes: borrowing Pool<BookNode>) -> UInt32 {
        var line = home(id)
        while true {
            let slot = find(id, line, nodes)
            if slot != 0 { return slot }
            guard lines[line, Self.overflowWord] != 0 else { return 0 }
            line = next(line)
        }
    }

    /// Adds an id.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - slot: Its slot; not 0.
    ///   - nodes: The orders of the ids that are there.
    /// - Returns: Whether it was new; if not, nothing has changed.
    @inline(__always)
    mutating func insert(_ id: Int64, _ slot: UInt32, in nodes: borrowing Pool<BookNode>) -> Bool {
        if count == countMax { grow(nodes) }
        let line = home(id)
        let tags = tags(line)
        let empty = tags.empty
        guard tags.overflow == 0, empty != 0, tags.match(Self.tag(id)) == 0 else {
            return insertSlowly(id, slot, in: nodes)
        }
        count &+= 1
        set(line, Self.word(empty), id, slot)
        return true
    }

    /// Takes an id out; it must be there.
    @inline(__always)
    mutating func remove(_ id: Int64, _ slot: UInt32, in nodes: borrowing Pool<BookNode>) {
        let line = home(id)
        count &-= 1
        if !clear(line, id, slot) { removeBehind(line, id, slot) }
    }
}

// MARK: - Lines

extension OrderIndex {
    /// What tells an entry from others of its line: never 0.
    @inline(__always)
    private static func tag(_ id: Int64) -> UInt8 {
        let byte = UInt8(truncatingIfNeeded: id)
        return byte &+ (byte == 0 ? 1 : 0)
    }

    /// Lines for a number of orders: eight of twelve places in use, beyond which many overflow.
    private static func lineCount(_ orders: Int) -> Int { orders / 8 + 2 }

    /// The line an id is in if it has room: the golden ratio spreads ids that rise evenly.
    @inline(__always)
    private func home(_ id: Int64) -> UInt32 {
        let hash = UInt64(bitPattern: id &>> 1) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: ((hash &>> 32) &* UInt64(lines.count)) &>> 32)
    }

    @inline(__always)
    private func next(_ line: UInt32) -> UInt32 { line &+ 1 == lines.count ? 0 : line &+ 1 }

    @inline(__always)
    private func tags(_ line: UInt32) -> OrderIndexTags {
        OrderIndexTags(
            low: lines[line, part: 0, as: UInt64.self],
            high: lines[line, part: 1, as: UInt64.self]
        )
    }

    /// The word of a line where the slot of the first entry of a match is.
    @inline(__always)
    private static func word(_ match: UInt64) -> UInt32 {
        let bit = UInt32(truncatingIfNeeded: match.trailingZeroBitCount)
        return (slotsWord &+ bit &>> 3 &+ (bit & 1) &<< 3) & 15
    }

    /// The slot of an id in one line, 0 when it is not there.
    @inline(__always)
    private func find(
        _ id: Int64,
        _ line: UInt32,
        _ nodes: borrowing Pool<BookNode>
    ) -> UInt32 {
        var found = tags(line).match(Self.tag(id))
        while found != 0 {
            let slot = lines[line, Self.word(found)]
            if nodes[slot].id == id { return slot }
            found &= found &- 1
        }
        return 0
    }

    @inline(__always)
    private mutating func set(_ line: UInt32, _ word: UInt32, _ id: Int64, _ slot: UInt32) {
        lines[line, part: (word &- Self.slotsWord) & 15, as: UInt8.self] = Self.tag(id)
        lines[line, word] = slot
    }

    /// Takes an id out of a line.
    ///
    /// - Returns: Whether it was there.
    @inline(__always)
    private mutating func clear(_ line: UInt32, _ id: Int64, _ slot: UInt32) -> Bool {
        var found = tags(line).match(Self.tag(id))
        while found != 0 {
            let word = Self.word(found)
            if lines[line, word] == slot {
                lines[line, part: (word &- Self.slotsWord) & 15, as: UInt8.self] = 0
                return true
            }
            found &= found &- 1
        }
        return false
    }

    @inline(never)
    private mutating func insertSlowly(
        _ id: Int64,
        _ slot: UInt32,
        in nodes: borrowing Pool<BookNode>
    ) -> Bool {
        guard find(id, in: nodes) == 0 else { return false }
        count &+= 1
        push(id, slot)
        return true
    }

    /// Adds an id that is not there, in the first line with room from its home on.
    private mutating func push(_ id: Int64, _ slot: UInt32) {
        var line = home(id)
        while tags(line).empty == 0 {
            lines[line, Self.overflowWord] &+= 1
            line = next(line)
        }
        set(line, Self.word(tags(line).empty), id, slot)
    }

    /// Takes out an id that found its home full.
    @inline(never)
    private mutating func removeBehind(_ home: UInt32, _ id: Int64, _ slot: UInt32) {
        var line = home
        repeat {
            invariant(lines[line, Self.overflowWord] != 0, "an order in use is in the index")
            lines[line, Self.overflowWord] &-= 1
            line = next(line)
        } while !clear(line, id, slot)
    }

    @inline(never)
    private mutating func grow(_ nodes: borrowing Pool<BookNode>) {
        countMax *= 2
        let size = Self.lineCount(Int(countMax))
        var old = Pool<OrderIndexLine>(repeating: OrderIndexLine(), count: size)
        swap(&old, &lines)
        for line in 0..<old.count {
            for lane in 0..<Self.lanes where old[line, part: lane, as: UInt8.self] != 0 {
                let slot = old[line, Self.slotsWord &+ lane]
                push(nodes[slot].id, slot)
            }
        }
    }
}

/// The first quarter of a line: a byte an entry, then how many orders found it full.
private struct OrderIndexTags {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    var overflow: UInt64 { high &>> 32 }

    /// The places without an entry, as `match` tells them.
    @inline(__always)
    var empty: UInt64 { match(0) }

    /// The entries with a tag: bit 8n for entry n below 8, bit 8n + 1 for entry 8 + n.
    @inline(__always)
    func match(_ tag: UInt8) -> UInt64 {
        let tags = UInt64(tag) &* 0x0101_0101_0101_0101
        let high = Self.zeroBytes(high ^ tags) & 0x8080_8080
        return Self.zeroBytes(low ^ tags) &>> 7 | high &>> 6
    }

    /// The highest bit of each byte that is 0; nothing is carried from one byte into another.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        return ~(((word & low) &+ low) | word | low)
    }
}

extension Pool where Element == OrderIndexLine {
    /// A word of a line.
    @inline(__always)
    fileprivate subscript(_ line: UInt32, _ word: UInt32) -> UInt32 {
        get { self[line, part: word, as: UInt32.self] }
        set { self[line, part: word, as: UInt32.self] = newValue }
    }
}
