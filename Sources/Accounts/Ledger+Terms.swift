import Trading

extension Ledger {
    /// What the venue has agreed with the account of a slot, packed into one word.
    public struct Terms: Equatable, Sendable, BitwiseCopyable {
        /// Accounts of one group other than 0 do not trade with each other.
        public internal(set) var tradeGroup: UInt32 = 0
        /// Position in the fee schedule.
        public internal(set) var feeTier: UInt8 = 0
        /// Whether fees are taken in the discount asset while the free balance of it lasts.
        public internal(set) var paysInDiscountAsset = false

        init() {}
    }

    /// The terms of an account: tier 0, no discount, no group until something else is agreed.
    @inlinable
    public func terms(of slot: AccountSlot) -> Terms { terms[UInt32(slot.index)] }

    /// The shares of a pair's rates that an account pays.
    @inlinable
    public func feeTier(of slot: AccountSlot) -> FeeTier {
        tiers[Int(terms[UInt32(slot.index)].feeTier)]
    }

    /// The fees of the shard beyond the rates of its pairs.
    ///
    /// Built anew at every call: for the control path.
    public var feeSchedule: FeeSchedule {
        FeeSchedule(
            tiers: Array(tiers),
            discountAsset: discountColumn.map { asset(at: $0) },
            discount: discount
        )
    }

    /// Changes what is agreed with an account; in force from the next trade on.
    ///
    /// - Parameter terms: The account and all of its terms.
    /// - Returns: Why it was refused, in this order: `malformed` for account 0 and for a tier the
    ///   schedule has not, `insufficientBalance` for an account without a deposit, as for its
    ///   orders; or `nil`.
    public mutating func set(_ terms: AccountTerms) -> RejectReason? {
        guard terms.account.rawValue != 0, terms.feeTier < tiers.count else { return .malformed }
        guard let slot = slot(of: terms.account) else { return .insufficientBalance }
        var packed = Terms()
        packed.tradeGroup = terms.tradeGroup
        packed.feeTier = terms.feeTier
        packed.paysInDiscountAsset = terms.paysInDiscountAsset
        self.terms[UInt32(slot.index)] = packed
        running.add(UInt64(terms.account.rawValue) << 32 | UInt64(terms.tradeGroup))
        running.add(UInt64(terms.feeTier) << 1 | (terms.paysInDiscountAsset ? 1 : 0))
        return nil
    }

    /// Changes the fees of the shard; in force from the next trade on.
    ///
    /// O(accounts): for the control path.
    ///
    /// - Parameter schedule: The whole schedule.
    /// - Returns: Why it was refused, in this order: `malformed` for a defect, `unknownAsset` for a
    ///   discount asset the shard has not, `malformed` when an account has a tier beyond it; or
    ///   `nil`.
    public mutating func set(_ schedule: FeeSchedule) -> RejectReason? {
        guard schedule.defect == nil else { return .malformed }
        var column: AssetColumn?
        if let asset = schedule.discountAsset {
            column = self.column(of: asset)
            guard column != nil else { return .unknownAsset }
        }
        for row in 0..<terms.count where terms[row].feeTier >= schedule.tiers.count {
            return .malformed
        }
        tiers = ContiguousArray(schedule.tiers)
        discountColumn = column
        discount = schedule.discount
        addToDigest(schedule)
        return nil
    }

    /// The terms of an account with its id.
    public func accountTerms(of slot: AccountSlot) -> AccountTerms {
        accountTerms(at: Int(slot.index))
    }

    /// The terms of the account of a row, unpacked.
    func accountTerms(at row: Int) -> AccountTerms {
        AccountTerms(
            account: accounts[row],
            feeTier: terms[UInt32(row)].feeTier,
            paysInDiscountAsset: terms[UInt32(row)].paysInDiscountAsset,
            tradeGroup: terms[UInt32(row)].tradeGroup
        )
    }

    private mutating func addToDigest(_ schedule: FeeSchedule) {
        running.add(UInt64(schedule.tiers.count))
        for tier in schedule.tiers {
            running.add(tier.makerShare)
            running.add(tier.takerShare)
        }
        running.add(schedule.discountAsset.map { UInt64($0.rawValue) + 1 } ?? UInt64(0))
        running.add(schedule.discount)
    }
}
