import Accounts
import Testing
import Trading
import Wire

/// Balances, holds, settlement and the totals of a ledger.
@Suite struct LedgerTests {
    /// A ledger in a box, since the test macros copy what they look at.
    final class Books {
        var ledger = Ledger()
        let coin = AssetColumn(index: 0)
        let cash = AssetColumn(index: 1)
        let ann = AccountSlot(index: 0)
        let bob = AccountSlot(index: 1)

        init() {
            _ = ledger.add(Asset(id: AssetID(7), symbol: "COIN"))
            _ = ledger.add(Asset(id: AssetID(2), symbol: "CASH"))
            _ = deposit(100, to: 5, asset: 2, reference: 1)
            _ = deposit(10, to: 4, asset: 7, reference: 2)
        }

        func deposit(
            _ units: Int64,
            to account: UInt32,
            asset: UInt16,
            reference: UInt64
        ) -> RejectReason? {
            ledger.deposit(
                Amount(units: units),
                to: AccountID(account),
                asset: AssetID(asset),
                reference: reference
            )
        }

        func free(_ slot: AccountSlot, _ column: AssetColumn) -> Int64 {
            ledger.free(slot, column).units
        }

        func locked(_ slot: AccountSlot, _ column: AssetColumn) -> Int64 {
            ledger.locked(slot, column).units
        }

        var totals: [AssetTotals] { ledger.totals() }

        var isConserved: Bool { totals.allSatisfy(\.isConserved) }

        var bytes: [UInt8] {
            var writer = ByteWriter()
            ledger.encode(into: &writer)
            return writer.bytes
        }

        func restore(_ bytes: [UInt8]) throws(DecodeError) {
            var reader = ByteReader(bytes)
            ledger = try Ledger(decoding: &reader)
            try reader.finish()
        }
    }

    let books = Books()

    @Test func accountBeginsWithItsFirstDeposit() {
        #expect(books.ledger.slot(of: AccountID(5)) == books.ann)
        #expect(books.ledger.slot(of: AccountID(4)) == books.bob)
        #expect(books.ledger.slot(of: AccountID(6)) == nil)
        #expect(books.ledger.account(at: books.bob) == AccountID(4))
    }

    @Test func balancesComeByAssetIDWithZeros() {
        let balances = books.ledger.balances(of: AccountID(5))
        #expect(balances.map(\.asset) == [AssetID(2), AssetID(7)])
        #expect(balances.map(\.free.units) == [100, 0])
        #expect(books.ledger.balances(of: AccountID(99)).isEmpty)
    }

    @Test func holdAndReleaseMoveBetweenFreeAndLocked() {
        books.ledger.hold(Amount(units: 30), books.ann, books.cash)
        #expect(books.free(books.ann, books.cash) == 70)
        #expect(books.locked(books.ann, books.cash) == 30)
        books.ledger.release(Amount(units: 30), books.ann, books.cash)
        #expect(books.free(books.ann, books.cash) == 100)
        #expect(books.locked(books.ann, books.cash) == 0)
    }

    @Test func settlementPaysFromEitherPartAndKeepsTheFee() {
        books.ledger.hold(Amount(units: 30), books.ann, books.cash)
        let (thirty, ten) = (Amount(units: 30), Amount(units: 10))
        let (ann, bob) = (books.ann, books.bob)
        books.ledger.settle(
            thirty,
            from: ann,
            .locked,
            to: bob,
            fee: Amount(units: 3),
            books.cash
        )
        books.ledger.settle(ten, from: bob, .free, to: ann, fee: Amount(units: 1), books.coin)
        #expect(books.locked(ann, books.cash) == 0)
        #expect(books.free(bob, books.cash) == 27)
        #expect(books.free(ann, books.coin) == 9)
        #expect(books.totals.map(\.fees.units) == [3, 1])
        #expect(books.isConserved)
    }

    @Test func payingOneselfCostsOnlyTheFee() {
        let ann = books.ann
        books.ledger.settle(
            Amount(units: 40),
            from: ann,
            .free,
            to: ann,
            fee: Amount(units: 2),
            books.cash
        )
        #expect(books.free(ann, books.cash) == 98)
        #expect(books.isConserved)
    }

    @Test func referenceCountsOnceWhateverItSays() {
        #expect(books.deposit(1, to: 5, asset: 2, reference: 1) == nil)
        #expect(books.free(books.ann, books.cash) == 100)
    }

    @Test func badDepositsAreRefusedAndForgotten() {
        #expect(books.deposit(0, to: 5, asset: 2, reference: 9) == .malformed)
        #expect(books.deposit(-1, to: 5, asset: 2, reference: 9) == .malformed)
        #expect(books.deposit(1, to: 0, asset: 2, reference: 9) == .malformed)
        #expect(books.deposit(1, to: 5, asset: 3, reference: 9) == .unknownAsset)
        #expect(books.deposit(Int64.max, to: 5, asset: 2, reference: 9) == .overloaded)
        #expect(books.deposit(Int64.max - 100, to: 5, asset: 2, reference: 9) == nil)
        #expect(books.isConserved)
    }

    @Test func addingAssetsLaterKeepsBalances() {
        for id in 10..<40 as Range<UInt16> {
            #expect(books.ledger.add(Asset(id: AssetID(id), symbol: "A\(id)")) == nil)
        }
        #expect(books.free(books.ann, books.cash) == 100)
        #expect(books.free(books.bob, books.coin) == 10)
        #expect(books.deposit(3, to: 4, asset: 39, reference: 3) == nil)
        #expect(books.ledger.balances(of: AccountID(4)).last?.free == Amount(units: 3))
        #expect(books.totals.count == 32)
        #expect(books.isConserved)
    }

    @Test func snapshotRestoresEverything() throws {
        books.ledger.hold(Amount(units: 30), books.ann, books.cash)
        let (bytes, digest) = (books.bytes, books.ledger.digest)
        try books.restore(bytes)
        #expect(books.bytes == bytes)
        #expect(books.ledger.digest == digest)
        #expect(books.locked(books.ann, books.cash) == 30)
        #expect(books.deposit(1, to: 5, asset: 2, reference: 1) == nil)
        #expect(books.free(books.ann, books.cash) == 70)
    }

    @Test func snapshotThatDoesNotAddUpIsRefused() {
        // The last balance of the last account, in front of two references and the digest.
        var bytes = books.bytes
        bytes[bytes.count - 8 - 16 - 4 - 16] ^= 1
        #expect(throws: DecodeError.self) { try books.restore(bytes) }
    }

    @Test func overdraftStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            let books = Books()
            books.ledger.hold(Amount(units: 101), books.ann, books.cash)
        }
    }
}
