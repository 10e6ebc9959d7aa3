import Accounts
import Testing
import Trading
import Wire

/// The bytes of a ledger, sound and forged.
@Suite struct LedgerSnapshotTests {
    let books: Books

    init() {
        books = Books()
        _ = books.setSchedule(tiers: 3, asset: 7, discount: 25_000_000)
        _ = books.setTerms(5, tier: 2, discount: true, group: 9)
        books.ledger.hold(Amount(units: 30), books.ann, books.cash)
        books.ledger.charge(Amount(units: 1), books.bob, books.coin)
    }

    @Test func snapshotRestoresEverything() throws {
        let (bytes, digest) = (books.bytes, books.ledger.digest)
        try books.restore(bytes)
        #expect(books.bytes == bytes)
        #expect(books.ledger.digest == digest)
        #expect(books.locked(books.ann, books.cash) == 30)
        #expect(books.terms(books.ann).feeTier == 2)
        #expect(books.terms(books.ann).paysInDiscountAsset)
        #expect(books.terms(books.ann).tradeGroup == 9)
        #expect(books.ledger.discountColumn == books.coin)
        #expect(books.ledger.slot(of: AccountID(4)) == books.bob)
        #expect(books.totals.map(\.fees.units) == [0, 1])
        #expect(books.deposit(1, to: 5, asset: 2, reference: 1) == nil)
        #expect(books.free(books.ann, books.cash) == 70)
        #expect(books.deposit(1, to: 6, asset: 2, reference: 3) == nil)
        #expect(books.isConserved)
    }

    @Test func equalStatesHaveEqualBytesWhateverTheOrderOfReferences() throws {
        let (one, other) = (Books(), Books())
        for reference in 10..<200 as Range<UInt64> {
            _ = one.deposit(1, to: 5, asset: 2, reference: reference)
            _ = other.deposit(1, to: 5, asset: 2, reference: 209 - reference)
        }
        #expect(one.bytes == other.bytes)
        try other.restore(other.bytes)
        #expect(one.bytes == other.bytes)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = books.bytes
        for count in bytes.indices {
            #expect(throws: DecodeError.self) { try books.restore(Array(bytes[..<count])) }
        }
    }

    @Test func snapshotThatDoesNotAddUpIsRefused() {
        // The last balance of the last account, in front of two references and the digest.
        var bytes = books.bytes
        bytes[bytes.count - 8 - 16 - 4 - 16] ^= 1
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
    }

    @Test func tierBeyondTheScheduleIsRefused() throws {
        // Behind the id of the first account: two rows of terms and four balances stand in front
        // of two references and the digest.
        var bytes = books.bytes
        let tier = bytes.count - 8 - 16 - 4 - 2 * (10 + 32) + 4
        try #require(bytes[tier] == 2)
        bytes[tier] = 3
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
        bytes[tier] = 1
        try books.restore(bytes)
        #expect(books.terms(books.ann).feeTier == 1)
    }

    @Test func accountTwiceOrZeroIsRefused() throws {
        let sound = books.bytes
        let account = sound.count - 8 - 16 - 4 - (10 + 32)
        try #require(sound[account] == 4)
        for forged in [0, 5] as [UInt8] {
            var bytes = sound
            bytes[account] = forged
            #expect(throws: DecodeError.self) { try books.restore(bytes) }
        }
    }

    /// Whatever is read in spite of a change is a state that adds up and can be written again.
    @Test(arguments: seeds) func changedBytesAreRefusedOrSound(_ seed: UInt64) {
        var generator = SplitMix(state: seed)
        let sound = books.bytes
        let values: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFF]
        for _ in 0..<2_000 {
            var bytes = sound
            for _ in 0...generator.next() % 3 {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = values.randomElement(using: &generator) ?? 0
            }
            let other = Books()
            guard (try? other.restore(bytes)) != nil else { continue }
            #expect(other.isConserved)
            _ = other.bytes
        }
    }
}
