import Audit
import Coordination
import Matching
import Membership
import Replication
import Shard
import Testing
import Trading
import Wire

/// What the golden set of a version holds: every kind of command in three epochs, as this build
/// writes it.
enum GoldenContent {
    /// The layouts that the set's name is made of.
    static var name: String {
        "log-\(LogEntry.version)-engine-\(TradingEngine.snapshotVersion)"
            + "-map-\(ClusterState.version)"
    }

    static let sessions: [UInt64] = [9, 12]

    static let pairs: [Instrument] = {
        var other = Market.instrument
        other.id = InstrumentID(3)
        other.symbol = "ETHUSDT"
        other.base = AssetID(2)
        other.haltBand = 20_000_000
        other.haltMicroseconds = 5000
        other.referenceMicroseconds = 3000
        return [Market.instrument, other]
    }()

    /// The set as this build writes it.
    static func written() throws -> GoldenSet {
        let shard = shardLog()
        let map = MapWriter()
        map.write()
        let shardSnapshot = try #require(shard.snapshot)
        let mapSnapshot = try #require(map.snapshot)
        var shardReplay = try LogReplay<ShardState>(snapshot: nil)
        for record in shard.records { try shardReplay.take(record) }
        var mapReplay = try LogReplay<MapState>(snapshot: nil)
        for record in map.records { try mapReplay.take(record) }
        return GoldenSet(
            shardLog: shard.records,
            shardSnapshot: shardSnapshot,
            mapLog: map.records,
            mapSnapshot: mapSnapshot,
            facts: shardReplay.withState { GoldenFacts.facts(of: $0) }
                + mapReplay.withState { GoldenFacts.facts(of: $0) }
        )
    }

    // MARK: The shard

    private static func shardLog() -> LogWriter {
        let writer = LogWriter()
        writer.marker(epoch: 1)
        writer.batch(Market.genesis)
        writer.batch(secondPair + terms, session: 12, unacknowledged: 3)
        for number in 0..<4 { writer.batch(Market.orders(number), unacknowledged: 4) }
        writer.batch([.void, Market.genesis[3]])
        for commands in special.prefix(8) { writer.batch(commands, session: 12) }
        writer.proposeAgain(epoch: 2)
        writer.marker(epoch: 2)
        for commands in special.dropFirst(8) { writer.batch(commands, unacknowledged: 5) }
        writer.takeSnapshot()
        for number in 4..<9 { writer.batch(Market.orders(number), unacknowledged: 2) }
        writer.marker(epoch: 5)
        for commands in afterwards { writer.batch(commands, session: 12, unacknowledged: 6) }
        return writer
    }

    private static var secondPair: [Command] {
        [
            .addAsset(Asset(id: AssetID(2), symbol: "ETH")), .addInstrument(pairs[1]),
            .deposit(
                account: AccountID(1),
                asset: AssetID(2),
                amount: Market.deposit,
                reference: 9
            ),
            .deposit(
                account: AccountID(2),
                asset: AssetID(2),
                amount: Market.deposit,
                reference: 10
            ),
        ]
    }

    private static var terms: [Command] {
        [
            .setFeeSchedule(
                FeeSchedule(
                    tiers: [.whole, FeeTier(makerShare: 50_000_000, takerShare: 80_000_000)],
                    discountAsset: AssetID(2),
                    discount: 25_000_000
                )
            ),
            .setAccountTerms(
                AccountTerms(
                    account: AccountID(2),
                    feeTier: 1,
                    paysInDiscountAsset: true,
                    tradeGroup: 7
                )
            ),
        ]
    }
}
