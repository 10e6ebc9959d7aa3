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
    /// An opening balance is split over the shards that own a pair of its asset: each gets the same,
    /// the first one the remainder too. An asset without a pair is all on the first shard.
    ///
    /// - Parameters:
    ///   - shard: The shard.
    ///   - shards: All of the plan, by rising number; every shard has to be told the same ones.
    /// - Returns: The commands, in the order in which they are logged.
    func commands(for shard: ShardPlan, of shards: [ShardPlan]) -> [Command] {
        var commands = assets.map { Command.addAsset($0) }
        for instrument in instruments where shard.pairs.contains(instrument.symbol) {
            commands.append(.addInstrument(instrument))
        }
        var reference = Self.firstReference
        for entry in accounts.entries {
            for asset in assets {
                guard let text = entry.balances[asset.symbol],
                    let units = try? FixedPoint.parse(text), units > 0
                else { continue }  // `AccountsFile` has checked the decimals; zero is no deposit.
                let part = part(of: units, asset.id, for: shard, of: shards)
                guard part > 0 else { continue }
                commands.append(
                    .deposit(
                        account: entry.id,
                        asset: asset.id,
                        amount: Amount(units: part),
                        reference: reference
                    )
                )
                reference += 1
            }
        }
        return commands
    }

    /// The commands for a shard that was added later: what it has comes from other shards, so that the
    /// opening balances stay what they are.
    var commandsOfAddedShard: [Command] { assets.map { .addAsset($0) } }

    /// References of opening balances are above all that operators may use.
    private static let firstReference: UInt64 = 1 << 63

    private func part(
        of units: Int64,
        _ asset: AssetID,
        for shard: ShardPlan,
        of shards: [ShardPlan]
    ) -> Int64 {
        let pairs = instruments.filter { $0.base == asset || $0.quote == asset }.map(\.symbol)
        var owners = shards.filter { !Set($0.pairs).isDisjoint(with: pairs) }.map(\.id)
        if owners.isEmpty { owners = shards.prefix(1).map(\.id) }
        guard owners.contains(shard.id) else { return 0 }
        let (part, rest) = units.quotientAndRemainder(dividingBy: Int64(owners.count))
        return shard.id == owners[0] ? part + rest : part
    }
}
