import Configuration
import Foundation
import TLS
import Testing

/// Keys and order limits of a whole cluster, under Binance's limits.
@Suite(
    .serialized,
    .timeLimit(.minutes(3)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct KeysClusterTests {
    private struct Key: Decodable {
        var apiKey: String
        var secret: String
    }

    private func castle(_ cluster: TestCluster, _ words: String...) throws -> Run {
        try Run(Repository.binary, ["key"] + words + ["--dir", cluster.directory])
    }

    private func routers(_ cluster: TestCluster) throws -> [String] {
        try cluster.file().nodes.filter { $0.role == "router" }.map(\.url)
    }

    /// The status of a signed question, asked of one router.
    private func status(_ key: Key, _ router: String) throws -> String {
        let text = "timestamp=\(Int(Date().timeIntervalSince1970 * 1000))"
        let code = hexadecimal(
            HMACSHA256(key: Array(key.secret.utf8)).authenticate(Array(text.utf8))
        )
        let run = try Run(
            "curl",
            [
                "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                "X-MBX-APIKEY: \(key.apiKey)",
                "\(router)/api/v3/account?\(text)&signature=\(code)",
            ]
        )
        return run.output
    }

    @Test func keyIsKnownEverywhereAtOnceAndRefusedEverywhereAtOnce() throws {
        let cluster = try TestCluster(topology: "local-reference")
        defer { cluster.stop() }
        let made = try castle(cluster, "create", "--account", "bob", "--json")
        let key = try JSONDecoder().decode(Key.self, from: Data(made.output.utf8))
        let routers = try routers(cluster)
        #expect(routers.count == 2)
        for router in routers { #expect(try status(key, router) == "200") }
        // Keys of the cluster's files can be revoked too, and stay so over a start.
        let file = try cluster.file().accounts[0]
        let first = Key(apiKey: file.apiKey, secret: file.secret)
        for router in routers { #expect(try status(first, router) == "200") }
        for text in [key.apiKey, first.apiKey] {
            #expect(try castle(cluster, "revoke", text).code == 0)
        }
        for router in routers {
            #expect(try status(key, router) == "401")
            #expect(try status(first, router) == "401")
        }
        #expect(try castle(cluster, "revoke", key.apiKey).code == 1)
        _ = try cluster.down()
        #expect(try cluster.up().code == 0)
        for router in try self.routers(cluster) {
            #expect(try status(first, router) == "401")
        }
        // Nothing that a process wrote down for people has a secret in it.
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(cluster.directory)/logs")
        {
            let bytes = try FileStore.read("\(cluster.directory)/logs/\(name)")
            #expect(!String(decoding: bytes, as: UTF8.self).contains(key.secret), "\(name)")
        }
    }

    @Test func limitIsThatOfTheAccountWhereverItTrades() throws {
        let cluster = try TestCluster(topology: "local-reference")
        defer { cluster.stop() }
        // Enough of an interval is left.
        try cluster.wait { Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 10) < 1 }
        var accepted = 0
        var refused = 0
        for round in 0..<6 {
            // All of one shard first: the others lend it what they have.
            let symbol = round < 4 ? "BTCUSDT" : "ETHUSDT"
            let orders = (0..<20).map { number in
                (
                    method: "POST", path: "/api/v3/order",
                    query: "symbol=\(symbol)&side=BUY&type=LIMIT&timeInForce=GTC&price=1000"
                        + "&quantity=0.1&newClientOrderId=o-\(round)-\(number)"
                )
            }
            let answers = try cluster.signedTogether(orders)
            accepted += answers.count { $0.hasPrefix("200") }
            refused += answers.count { $0.contains("-1015") }
        }
        #expect(accepted == 100)
        #expect(refused == 20)
    }
}
