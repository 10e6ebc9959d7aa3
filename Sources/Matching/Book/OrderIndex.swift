import Trading

/// Finds the slot of an order by its id: an open-addressing table of eight bytes an entry.
///
/// An entry holds the low half of the id and the slot; the node of the slot holds the whole id and
/// has the last word. Ids rise, so the table puts eight consecutive ids into one cache line and
/// spreads these lines with the golden ratio: the ids in use most, the latest, share few lines.
/// Collisions go to the next place; taking out moves followers back, so no tombstones pile up.
struct OrderIndex: ~Copyable {
    /// An id's low half and its slot; slot 0 is an empty place.
    struct Entry: BitwiseCopyable {
        var tag: UInt32 = 0
        var slot: UInt32 = 0
    }

    private var entries: Pool<Entry>
    private var mask: UInt32
    /// What is left of the product of a hash after shifting: bits of a line's number.
    private var shift: UInt32
    /// Entries in use.
    private(set) var count: UInt32 = 0
    /// Entries in use that make the table grow.
    private var countMax: UInt32

    /// An empty table.
    ///
    /// - Parameter reserved: Orders it takes without growing; at least 1, below 2³⁰.
    init(reserved: Int) {
        var size: UInt32 = 64
        while Self.countMax(size) < reserved { size *= 2 }
        (mask, shift, countMax) = (size - 1, Self.shift(size), Self.countMax(size))
        entries = Pool(repeating: Entry(), count: Int(size))
    }

    /// Bytes of memory held outside the structure itself.
    var memorySize: Int { entries.memorySize }

    /// The slot of an id, 0 when it is not there.
    @inline(__always)
    func find(_ id: Int64, in nodes: borrowing Pool<BookNode>) -> UInt32 {
        let tag = UInt32(truncatingIfNeeded: id)
        var place = home(tag)
        while true {
            let entry = entries[place]
            if entry.slot == 0 { return 0 }
            if entry.tag == tag, nodes[entry.slot].id == id { return entry.slot }
            place = (place &+ 1) & mask
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
        if count == countMax { grow() }
        let tag = UInt32(truncatingIfNeeded: id)
        var place = home(tag)
        while true {
            let entry = entries[place]
            if entry.slot == 0 { break }
            if entry.tag == tag, nodes[entry.slot].id == id { return false }
            place = (place &+ 1) & mask
        }
        entries[place] = Entry(tag: tag, slot: slot)
        count &+= 1
        return true
    }

    /// Takes an id out; it must be there.
    @inline(__always)
    mutating func remove(_ id: Int64, _ slot: UInt32) {
        var place = home(UInt32(truncatingIfNeeded: id))
        while true {
            let found = entries[place].slot
            if found == slot { break }
            invariant(found != 0, "an order in use is in the index")
            place = (place &+ 1) & mask
        }
        count &-= 1
        close(place)
    }

    /// Empties a place and moves back what stood behind it only because the place was taken.
    @inline(__always)
    private mutating func close(_ place: UInt32) {
        var hole = place
        var place = place
        while true {
            place = (place &+ 1) & mask
            let entry = entries[place]
            if entry.slot == 0 { break }
            let distance = (place &- home(entry.tag)) & mask
            if distance >= (place &- hole) & mask {
                entries[hole] = entry
                hole = place
            }
        }
        entries[hole] = Entry()
    }

    /// Where a tag stands if it can.
    @inline(__always)
    private func home(_ tag: UInt32) -> UInt32 {
        (((tag >> 3) &* 0x9E37_79B1) &>> shift) &<< 3 | tag & 7
    }

    @inline(never)
    private mutating func grow() {
        let size = (mask + 1) * 2
        var old = Pool<Entry>(repeating: Entry(), count: Int(size))
        swap(&old, &entries)
        (mask, shift, countMax) = (size - 1, Self.shift(size), Self.countMax(size))
        for number in 0..<old.count where old[number].slot != 0 {
            let entry = old[number]
            var place = home(entry.tag)
            while entries[place].slot != 0 { place = (place + 1) & mask }
            entries[place] = entry
        }
    }

    /// Five eighths full: beyond, the lines that overflow get long.
    private static func countMax(_ size: UInt32) -> UInt32 { size / 8 * 5 }

    private static func shift(_ size: UInt32) -> UInt32 {
        32 - UInt32((size / 8).trailingZeroBitCount)
    }
}
