import Trading

/// An index from hashes to slots, for look-ups on the way of an order: without tombstones, and
/// without allocation but when it grows.
///
/// It keeps no keys. Different keys may share a hash, so the caller says whether a slot it is
/// offered is the one it means. Hashes are mixed with a secret of the process: whoever chooses the
/// keys cannot make them collide. Hence the order of the places differs from process to process;
/// there is no way to iterate, and a `Hash` must not reach replicated state.
///
/// It is made of many tables, and the upper bits of a hash say which: each grows by itself, so that
/// no insertion ever moves more than about the 256th part of all slots. One table that doubles
/// would stop the shard for as long as it takes to move a million.
public struct SlotIndex: ~Copyable {
    /// A mixed hash, good only for indexes of this process.
    public struct Hash: Hashable, Sendable, BitwiseCopyable {
        /// The bits that say where a slot is looked for.
        public let bits: UInt32

        @usableFromInline
        init(bits: UInt32) { self.bits = bits }
    }

    @usableFromInline static let tableBits: UInt32 = 8

    @usableFromInline var tables: Pool<SlotTable>
    /// Number of slots in the index.
    public private(set) var count = 0
    /// Slots that growth has moved so far: its cost, by which tests bound that of one insertion.
    public private(set) var movedCount = 0
    @usableFromInline let secrets: (UInt64, UInt64)

    /// Makes an empty index.
    ///
    /// - Parameter capacity: Slots it takes before it grows, about.
    public init(capacity: Int = 0) {
        tables = Pool(capacity: 1 << Int(Self.tableBits))
        for _ in 0..<1 << Self.tableBits {
            tables.append(SlotTable(capacity: capacity >> Int(Self.tableBits)))
        }
        secrets = ProcessSecret.words
    }

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
    @inline(__always)
    public func find(_ hash: Hash, where matches: (UInt32) -> Bool) -> UInt32? {
        tables[Self.table(of: hash)].find(hash.bits, where: matches)
    }

    /// Adds a slot; the caller has found that its key is not there.
    ///
    /// - Parameters:
    ///   - hash: Of its key.
    ///   - slot: Below `UInt32.max`.
    public mutating func insert(_ hash: Hash, slot: UInt32) {
        movedCount += tables[Self.table(of: hash)].insert(hash.bits, slot: slot)
        count += 1
    }

    /// Removes a slot.
    ///
    /// - Parameters:
    ///   - hash: Of its key, as it was added.
    ///   - slot: The slot.
    /// - Returns: Whether it was there.
    public mutating func remove(_ hash: Hash, slot: UInt32) -> Bool {
        guard tables[Self.table(of: hash)].remove(hash.bits, slot: slot) else { return false }
        count -= 1
        return true
    }

    /// Makes room, so that the index hardly grows before it has that many slots.
    ///
    /// - Parameter capacity: Number of slots.
    public mutating func reserveCapacity(_ capacity: Int) {
        for number in 0..<tables.count {
            tables[number].reserveCapacity(capacity >> Int(Self.tableBits))
        }
    }

    /// By the bits that a place within a table does not depend on before it is very large.
    @inlinable
    @inline(__always)
    static func table(of hash: Hash) -> UInt32 { hash.bits >> (32 - tableBits) }

    /// The product of two words, folded into one: each bit depends on all bits of both.
    @inlinable
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
