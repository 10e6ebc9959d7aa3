import Configuration
import Foundation
import Testing

/// A shard that is added to a running cluster: what clients see of it, and what a restart leaves.
@Suite(
    .serialized,
    .timeLimit(.minutes(3)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct GrowthClusterTests {
    private struct Account: Decodable {
        struct Balance: Decodable { var asset, free, locked: String }
        var balances: [Balance]
    }

    private struct Status: Decodable {
        struct Shard: Decodable {
            var id: Int
            var serving: Bool
            var standbys, pairs: [String]
        }
        var shards: [Shard]
        var moves: [String]
    }

    private static let all: Int64 = 100_000 * 100_000_000

    /// Free and locked BTC of the first account; fails when a shard is left out or does not answer.
    private func coins(_ cluster: TestCluster) throws -> Int64 {
        let bytes = try cluster.signed("GET", "/api/v3/account")
        let account = try JSONDecoder().decode(Account.self, from: Data(bytes))
        let balance = try #require(account.balances.first { $0.asset == "BTC" })
        return try [balance.free, balance.locked].reduce(0) {
            try $0 + #require(Int64($1.replacing(".", with: "")))
        }
    }

    private func control(_ cluster: TestCluster) throws -> String {
        "\(try cluster.file().coordinator[0].url)/control"
    }

    private func status(_ cluster: TestCluster) throws -> Status {
        let bytes = try cluster.get("\(try control(cluster))/status")
        return try JSONDecoder().decode(Status.self, from: Data(bytes))
    }

    /// Waits until a shard is served and has a standby; meanwhile every question is answered.
    private func waitForShard(_ number: Int, _ cluster: TestCluster) throws {
        try cluster.wait {
            #expect(try coins(cluster) == Self.all)
            return try status(cluster).shards.contains {
                $0.id == number && $0.serving && !$0.standbys.isEmpty
            }
        }
    }

    private func sell(_ quantity: Int, _ cluster: TestCluster) throws -> String {
        let order =
            "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&price=1000&quantity=\(quantity)"
        return String(
            decoding: try cluster.signed("POST", "/api/v3/order", order),
            as: UTF8.self
        )
    }

    @Test func anAddedShardTradesAndIsThereAfterARestart() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let control = try control(cluster)
        #expect(try sell(100, cluster).contains("\"status\":\"NEW\""))
        let dryRun = try cluster.post("\(control)/shards", #"{"dryRun":true}"#)
        #expect(dryRun.contains("\"shard\":5") && dryRun.contains("\"dryRun\":true"), "\(dryRun)")
        #expect(try status(cluster).shards.count == 4)
        for number in 5...6 {
            let answer = try cluster.post("\(control)/shards", "")
            #expect(answer.contains("\"code\":\"OK\""), "\(answer)")
            try waitForShard(number, cluster)
        }
        let again = try cluster.post("\(control)/shards", #"{"shard":5}"#)
        #expect(again.contains("SHARD_EXISTS"), "\(again)")

        _ = try cluster.post("\(control)/pairs/BTCUSDT/move", #"{"shard":5}"#)
        try cluster.wait {
            #expect(try coins(cluster) == Self.all)
            let now = try status(cluster)
            return now.moves.isEmpty
                && now.shards.contains { $0.id == 5 && $0.pairs == ["BTCUSDT"] }
        }
        // The new shard has what the open order holds; the rest is pulled there.
        let answer = try sell(9_000, cluster)
        #expect(answer.contains("\"status\":\"NEW\""), "\(answer)")
        #expect(try coins(cluster) == Self.all)

        #expect(try cluster.down().code == 0)
        let start = try cluster.up()
        #expect(start.code == 0, "\(start.errors)")
        try waitForShard(5, cluster)
        try waitForShard(6, cluster)
        #expect(try status(cluster).shards.map(\.id) == [1, 2, 3, 4, 5, 6])
        let open = try cluster.signed("GET", "/api/v3/openOrders")
        #expect(String(decoding: open, as: UTF8.self).count { $0 == "{" } == 2)
    }
}
