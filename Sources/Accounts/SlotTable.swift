import Trading

/// One table of a `SlotIndex`: open addressing with linear probing, at most half full.
///
/// Not private to its file: in a debug build Swift 6.3 breaks off over the metadata of private types
/// in a pool.
@usableFromInline
struct SlotTable: ~Copyable {
    /// The hash in the upper half, the slot + 1 in the lower one; 0 is an empty place.
    @usableFromInline var places: Pool<UInt64>
    /// Number of places less one; the number is a power of two.
    @usableFromInline var mask: UInt32
    private var slotCount: UInt32 = 0

    init(capacity: Int) {
        let size = Self.size(capacity: capacity)
        places = Pool(repeating: 0, count: size)
        mask = UInt32(size - 1)
    }

    @inlinable
    @inline(__always)
    func find(_ hash: UInt32, where matches: (UInt32) -> Bool) -> UInt32? {
        var place = hash & mask
        while places[place] != 0 {
            let word = places[place]
            if UInt32(truncatingIfNeeded: word >> 32) == hash {
                let slot = UInt32(truncatingIfNeeded: word) - 1
                if matches(slot) { return slot }
            }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// Adds a slot.
    ///
    /// - Returns: How many others it moved.
    mutating func insert(_ hash: UInt32, slot: UInt32) -> Int {
        let isFull = (slotCount + 1) * 2 > places.count
        if isFull { grow(to: Int(places.count) * 2) }
        put(Self.word(hash, slot))
        slotCount += 1
        return isFull ? Int(slotCount) - 1 : 0
    }

    /// Removes a slot; returns whether it was there.
    mutating func remove(_ hash: UInt32, slot: UInt32) -> Bool {
        let word = Self.word(hash, slot)
        var place = hash & mask
        while places[place] != word {
            guard places[place] != 0 else { return false }
            place = (place &+ 1) & mask
        }
        close(place)
        slotCount -= 1
        return true
    }

    mutating func reserveCapacity(_ capacity: Int) {
        let size = Self.size(capacity: capacity)
        if size > Int(places.count) { grow(to: size) }
    }

    /// Twice the capacity, rounded up to a power of two.
    private static func size(capacity: Int) -> Int {
        var size = 8
        while size < capacity * 2 { size *= 2 }
        return size
    }

    private static func word(_ hash: UInt32, _ slot: UInt32) -> UInt64 {
        UInt64(hash) << 32 | UInt64(slot + 1)
    }

    private mutating func put(_ word: UInt64) {
        var place = UInt32(truncatingIfNeeded: word >> 32) & mask
        while places[place] != 0 { place = (place &+ 1) & mask }
        places[place] = word
    }

    /// Empties a place and moves what follows back, so that no walk from a home meets a gap.
    private mutating func close(_ start: UInt32) {
        var gap = start
        var place = (start &+ 1) & mask
        while places[place] != 0 {
            let home = UInt32(truncatingIfNeeded: places[place] >> 32) & mask
            // It may move back unless the gap lies before its home.
            if (place &- home) & mask >= (place &- gap) & mask {
                places[gap] = places[place]
                gap = place
            }
            place = (place &+ 1) & mask
        }
        places[gap] = 0
    }

    @inline(never)
    private mutating func grow(to size: Int) {
        var old = Pool<UInt64>(repeating: 0, count: size)
        swap(&old, &places)
        mask = UInt32(size - 1)
        for number in 0..<old.count where old[number] != 0 { put(old[number]) }
    }
}
