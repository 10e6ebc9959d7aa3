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

    /// What does not add up over all shards; nil when all does.
    var defect: String? {
        var missing: [AssetID: Amount] = [:]
        for asset in totals.joined() {
            let present = asset.free + asset.locked + asset.fees
            missing[asset.asset] = (missing[asset.asset] ?? .zero) + asset.deposits - present
        }
        for (asset, units) in missing.sorted(by: { $0.key < $1.key }) where units != .zero {
            return "I7: of asset \(asset) \(units.units) units are missing in the cluster"
        }
        return nil
    }
}
