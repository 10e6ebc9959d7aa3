import Accounts
import Trading
import Wire

/// A ledger in a box, since the test macros copy what they look at.
final class Books {
    var ledger = Ledger()
    /// Log time.
    var time = Timestamp(microseconds: 1_000)
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
        ledger.deposit(funds(units, account, asset), reference: reference, at: time)
    }

    func funds(_ units: Int64, _ account: UInt32, _ asset: UInt16) -> Funds {
        Funds(
            account: AccountID(account),
            asset: AssetID(asset),
            amount: Amount(units: units)
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

    func setTerms(
        _ account: UInt32,
        tier: UInt8 = 0,
        discount: Bool = false,
        group: UInt32 = 0
    ) -> RejectReason? {
        ledger.set(
            AccountTerms(
                account: AccountID(account),
                feeTier: tier,
                paysInDiscountAsset: discount,
                tradeGroup: group
            )
        )
    }

    /// Sets a schedule of tiers that pay ever less, each by 10⁻⁸.
    func setSchedule(tiers: Int, asset: UInt16? = nil, discount: Int64 = 0) -> RejectReason? {
        ledger.set(schedule(tiers: tiers, asset: asset, discount: discount))
    }

    func schedule(tiers: Int, asset: UInt16? = nil, discount: Int64 = 0) -> FeeSchedule {
        FeeSchedule(
            tiers: (0..<tiers).map {
                FeeTier(
                    makerShare: FixedPoint.one - Int64($0),
                    takerShare: FixedPoint.one - 2 * Int64($0)
                )
            },
            discountAsset: asset.map { AssetID($0) },
            discount: discount
        )
    }

    func terms(_ slot: AccountSlot) -> Ledger.Terms { ledger.terms(of: slot) }

    func restore(_ bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        ledger = try Ledger(decoding: &reader)
        try reader.finish()
    }
}
