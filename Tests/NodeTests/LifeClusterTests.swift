import Configuration
import Foundation
import Testing

/// A whole cluster from its start to its end.
@Suite(
    .serialized,
    .timeLimit(.minutes(3)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct LifeClusterTests {
    private static let bid =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=20000&quantity=0.01"
    private static let ask =
        "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&price=20000&quantity=0.004"
        + "&selfTradePreventionMode=NONE"

    private struct OrderID: Decodable { var orderId: Int64 }

    private func place(_ query: String, in cluster: TestCluster) throws -> Int64 {
        let answer = try cluster.signed("POST", "/api/v3/order", query)
        return try JSONDecoder().decode(OrderID.self, from: Data(answer)).orderId
    }

    /// Everything an account can see, byte for byte but for the time it was asked.
    private func view(_ cluster: TestCluster) throws -> [String] {
        try [
            cluster.signed("GET", "/api/v3/account"),
            cluster.signed("GET", "/api/v3/openOrders"),
            cluster.signed("GET", "/api/v3/allOrders", "symbol=BTCUSDT"),
            cluster.signed("GET", "/api/v3/myTrades", "symbol=BTCUSDT"),
            cluster.get("\(cluster.file().rest)/api/v3/depth?symbol=BTCUSDT"),
            cluster.get("\(cluster.file().rest)/api/v3/trades?symbol=BTCUSDT"),
        ].map {
            String(decoding: $0, as: UTF8.self)
                .replacing(/"updateTime":[0-9]+,"accountType"/, with: "\"accountType\"")
        }
    }

    @Test func stateOutlivesTheProcesses() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let first = try place(Self.bid + "&selfTradePreventionMode=NONE", in: cluster)
        _ = try place(Self.ask, in: cluster)
        let accounts = try cluster.file().accounts
        let before = try view(cluster)
        #expect(before[1].contains("PARTIALLY_FILLED"))
        #expect(before[3].contains("\"price\":\"20000.00000000\""))

        #expect(try cluster.down().code == 0)
        #expect(try TestCluster.processes(of: cluster.directory).isEmpty)
        let start = try cluster.up()
        #expect(start.code == 0, "\(start.errors)")
        #expect(try cluster.file().accounts == accounts)
        for (now, then) in zip(try view(cluster), before) { #expect(now == then) }
        let next = try place(Self.bid, in: cluster)
        #expect(next > first + 1, "order ids go on rising")
    }

    @Test func clusterTradesOverTLS() throws {
        let cluster = try TestCluster(topology: "local-tls")
        defer { cluster.stop() }
        _ = try place(Self.bid + "&selfTradePreventionMode=NONE", in: cluster)
        _ = try place(Self.ask, in: cluster)
        let file = try cluster.file()
        #expect(file.h2.hasPrefix("https://"))
        let depth = try cluster.get("\(file.h2)/api/v3/depth?symbol=BTCUSDT")
        #expect(
            String(decoding: depth, as: UTF8.self).contains("[\"20000.00000000\",\"0.00600000\"]")
        )
        for node in file.nodes {
            let health = try cluster.get("\(node.url)/health")
            #expect(String(decoding: health, as: UTF8.self).hasPrefix("ok "))
        }
    }

    @Test func nothingOutlivesASupervisorThatIsKilled() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let text = try FileStore.read("\(cluster.directory)/supervisor.pid")
        let number = String(decoding: text, as: UTF8.self).prefix { $0.isNumber }
        let pid = try #require(Int32(number))
        #expect(try TestCluster.processes(of: cluster.directory).count > 8)
        #expect(kill(pid, SIGKILL) == 0)
        try cluster.wait { try TestCluster.processes(of: cluster.directory).isEmpty }
    }
}
