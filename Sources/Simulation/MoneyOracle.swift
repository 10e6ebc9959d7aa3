import Accounts
import Trading

/// I7 over the whole cluster: what all shards hold is what was ever paid in.
struct MoneyOracle {
    /// By shard, as of its last durable entry.
    private var totals: [[AssetTotals]]

    init(shardCount: Int) { totals = Array(repeating: [], count: shardCount) }

    /// Takes what a shard holds after an entry.
    ///
    /// - Parameters:
    ///   - new: All assets of the shard.
    ///   - shard: Its place.
    /// - Returns: What is wrong; nil when all is well.
    mutating func take(_ new: [AssetTotals], of shard: Int) -> String? {
        totals[shard] = new
        // Nothing moves between shards, so each keeps its own.
        for asset in new where !asset.isConserved {
            return "I7: asset \(asset.asset) is not conserved on shard \(shard + 1)"
        }
        return nil
    }

    /// What does not add up over all shards when nothing is under way; nil when all does.
    var defect: String? {
        var sums: [AssetID: AssetTotals] = [:]
        for asset in totals.joined() {
            sums[asset.asset] = sums[asset.asset].map { $0 + asset } ?? asset
        }
        for sum in sums.values.sorted(by: { $0.asset < $1.asset }) where !sum.isConserved {
            return "I7: asset \(sum.asset) is not conserved over all shards"
        }
        return nil
    }
}

extension AssetTotals {
    /// The same asset on two shards.
    fileprivate static func + (left: Self, right: Self) -> Self {
        AssetTotals(
            asset: left.asset,
            free: left.free + right.free,
            locked: left.locked + right.locked,
            fees: left.fees + right.fees,
            deposits: left.deposits + right.deposits
        )
    }
}
