import Accounts
import Testing

/// The index against a dictionary, with many keys of the same hash.
@Suite struct SlotIndexTests {
    /// An index in a box, since the test macros copy what they look at; the keys by slot.
    final class Names {
        var index: SlotIndex
        var keys: [UInt32: UInt64] = [:]
        /// How many keys have the same hash: the words of a key are divided by it.
        let sharing: UInt64

        init(capacity: Int = 0, sharing: UInt64 = 1) {
            index = SlotIndex(capacity: capacity)
            self.sharing = sharing
        }

        var count: Int { index.count }

        func hash(_ key: UInt64) -> SlotIndex.Hash { index.hash(of: [key / sharing]) }

        func find(_ key: UInt64) -> UInt32? {
            index.find(hash(key)) { keys[$0] == key }
        }

        func insert(_ key: UInt64, _ slot: UInt32) {
            keys[slot] = key
            index.insert(hash(key), slot: slot)
        }

        func remove(_ key: UInt64, _ slot: UInt32) -> Bool {
            keys[slot] = nil
            return index.remove(hash(key), slot: slot)
        }

        func hash(words: InlineArray<6, UInt64>) -> SlotIndex.Hash { index.hash(of: words) }

        func reserveCapacity(_ capacity: Int) { index.reserveCapacity(capacity) }
    }

    @Test func emptyIndexFindsNothing() {
        let names = Names()
        #expect(names.find(7) == nil)
        #expect(!names.remove(7, 0))
        #expect(names.count == 0)
    }

    @Test func slotsAtBothEndsOfTheRangeAreKept() {
        let names = Names()
        names.insert(1, 0)
        names.insert(2, UInt32.max - 1)
        #expect(names.find(1) == 0)
        #expect(names.find(2) == UInt32.max - 1)
    }

    @Test func keysOfOneHashAreToldApartByTheCaller() {
        let names = Names(sharing: 100)
        for key in 0..<50 as Range<UInt64> { names.insert(key, UInt32(key) + 500) }
        for key in 0..<50 as Range<UInt64> { #expect(names.find(key) == UInt32(key) + 500) }
        #expect(names.find(50) == nil)
        #expect(!names.remove(7, 600))
    }

    @Test(arguments: seeds) func agreesWithADictionary(_ seed: UInt64) {
        var generator = SplitMix(state: seed)
        let keyCount = 4 + generator.next() % 400
        let names = Names(capacity: Int(seed % 3) * 50, sharing: 1 + seed % 5)
        var model: [UInt64: UInt32] = [:]
        var next: UInt32 = 0
        for _ in 0..<4_000 {
            let key = generator.next() % keyCount
            #expect(names.find(key) == model[key])
            if let slot = model.removeValue(forKey: key) {
                #expect(names.remove(key, slot))
                #expect(!names.remove(key, slot))
            } else {
                names.insert(key, next)
                model[key] = next
                next += 1
            }
            #expect(names.count == model.count)
        }
        for key in 0..<keyCount { #expect(names.find(key) == model[key]) }
    }

    @Test func reservingKeepsWhatIsThere() {
        let names = Names()
        for key in 0..<3 as Range<UInt64> { names.insert(key, UInt32(key)) }
        names.reserveCapacity(10_000)
        names.reserveCapacity(1)
        for key in 3..<20_000 as Range<UInt64> { names.insert(key, UInt32(key)) }
        #expect(names.count == 20_000)
        #expect((0..<20_000 as Range<UInt64>).allSatisfy { names.find($0) == UInt32($0) })
    }

    @Test func everyBitOfEveryWordCounts() {
        let names = Names()
        let words: InlineArray<6, UInt64> = [1, 2, 3, 4, 5, 6]
        var hashes: Set<SlotIndex.Hash> = [names.hash(words: words)]
        for index in words.indices {
            for bit in 0..<64 {
                var other = words
                other[index] ^= 1 << bit
                hashes.insert(names.hash(words: other))
            }
        }
        // 385 of 2³² hashes: even one that is shared has a chance of 1 : 58,000 only.
        #expect(hashes.count >= 384)
    }

    @Test func neighboursSpreadOverThePlaces() {
        let names = Names()
        var places = Set<UInt32>()
        for key in 0..<65_536 as Range<UInt64> { places.insert(names.hash(key).bits % 65_536) }
        // Random hashes fill 63.2 %, give or take 0.1.
        #expect((40_000...43_000).contains(places.count), "\(places.count)")
    }
}
