import Trading

/// Finds the slot of an order by its id: a table of four bytes an entry, sorted by hash.
///
/// An entry is a slot, how far it stands behind where its hash wants it, and six bits of the id;
/// the node of the slot holds the whole id and has the last word. Entries of one run stand in the
/// order of their hashes (Robin Hood), so a search ends early; taking out moves followers back, so
/// no tombstones pile up. The table is small because at random ids it is all cache misses: 400 KB
/// for 65,536 orders.
struct OrderIndex: ~Copyable {
    /// Most slots an entry can name, with 0, which is none.
    static let slotsMax = 1 << slotBits
    private static let slotBits: UInt32 = 21
    private static let slotMask: UInt32 = 1 << slotBits - 1
    /// The distance that means this or more, from where the entry would like to stand, counted
    /// from 1.
    private static let far: UInt32 = 31
    private static let tagShift = slotBits + 5

    /// Entries; 0 is an empty place.
    private var entries: Pool<UInt32>
    /// Entries in use.
    private(set) var count: UInt32 = 0
    /// Entries in use that make the table grow.
    private var countMax: UInt32

    /// An empty table.
    ///
    /// - Parameter reserved: Orders it takes without growing; at least 1.
    init(reserved: Int) {
        countMax = UInt32(reserved)
        entries = Pool(repeating: 0, count: Self.size(reserved))
    }

    /// Bytes of memory held outside the structure itself.
    var memorySize: Int { entries.memorySize }

    /// The slot of an id, 0 when it is not there.
    @inline(__always)
    func find(_ id: Int64, in nodes: borrowing Pool<BookNode>) -> UInt32 {
        var place = home(id)
        var wanted = Self.tag(id) << 5 | 1
        while true {
            let entry = entries[place]
            if entry &>> Self.slotBits == wanted {
                let slot = entry & Self.slotMask
                if nodes[slot].id == id { return slot }
            }
            if entry &>> Self.slotBits & Self.far < wanted & Self.far { return 0 }
            if wanted & Self.far == Self.far { return findFar(id, from: place, in: nodes) }
            wanted &+= 1
            place = next(place)
        }
    }

    /// Adds an id.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - slot: Its slot; not 0, below `slotsMax`.
    ///   - nodes: The orders of the ids that are there.
    /// - Returns: Whether it was new; if not, nothing has changed.
    @inline(__always)
    mutating func insert(_ id: Int64, _ slot: UInt32, in nodes: borrowing Pool<BookNode>) -> Bool {
        if count == countMax { grow(nodes) }
        let tag = Self.tag(id)
        var place = home(id)
        var distance: UInt32 = 1
        while true {
            let entry = entries[place]
            let other = self.distance(entry, place, nodes)
            if other < distance { break }
            if other == distance, entry &>> Self.tagShift == tag,
                nodes[entry & Self.slotMask].id == id
            {
                return false
            }
            distance &+= 1
            place = next(place)
        }
        count &+= 1
        push(tag << Self.tagShift | slot, distance, place, nodes)
        return true
    }

    /// Takes an id out; it must be there.
    @inline(__always)
    mutating func remove(_ id: Int64, _ slot: UInt32, in nodes: borrowing Pool<BookNode>) {
        var place = home(id)
        while true {
            let entry = entries[place]
            if entry & Self.slotMask == slot { break }
            invariant(entry != 0, "an order in use is in the index")
            place = next(place)
        }
        count &-= 1
        while true {
            let follower = next(place)
            let entry = entries[follower]
            let distance = self.distance(entry, follower, nodes)
            if distance <= 1 { break }
            entries[place] = Self.entry(entry, distance &- 1)
            place = follower
        }
        entries[place] = 0
    }
}

// MARK: - Places

extension OrderIndex {
    @inline(__always)
    private static func tag(_ id: Int64) -> UInt32 { UInt32(truncatingIfNeeded: id) & 63 }

    /// An entry with another distance.
    @inline(__always)
    private static func entry(_ entry: UInt32, _ distance: UInt32) -> UInt32 {
        entry & ~(far << slotBits) | min(distance, far) << slotBits
    }

    /// Places for a number of orders: five eighths full, beyond which runs get long.
    private static func size(_ orders: Int) -> Int { orders / 5 * 8 + 16 }

    /// Where an id stands if it can: the golden ratio spreads ids that rise evenly.
    @inline(__always)
    private func home(_ id: Int64) -> UInt32 {
        let hash = UInt32(truncatingIfNeeded: id &>> 3) &* 0x9E37_79B1
        let block = (UInt64(hash) &* UInt64(entries.count &- 7)) &>> 32
        return UInt32(truncatingIfNeeded: block) &+ UInt32(truncatingIfNeeded: id) & 7
    }

    @inline(__always)
    private func next(_ place: UInt32) -> UInt32 {
        place &+ 1 == entries.count ? 0 : place &+ 1
    }

    /// How far an entry stands from its home, counted from 1; 0 when the place is empty.
    @inline(__always)
    private func distance(
        _ entry: UInt32,
        _ place: UInt32,
        _ nodes: borrowing Pool<BookNode>
    ) -> UInt32 {
        let distance = entry &>> Self.slotBits & Self.far
        return distance < Self.far ? distance : farDistance(entry, place, nodes)
    }

    @inline(never)
    private func farDistance(
        _ entry: UInt32,
        _ place: UInt32,
        _ nodes: borrowing Pool<BookNode>
    ) -> UInt32 {
        let home = home(nodes[entry & Self.slotMask].id)
        return (place >= home ? place - home : place + entries.count - home) + 1
    }

    @inline(never)
    private func findFar(
        _ id: Int64,
        from place: UInt32,
        in nodes: borrowing Pool<BookNode>
    ) -> UInt32 {
        var place = place
        while entries[place] != 0 {
            let slot = entries[place] & Self.slotMask
            if nodes[slot].id == id { return slot }
            place = next(place)
        }
        return 0
    }

    /// Puts an entry into a place and those of the run from there on one place further.
    @inline(__always)
    private mutating func push(
        _ entry: UInt32,
        _ distance: UInt32,
        _ place: UInt32,
        _ nodes: borrowing Pool<BookNode>
    ) {
        var (entry, distance, place) = (entry, distance, place)
        while true {
            let pushed = entries[place]
            let pushedDistance = self.distance(pushed, place, nodes)
            entries[place] = Self.entry(entry, distance)
            if pushed == 0 { return }
            (entry, distance, place) = (pushed, pushedDistance &+ 1, next(place))
        }
    }

    @inline(never)
    private mutating func grow(_ nodes: borrowing Pool<BookNode>) {
        countMax *= 2
        var old = Pool<UInt32>(repeating: 0, count: Self.size(Int(countMax)))
        swap(&old, &entries)
        for number in 0..<old.count where old[number] != 0 {
            let slot = old[number] & Self.slotMask
            var place = home(nodes[slot].id)
            var distance: UInt32 = 1
            while self.distance(entries[place], place, nodes) >= distance {
                distance += 1
                place = next(place)
            }
            push(old[number], distance, place, nodes)
        }
    }
}
