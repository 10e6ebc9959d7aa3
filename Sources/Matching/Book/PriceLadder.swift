import Trading

/// The price levels of one side of a book, by price.
///
/// Prices come as keys that are lower when they are better: the ticks of an ask, the negated ticks
/// of a bid. A **band** of keys around the touch is a ring of level numbers addressed by the low
/// bits of the key, with a bitmap of the occupied places and a bitmap of its words that are not
/// zero; all work there is constant. Other keys are in `far`, at logarithmic cost. Only **strays**,
/// levels near the touch yet outside the band, move the band or double it, and only after so many
/// that the move costs each a constant: prices far away can neither move it nor make it slow.
struct PriceLadder: ~Copyable {
    /// Ticks in a new band, and in the widest.
    static let widthMin = 1 << 10
    static let widthMax = 1 << 16

    /// Key of the best level; `Int64.max` when there is none.
    private(set) var bestKey = Int64.max
    /// Number of the best level; 0 when there is none.
    private(set) var best: UInt32 = 0
    /// Ticks in the band, less one: a mask.
    private var mask: UInt32
    /// Best key of the band.
    private var base: Int64 = 0
    /// Levels in the band.
    private var bandCount = 0
    /// Level numbers by the low bits of the key, 0 where there is none.
    private var ring: Pool<UInt32>
    /// A bit per place of the ring, then a bit per word of those.
    private var bits: Pool<UInt64>
    /// Best key of the far levels; `Int64.max` when there is none.
    private var farKey = Int64.max
    private var strays = 0
    private var far = FarLevels()

    /// An empty ladder.
    ///
    /// - Parameter width: Ticks in the band, a power of two.
    init(width: Int = widthMin) {
        mask = UInt32(width - 1)
        ring = Pool(repeating: 0, count: width)
        bits = Pool(repeating: 0, count: Self.wordCount(width))
    }

    /// Bytes of memory held outside the structure itself.
    var memorySize: Int { ring.memorySize + bits.memorySize + far.memorySize }

    /// Ticks in the band.
    var width: Int { Int(mask) + 1 }

    /// Levels outside the band.
    var farCount: Int { far.count }

    /// Whether a key is in the band.
    @inline(__always)
    func covers(_ key: Int64) -> Bool { UInt64(bitPattern: key &- base) <= UInt64(mask) }

    /// The number of the level at a key, 0 when there is none.
    @inline(__always)
    func find(_ key: Int64) -> UInt32 {
        covers(key) ? ring[UInt32(truncatingIfNeeded: key) & mask] : findFar(key)
    }

    /// The number of the level at a key of the band; for any other key some level's, or 0.
    @inline(__always)
    func guess(_ key: Int64) -> UInt32 { ring[UInt32(truncatingIfNeeded: key) & mask] }

    /// Has fetched where the number of a level is.
    @inline(__always)
    func fetch(_ key: Int64) { ring.prefetch(UInt32(truncatingIfNeeded: key) & mask) }

    /// The number of the level an order enters, 0 when there is none; notes work outside the band.
    ///
    /// In place: `find` may copy a ladder to hand it to the search among the far levels.
    @inline(__always)
    mutating func enter(_ key: Int64) -> UInt32 {
        covers(key) ? ring[UInt32(truncatingIfNeeded: key) & mask] : enterFar(key)
    }

    /// Adds a level whose key is not there.
    @inline(__always)
    mutating func insert(_ key: Int64, _ level: UInt32) {
        let isInBand = covers(key)
        if isInBand { set(key, level) } else { insertFar(key, level) }
        if key < bestKey {
            bestKey = key
            best = level
        }
        if !isInBand { stray(key) }
    }

    /// Takes a level out; its key must be there.
    @inline(__always)
    mutating func remove(_ key: Int64) {
        if covers(key) { clear(key) } else { removeFar(key) }
        if key == bestKey { findBest(from: key) }
    }

    /// The level behind a key.
    ///
    /// - Parameter key: Any key, whether there is a level or not.
    /// - Returns: The next worse level and its key; level 0 when there is none.
    func next(after key: Int64) -> (key: Int64, level: UInt32) {
        if key < bestKey { return (bestKey, best) }
        guard key < Int64.max else { return (key, 0) }
        return first(from: key &+ 1)
    }

    /// Notes work at a key outside the band, and moves or doubles the band when there is much.
    @inline(never)
    mutating func stray(_ key: Int64) {
        guard !covers(key), (key &- bestKey).magnitude < UInt64(Self.widthMax) else { return }
        strays += 1
        guard strays > 32 + bandCount / 4 else { return }
        strays = 0
        let room = Int64(width / 4)
        if (base &+ room &- bestKey).magnitude > UInt64(room) {
            move(to: bestKey &- room, width: width)
        } else if width < Self.widthMax {
            move(to: bestKey &- 2 &* room, width: 2 * width)
        }
    }
}

// MARK: - Band

extension PriceLadder {
    private static func wordCount(_ width: Int) -> Int { width / 64 + (width / 64 + 63) / 64 }

    /// Number of the first word of the second bitmap.
    private var summary: UInt32 { (mask &+ 1) >> 6 }

    @inline(__always)
    private mutating func set(_ key: Int64, _ level: UInt32) {
        let place = UInt32(truncatingIfNeeded: key) & mask
        ring[place] = level
        bits[place >> 6] |= 1 &<< UInt64(place & 63)
        bits[summary &+ place >> 12] |= 1 &<< UInt64(place >> 6 & 63)
        bandCount &+= 1
    }

    @inline(__always)
    private mutating func clear(_ key: Int64) {
        let place = UInt32(truncatingIfNeeded: key) & mask
        ring[place] = 0
        let word = bits[place >> 6] & ~(1 &<< UInt64(place & 63))
        bits[place >> 6] = word
        if word == 0 { bits[summary &+ place >> 12] &= ~(1 &<< UInt64(place >> 6 & 63)) }
        bandCount &-= 1
    }

    /// Caches the best level again.
    ///
    /// - Parameter key: No level is better.
    @inline(__always)
    private mutating func findBest(from key: Int64) {
        if bandCount > 0, base < farKey, covers(key) {
            // The farther half of the ring behind the wrap is worse too, so any bit found is next.
            let place = UInt32(truncatingIfNeeded: key) & mask
            let found = firstPlace(from: place)
            bestKey = key &+ Int64((found &- place) & mask)
            best = ring[found]
        } else {
            (bestKey, best) = first(from: key)
        }
    }

    /// The first level at a key or behind it.
    @inline(never)
    private func first(from key: Int64) -> (key: Int64, level: UInt32) {
        let entry = key <= farKey ? far.first : far.first(atOrAfter: key)
        let other = entry.map { (key: $0.key, level: $0.level) } ?? (key: Int64.max, level: 0)
        let start = max(key, base)
        guard bandCount > 0, covers(start), other.level == 0 || other.key > base else {
            return other
        }
        let place = UInt32(truncatingIfNeeded: start) & mask
        let found = firstPlace(from: place)
        let foundKey = start &+ Int64((found &- place) & mask)
        return covers(foundKey) ? (foundKey, ring[found]) : other
    }

    /// The first occupied place of the ring from a place on, behind its end from its start on.
    ///
    /// - Parameter place: Where to start; the band must not be empty.
    /// - Returns: The place; the starting one only when it is occupied or the only one.
    @inline(__always)
    private func firstPlace(from place: UInt32) -> UInt32 {
        let word = bits[place >> 6] & (~0 &<< UInt64(place & 63))
        if word != 0 { return place & ~63 | UInt32(truncatingIfNeeded: word.trailingZeroBitCount) }
        return firstPlace(behindWord: place >> 6)
    }

    @inline(never)
    private func firstPlace(behindWord word: UInt32) -> UInt32 {
        let last = bits.count - 1
        var part = summary + word >> 6
        // Twice a shift, since the word may be the last of its 64.
        var rest = bits[part] & ((~0 &<< UInt64(word & 63)) &<< 1)
        while rest == 0 {
            part = part == last ? summary : part + 1
            rest = bits[part]
        }
        let found = (part - summary) << 6 | UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
        return found << 6 | UInt32(truncatingIfNeeded: bits[found].trailingZeroBitCount)
    }
}

// MARK: - Outside the band

extension PriceLadder {
    @inline(never)
    private func findFar(_ key: Int64) -> UInt32 { far.find(key) }

    @inline(never)
    private mutating func enterFar(_ key: Int64) -> UInt32 {
        let number = far.find(key)
        if number != 0 { stray(key) }
        return number
    }

    @inline(never)
    private mutating func insertFar(_ key: Int64, _ level: UInt32) {
        if bandCount == 0, far.count == 0 {
            base = key &- Int64(width / 4)
            return set(key, level)
        }
        far.insert(key, level)
        farKey = min(farKey, key)
    }

    @inline(never)
    private mutating func removeFar(_ key: Int64) {
        far.remove(key)
        farKey = far.first?.key ?? Int64.max
    }

    /// Moves the band: levels that leave it become far ones, far ones inside it enter.
    ///
    /// - Parameters:
    ///   - base: Its best key.
    ///   - width: Its ticks; not fewer than now.
    private mutating func move(to base: Int64, width: Int) {
        var oldRing = Pool<UInt32>(repeating: 0, count: width)
        var oldBits = Pool<UInt64>(repeating: 0, count: Self.wordCount(width))
        let (oldBase, oldMask) = (self.base, mask)
        swap(&oldRing, &ring)
        swap(&oldBits, &bits)
        self.base = base
        mask = UInt32(width - 1)
        bandCount = 0
        for wordNumber in 0..<(oldMask + 1) / 64 {
            var word = oldBits[wordNumber]
            while word != 0 {
                let place = wordNumber << 6 | UInt32(word.trailingZeroBitCount)
                word &= word - 1
                let offset = (place &- UInt32(truncatingIfNeeded: oldBase)) & oldMask
                let key = oldBase + Int64(offset)
                if covers(key) { set(key, oldRing[place]) } else { far.insert(key, oldRing[place]) }
            }
        }
        for entry in far.remove(in: base..<base + Int64(width)) { set(entry.key, entry.level) }
        farKey = far.first?.key ?? Int64.max
    }
}
