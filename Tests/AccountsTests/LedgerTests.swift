import Accounts
import Testing
import Trading

/// Balances, holds, settlement and the totals of a ledger.
@Suite struct LedgerTests {
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

    @Test func referenceCountsOnce() {
        #expect(books.deposit(100, to: 5, asset: 2, reference: 1) == nil)
        #expect(books.deposit(1, to: 5, asset: 2, reference: 1) == .referenceTaken)
        #expect(books.deposit(100, to: 4, asset: 2, reference: 1) == .referenceTaken)
        #expect(books.deposit(100, to: 5, asset: 7, reference: 1) == .referenceTaken)
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

    @Test func chargeMovesFromFreeToFees() {
        let digest = books.ledger.digest
        books.ledger.charge(Amount(units: 7), books.ann, books.cash)
        #expect(books.free(books.ann, books.cash) == 93)
        #expect(books.totals.map(\.fees.units) == [7, 0])
        #expect(books.isConserved)
        #expect(books.ledger.digest != digest)
    }

    @Test func manyAccountsAreFound() {
        books.ledger.reserveCapacity(accounts: 1_000)
        for account in 100..<3_000 as Range<UInt32> {
            #expect(books.deposit(1, to: account, asset: 2, reference: UInt64(account)) == nil)
        }
        for account in 100..<3_000 as Range<UInt32> {
            let slot = books.ledger.slot(of: AccountID(account))
            #expect(slot == AccountSlot(index: Int32(account) - 98))
        }
        #expect(books.ledger.slot(of: AccountID(3_000)) == nil)
        #expect(books.isConserved)
    }

    @Test func overdraftStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            let books = Books()
            books.ledger.hold(Amount(units: 101), books.ann, books.cash)
        }
    }

    @Test func chargeBeyondWhatIsFreeStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            let books = Books()
            books.ledger.hold(Amount(units: 90), books.ann, books.cash)
            books.ledger.charge(Amount(units: 11), books.ann, books.cash)
        }
    }
}
