import Configuration
import Trading

/// What the first primary of an empty shard logs before anything else: the assets, the shard's
/// pairs and the opening balances of the accounts.
struct Genesis {
    private let assets: [Asset]
    private let instruments: [Instrument]
    private let accounts: AccountsFile

    init(plan: ClusterPlan) throws {
        (assets, instruments) = try InstrumentFile.load(plan.instruments)
        accounts = try AccountsFile.load(plan.accounts)
    }

    /// The commands for one shard.
    ///
    /// Until funds move between shards every account is funded on each.
    func commands(for shard: ShardPlan) -> [Command] {
        var commands = assets.map { Command.addAsset($0) }
        for instrument in instruments where shard.pairs.contains(instrument.symbol) {
            commands.append(.addInstrument(instrument))
        }
        var reference: UInt64 = 1
        for entry in accounts.entries {
            for asset in assets {
                guard let text = entry.balances[asset.symbol],
                    let units = try? FixedPoint.parse(text), units > 0
                else { continue }  // `AccountsFile` has checked the decimals; zero is no deposit.
                commands.append(
                    .deposit(
                        account: entry.id,
                        asset: asset.id,
                        amount: Amount(units: units),
                        reference: reference
                    )
                )
                reference += 1
            }
        }
        return commands
    }
}
