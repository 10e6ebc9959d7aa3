import Trading

/// An index from hashes to slots, for look-ups on the way of an order: open addressing with linear
/// probing, at most half full, without tombstones, and without allocation but when it grows.
///
/// It keeps no keys. Different keys may share a hash, so the caller says whether a slot it is
/// offered is the one it means. Hashes are mixed with a secret of the process: whoever chooses the
/// keys cannot make them collide. Hence the order of the places differs from process to process;
/// there is no way to iterate, and a `Hash` must not reach replicated state.
public struct SlotIndex: ~Copyable {
    /// A mixed hash, good only for indexes of this process.
    public struct Hash: Hashable, Sendable, BitwiseCopyable {
        /// The bits that say where a slot is looked for.
        public let bits: UInt32

        @usableFromInline
        init(bits: UInt32) { self.bits = bits }
    }

    /// The hash in the upper half, the slot + 1 in the lower one; 0 is an empty place.
    @usableFromInline var places: Pool<UInt64>
    /// Number of places less one; the number is a power of two.
    @usableFromInline var mask: UInt32
    @usableFromInline var slotCount = 0
    @usableFromInline let secrets: (UInt64, UInt64)

    /// Makes an empty index.
    ///
    /// - Parameter capacity: Slots it takes before it grows.
    public init(capacity: Int = 0) {
        let size = Self.size(capacity: capacity)
        places = Pool(repeating: 0, count: size)
        mask = UInt32(size - 1)
        secrets = ProcessSecret.words
    }

    /// Number of slots in the index.
    public var count: Int { slotCount }

    /// Mixes the words of a key.
    ///
    /// - Parameter words: All that distinguishes the key; keys of one index have equally many words.
    /// - Returns: Its hash.
    @inlinable
    public func hash<let wordCount: Int>(of words: InlineArray<wordCount, UInt64>) -> Hash {
        var state = secrets.0
        var index = 0
        while index + 1 < wordCount {
            state = Self.fold(state ^ words[index], secrets.1 ^ words[index + 1])
            index += 2
        }
        if index < wordCount { state = Self.fold(state ^ words[index], secrets.1) }
        return Hash(bits: UInt32(truncatingIfNeeded: state ^ (state >> 32)))
    }

    /// Finds a slot.
    ///
    /// - Parameters:
    ///   - hash: Of the key.
    ///   - matches: Whether a slot with this hash is that of the key.
    /// - Returns: The slot, or `nil` when none matches.
    @inlinable
    public func find(_ hash: Hash, where matches: (UInt32) -> Bool) -> UInt32? {
        var place = hash.bits & mask
        while places[place] != 0 {
            let word = places[place]
            if UInt32(truncatingIfNeeded: word >> 32) == hash.bits {
                let slot = UInt32(truncatingIfNeeded: word) - 1
                if matches(slot) { return slot }
            }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// Adds a slot; the caller has found that its key is not there.
    ///
    /// - Parameters:
    ///   - hash: Of its key.
    ///   - slot: Below `UInt32.max`.
    @inlinable
    public mutating func insert(_ hash: Hash, slot: UInt32) {
        if (slotCount + 1) * 2 > Int(places.count) { grow(to: Int(places.count) * 2) }
        put(Self.word(hash, slot))
        slotCount += 1
    }

    /// Removes a slot.
    ///
    /// - Parameters:
    ///   - hash: Of its key, as it was added.
    ///   - slot: The slot.
    /// - Returns: Whether it was there.
    @inlinable
    public mutating func remove(_ hash: Hash, slot: UInt32) -> Bool {
        let word = Self.word(hash, slot)
        var place = hash.bits & mask
        while places[place] != word {
            guard places[place] != 0 else { return false }
            place = (place &+ 1) & mask
        }
        close(place)
        slotCount -= 1
        return true
    }

    /// Makes room, so that the index does not grow before it has that many slots.
    ///
    /// - Parameter capacity: Number of slots.
    public mutating func reserveCapacity(_ capacity: Int) {
        let size = Self.size(capacity: capacity)
        if size > Int(places.count) { grow(to: size) }
    }

    /// Twice the capacity, rounded up to a power of two.
    private static func size(capacity: Int) -> Int {
        var size = 8
        while size < capacity * 2 { size *= 2 }
        return size
    }

    /// The product of two words, folded into one: each bit depends on all bits of both.
    @inlinable
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inlinable
    static func word(_ hash: Hash, _ slot: UInt32) -> UInt64 {
        UInt64(hash.bits) << 32 | UInt64(slot + 1)
    }

    @inlinable
    mutating func put(_ word: UInt64) {
        var place = UInt32(truncatingIfNeeded: word >> 32) & mask
        while places[place] != 0 { place = (place &+ 1) & mask }
        places[place] = word
    }

    /// Empties a place and moves what follows back, so that no walk from a home meets a gap.
    @inlinable
    mutating func close(_ start: UInt32) {
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

    @usableFromInline
    mutating func grow(to size: Int) {
        var old = Pool<UInt64>(repeating: 0, count: size)
        swap(&old, &places)
        mask = UInt32(size - 1)
        for number in 0..<old.count where old[number] != 0 { put(old[number]) }
    }
}
