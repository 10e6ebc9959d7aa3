import Coordination
import Membership
import Trading

/// Which shards the simulated cluster has, what they trade and where they may run.
struct ClusterLayout {
    /// A shard as the operator plans it.
    struct Shard {
        var id: ShardID
        var pairs: [Instrument]
        /// The nodes that host a replica, the preferred primary first.
        var nodes: [Int]
    }

    static let shardCountMax = 3
    static let accounts: [AccountID] = (1...4).map { AccountID($0) }

    private(set) var shards: [Shard] = []
    /// By instrument id, which is one of the whole cluster.
    private(set) var pairs: [Instrument] = []
    /// Those of the pairs, on every shard.
    let assets: [Asset]

    private static let btc = Asset(id: AssetID(0), symbol: "BTC")
    private static let usdt = Asset(id: AssetID(1), symbol: "USDT")
    private static let eth = Asset(id: AssetID(2), symbol: "ETH")

    /// A cluster of one shard leaves nothing to chance.
    ///
    /// - Parameters:
    ///   - shardCount: 1 to 3; the seed says if nil.
    ///   - nodeCount: How many nodes there are.
    ///   - dice: Used for this and nothing else.
    init(shardCount: Int?, nodeCount: Int, _ dice: inout RandomSource) {
        let drawn = 1 + dice.index(below: Self.shardCountMax)
        let count = shardCount ?? drawn
        assets = [Self.btc, Self.usdt] + (count > 1 ? [Self.eth] : [])
        add(Self.btc, Self.usdt)
        if count > 1 { add(Self.eth, Self.usdt) }
        // Two shards have two pairs, or three.
        if count > 2 || (count == 2 && dice.isOne(in: 2)) { add(Self.eth, Self.btc) }
        for index in 0..<count {
            let hosts = count == 1 ? nodeCount : nodeCount - dice.index(below: 2)
            let own = pairs.indices.filter { $0 % count == index }
            shards.append(
                Shard(
                    id: ShardID(UInt16(index + 1)),
                    pairs: own.map { pairs[$0] },
                    nodes: (0..<hosts).map { (index + $0) % nodeCount }
                )
            )
        }
    }

    /// The place of the shard that trades a pair.
    func shard(of pair: InstrumentID) -> Int { Int(pair.rawValue) % shards.count }

    /// The place of a shard by its number.
    func place(of shard: ShardID) -> Int { Int(shard.rawValue) - 1 }

    /// What the coordinators are told at the first start.
    var topology: TopologyPlan {
        TopologyPlan(
            shards: shards.map { shard in
                ShardPlan(
                    shard: shard.id,
                    pairs: shard.pairs.map(\.symbol),
                    replicas: shard.nodes.map { NodeID("\($0)") }
                )
            }
        )
    }

    /// The first commands of a shard: every asset, its pairs, and funds for all accounts.
    func genesis(of shard: Int) -> [Command] {
        assets.map(Command.addAsset) + shards[shard].pairs.map(Command.addInstrument)
            + Self.accounts.flatMap { account in
                assets.map { asset in
                    Command.deposit(
                        account: account,
                        asset: asset.id,
                        amount: Amount(units: 100_000_000_000),
                        reference: UInt64(account.rawValue) * UInt64(assets.count)
                            + UInt64(asset.id.rawValue)
                    )
                }
            }
    }

    private mutating func add(_ base: Asset, _ quote: Asset) {
        pairs.append(
            Instrument(
                id: InstrumentID(UInt16(pairs.count)),
                symbol: base.symbol + quote.symbol,
                base: base.id,
                quote: quote.id,
                tickUnits: 1_000_000,
                lotUnits: 100_000,
                priceMin: Price(ticks: 1),
                priceMax: Price(ticks: 1_000_000),
                quantityMin: Quantity(lots: 1),
                quantityMax: Quantity(lots: 1000),
                marketQuantityMax: Quantity(lots: 0),
                notionalMin: .zero,
                notionalMax: Amount(units: .max),
                bidMultiplierUp: 0,
                bidMultiplierDown: 0,
                askMultiplierUp: 0,
                askMultiplierDown: 0,
                marketBand: 0,
                openOrdersMax: 200,
                makerRate: 75_000,
                takerRate: 100_000,
                defaultSelfTradePrevention: .expireTaker
            )
        )
    }
}
