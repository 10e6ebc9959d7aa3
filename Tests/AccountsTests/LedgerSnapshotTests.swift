import Accounts
import Testing
import Trading
import Wire

/// The bytes of a ledger, sound and forged.
@Suite struct LedgerSnapshotTests {
    let books: Books
    /// Bytes behind the accounts: two references, nothing under way, two movements, the digest.
    static let tail = (4 + 2 * 16) + 4 * 4 + (8 + 4 + 2 * 49 + 4) + 8

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
        #expect(books.deposit(100, to: 5, asset: 2, reference: 1) == nil)
        #expect(books.free(books.ann, books.cash) == 70)
        #expect(books.deposit(1, to: 6, asset: 2, reference: 3) == nil)
        #expect(books.isConserved)
    }

    /// The tables by reference of a restored ledger were filled in another order.
    @Test func equalStatesHaveEqualBytesWhateverTheOrderOfReferences() throws {
        for reference in (10..<200 as Range<UInt64>).reversed() {
            _ = books.deposit(1, to: 5, asset: 2, reference: reference)
            let funds = books.funds(1, 5, 2)
            _ = books.ledger.withdraw(funds, reference: reference, at: books.time)
        }
        let bytes = books.bytes
        try books.restore(bytes)
        #expect(books.bytes == bytes)
    }

    @Test func snapshotRestoresWhatIsUnderWay() throws {
        let (ledger, time) = (books.funds(20, 5, 2), Timestamp(microseconds: 9_000))
        _ = books.ledger.send(ledger, to: ShardID(3), reference: 70, at: books.time)
        _ = books.ledger.send(ledger, to: ShardID(2), reference: 71, at: books.time)
        _ = books.ledger.send(ledger, to: ShardID(3), reference: 72, at: books.time)
        _ = books.ledger.settle(to: ShardID(3), through: 1)
        _ = books.ledger.credit(books.funds(4, 9, 7), from: ShardID(2), sequence: 1, at: time)
        _ = books.ledger.withdraw(books.funds(5, 5, 2), reference: 8, at: time)
        let (bytes, outboxes) = (books.bytes, books.ledger.outboxes)
        try books.restore(bytes)
        #expect(books.bytes == bytes)
        #expect(books.ledger.outboxes == outboxes)
        #expect(books.ledger.received(from: ShardID(2)) == 1)
        let again = books.ledger.send(ledger, to: ShardID(3), reference: 72, at: books.time)
        #expect(again == .success(2))
        let coin = books.funds(1, 9, 7)
        let early = books.ledger.send(coin, to: ShardID(2), reference: 73, at: time)
        #expect(early == .failure(Ledger.Refusal(.recentlyCredited)))
        #expect(books.ledger.endWithdrawal(8, isPaid: true, at: time) == nil)
        #expect(books.isConserved)
    }

    /// What was set aside without a withdrawal could never be paid or released.
    @Test func reserveWithoutItsWithdrawalIsRefused() throws {
        _ = books.ledger.withdraw(books.funds(5, 5, 2), reference: 8, at: books.time)
        var bytes = books.bytes
        // The state of the only withdrawal, in front of no outbox and no inbox, two journals of
        // three movements and the digest.
        let state = bytes.count - 8 - (8 + 4 + 3 * 49 + 4) - 8 - 1
        try #require(bytes[state] == 0)
        bytes[state] = 1
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
    }

    /// A snapshot of a build that could not move funds between shards.
    @Test func layoutWithoutTransitIsStillRead() throws {
        let bytes = books.bytes
        // Behind the count: id, symbol, fees and deposits of two assets, then their withdrawals.
        let asset = 2 + 8 + 16
        var old = Array(bytes[..<(4 + asset)] + bytes[(4 + asset + 8)..<(4 + 2 * asset + 8)])
        old += bytes[(4 + 2 * asset + 16)..<(bytes.count - Self.tail)]
        old += [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        old += bytes[(bytes.count - 8)...]
        let (balances, digest) = (books.ledger.balances(of: AccountID(5)), books.ledger.digest)
        let other = Books()
        var reader = ByteReader(old)
        other.ledger = try Ledger(decoding: &reader, hasTransit: false)
        try reader.finish()
        #expect(other.ledger.balances(of: AccountID(5)) == balances)
        #expect(other.ledger.digest == digest)
        #expect(other.isConserved)
        // What the references stood for is not known, so none can be used again.
        #expect(other.deposit(100, to: 5, asset: 2, reference: 1) == .referenceTaken)
        #expect(other.deposit(100, to: 5, asset: 2, reference: 3) == nil)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = books.bytes
        for count in bytes.indices {
            #expect(throws: DecodeError.self) { try books.restore(Array(bytes[..<count])) }
        }
    }

    @Test func snapshotThatDoesNotAddUpIsRefused() {
        // The last balance of the last account.
        var bytes = books.bytes
        bytes[bytes.count - Self.tail - 16] ^= 1
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
    }

    @Test func tierBeyondTheScheduleIsRefused() throws {
        // Behind the id of the first account: two rows of terms and four balances.
        var bytes = books.bytes
        let tier = bytes.count - Self.tail - 2 * (10 + 32) + 4
        try #require(bytes[tier] == 2)
        bytes[tier] = 3
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
        bytes[tier] = 1
        try books.restore(bytes)
        #expect(books.terms(books.ann).feeTier == 1)
    }

    @Test func accountTwiceOrZeroIsRefused() throws {
        let sound = books.bytes
        let account = sound.count - Self.tail - (10 + 32)
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
