import Accounts
import Trading

/// I7 over the whole cluster: what all shards hold and what is on its way is what was ever paid in.
struct MoneyOracle {
    /// By shard, as of its last durable entry.
    private var totals: [[AssetTotals]]

    init(shardCount: Int) { totals = Array(repeating: [], count: shardCount) }

    /// Takes what a shard holds after an entry.
    ///
    /// - Parameters:
    ///   - new: All assets of the shard.
    ///   - shard: Its place.
    ///   - underWay: Transfers that have left a shard and not come to the other, by asset.
    ///   - isFrozen: Whether some pair is frozen: then what is held for its orders may be on its
    ///     way too.
    /// - Returns: What is wrong; nil when all is well.
    mutating func take(
        _ new: [AssetTotals],
        of shard: Int,
        underWay: [AssetID: Int64],
        isFrozen: Bool
    ) -> String? {
        totals[shard] = new
        for asset in new where !asset.isConserved {
            return "I7: asset \(asset.asset) is not conserved on shard \(shard + 1)"
        }
        for asset in new.map(\.asset) {
            let sent = totals.joined().reduce(Int64(0)) {
                $1.asset == asset ? $0 + $1.sent.units : $0
            }
            let rest = sent - (underWay[asset] ?? 0)
            guard rest < 0 || (rest > 0 && !isFrozen) else { continue }
            return "I7: of asset \(asset) \(sent) units are in transit, "
                + "\(underWay[asset] ?? 0) of them in transfers"
        }
        return nil
    }

    /// What does not add up over all shards once nothing is on its way; nil when all does.
    var defect: String? {
        var missing: [AssetID: Int64] = [:]
        for asset in totals.joined() {
            let present =
                asset.free.units + asset.locked.units + asset.withdrawing.units
                + asset.fees.units
            missing[asset.asset, default: 0] +=
                asset.deposits.units - asset.withdrawals.units - present
        }
        for (asset, units) in missing.sorted(by: { $0.key < $1.key }) where units != 0 {
            return "I7: of asset \(asset) \(units) units are missing in the cluster"
        }
        return nil
    }
}
