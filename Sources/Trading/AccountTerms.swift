/// What the venue has agreed with an account.
public struct AccountTerms: Equatable, Sendable {
    /// The account.
    public var account: AccountID
    /// Position in the fee schedule; 0 pays the whole rate.
    public var feeTier: UInt8
    /// Whether fees are taken in the discount asset while the free balance of it lasts.
    public var paysInDiscountAsset: Bool
    /// Accounts of one group do not trade with each other as their self-trade prevention says; 0 is
    /// none.
    public var tradeGroup: UInt32

    /// Makes a record of all its fields.
    public init(
        account: AccountID,
        feeTier: UInt8,
        paysInDiscountAsset: Bool,
        tradeGroup: UInt32
    ) {
        self.account = account
        self.feeTier = feeTier
        self.paysInDiscountAsset = paysInDiscountAsset
        self.tradeGroup = tradeGroup
    }
}

/// The shares of a pair's fee rates that one tier pays.
public struct FeeTier: Equatable, Sendable {
    /// Share of the maker rate, in 10⁻⁸.
    ///
    /// Range: `0...100_000_000`.
    public var makerShare: Int64
    /// Share of the taker rate, in 10⁻⁸.
    ///
    /// Range: `0...100_000_000`.
    public var takerShare: Int64

    /// Makes a tier.
    public init(makerShare: Int64, takerShare: Int64) {
        self.makerShare = makerShare
        self.takerShare = takerShare
    }

    /// The tier that pays the whole rates.
    public static let whole = FeeTier(makerShare: FixedPoint.one, takerShare: FixedPoint.one)
}

/// The fees of a shard beyond the rates of its pairs.
public struct FeeSchedule: Equatable, Sendable {
    /// Most tiers.
    public static let tiersMax = 16

    /// By `AccountTerms.feeTier`; never empty.
    public var tiers: [FeeTier]
    /// The asset in which a fee may be paid at a discount, if any.
    public var discountAsset: AssetID?
    /// What is taken off a fee paid in the discount asset, in 10⁻⁸ (25 % is 25 000 000).
    public var discount: Int64

    /// Makes a schedule.
    public init(tiers: [FeeTier], discountAsset: AssetID?, discount: Int64) {
        self.tiers = tiers
        self.discountAsset = discountAsset
        self.discount = discount
    }

    /// One tier that pays the whole rates, no discount asset.
    public static let plain = FeeSchedule(tiers: [.whole], discountAsset: nil, discount: 0)

    /// Why this schedule cannot be used, or `nil` when it is sound.
    public var defect: String? {
        if !(1...Self.tiersMax).contains(tiers.count) { return "1 to 16 tiers are needed" }
        let range = 0...FixedPoint.one
        if tiers.contains(where: {
            !range.contains($0.makerShare) || !range.contains($0.takerShare)
        }) {
            return "a share is outside 0...1"
        }
        return range.contains(discount) ? nil : "the discount is outside 0...1"
    }
}

/// What an account bought and sold of a pair, valued by average cost.
public struct Position: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// Lots bought on this pair and not yet sold on it; never negative.
    public var quantity: Quantity
    /// What these lots cost, before fees.
    public var cost: Amount
    /// Proceeds less cost of what was sold out of the position, before fees; may be negative.
    public var realized: Amount

    /// Makes a record of all its fields.
    public init(instrument: InstrumentID, quantity: Quantity, cost: Amount, realized: Amount) {
        self.instrument = instrument
        self.quantity = quantity
        self.cost = cost
        self.realized = realized
    }
}
