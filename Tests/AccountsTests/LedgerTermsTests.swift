import Accounts
import Testing
import Trading

/// What is agreed with accounts, and the fees of the shard.
@Suite struct LedgerTermsTests {
    let books = Books()

    @Test func accountBeginsWithThePlainTerms() {
        let terms = books.terms(books.bob)
        #expect(terms.feeTier == 0)
        #expect(!terms.paysInDiscountAsset)
        #expect(terms.tradeGroup == 0)
        #expect(books.ledger.feeSchedule == .plain)
        #expect(books.ledger.feeTier(of: books.bob) == .whole)
        #expect(books.ledger.discountColumn == nil)
        #expect(books.ledger.discount == 0)
    }

    @Test func termsAreThoseOfTheirAccountOnly() {
        #expect(books.setSchedule(tiers: 3) == nil)
        #expect(books.setTerms(4, tier: 2, discount: true, group: 77) == nil)
        let terms = books.terms(books.bob)
        #expect(terms.feeTier == 2)
        #expect(terms.paysInDiscountAsset)
        #expect(terms.tradeGroup == 77)
        let tier = books.ledger.feeTier(of: books.bob)
        #expect(tier == FeeTier(makerShare: 99_999_998, takerShare: 99_999_996))
        #expect(books.terms(books.ann).feeTier == 0)
        #expect(books.setTerms(4) == nil)
        #expect(books.terms(books.bob) == books.terms(books.ann))
    }

    @Test func badTermsAreRefusedInOrder() {
        #expect(books.setTerms(0) == .malformed)
        #expect(books.setTerms(4, tier: 1) == .malformed)
        #expect(books.setTerms(99, tier: 1) == .malformed)
        #expect(books.setTerms(99) == .insufficientBalance)
        #expect(books.ledger.slot(of: AccountID(99)) == nil)
    }

    @Test func scheduleNamesItsDiscountAsset() {
        #expect(books.setSchedule(tiers: 2, asset: 2, discount: 25_000_000) == nil)
        #expect(books.ledger.discountColumn == books.cash)
        #expect(books.ledger.discount == 25_000_000)
        let schedule = books.schedule(tiers: 2, asset: 2, discount: 25_000_000)
        #expect(books.ledger.feeSchedule == schedule)
        #expect(books.setSchedule(tiers: 1) == nil)
        #expect(books.ledger.discountColumn == nil)
        #expect(books.ledger.discount == 0)
    }

    @Test func badSchedulesAreRefusedAndChangeNothing() {
        #expect(books.setSchedule(tiers: 3, asset: 7) == nil)
        #expect(books.setTerms(4, tier: 2) == nil)
        let digest = books.ledger.digest
        #expect(books.setSchedule(tiers: 0) == .malformed)
        #expect(books.setSchedule(tiers: 17) == .malformed)
        #expect(books.setSchedule(tiers: 3, discount: -1) == .malformed)
        #expect(books.setSchedule(tiers: 3, asset: 3) == .unknownAsset)
        #expect(books.setSchedule(tiers: 2) == .malformed)
        #expect(books.ledger.feeSchedule == books.schedule(tiers: 3, asset: 7))
        #expect(books.ledger.digest == digest)
    }

    @Test func termsAndScheduleAreInTheDigest() {
        let changes: [(Books) -> RejectReason?] = [
            { $0.setTerms(4, tier: 1) }, { $0.setTerms(5, tier: 1) },
            { $0.setTerms(4, discount: true) }, { $0.setTerms(4, group: 1) },
            { $0.setTerms(4, group: 2) }, { $0.setSchedule(tiers: 2) },
            { $0.setSchedule(tiers: 3) }, { $0.setSchedule(tiers: 2, discount: 1) },
            { $0.setSchedule(tiers: 2, asset: 2) }, { $0.setSchedule(tiers: 2, asset: 7) },
        ]
        var digests = Set<UInt64>()
        for change in changes {
            let books = Books()
            #expect(books.setSchedule(tiers: 2) == nil)
            digests.insert(books.ledger.digest)
            #expect(change(books) == nil)
            digests.insert(books.ledger.digest)
        }
        #expect(digests.count == changes.count + 1)
    }
}
