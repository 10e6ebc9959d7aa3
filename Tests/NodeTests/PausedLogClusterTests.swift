import Configuration
import Foundation
import Glibc
import Testing

/// The log stops answering for longer than a router waits: "unknown" must be the truth.
@Suite(
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct PausedLogClusterTests {
    private static let count = 40

    private func order(_ index: Int) -> String {
        let symbol = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "XRPUSDT"][index % 4]
        let price = ["20000", "1500", "200", "0.4"][index % 4]
        return "symbol=\(symbol)&side=BUY&type=LIMIT&timeInForce=GTC&price=\(price)&quantity=20"
            + "&newClientOrderId=paused\(index)"
    }

    private func status(of index: Int, in cluster: TestCluster) throws -> String {
        let symbol = order(index).prefix { $0 != "&" }
        let bytes = try cluster.signed(
            "GET",
            "/api/v3/order",
            "\(symbol)&origClientOrderId=paused\(index)"
        )
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func unknownOrdersExistOnceOrNever() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let redis = try cluster.file().redis[0].pid
        #expect(kill(redis, SIGSTOP) == 0)
        // At once, so that the pause is longer than each one's deadline.
        let begun = Date()
        let answers = try cluster.signedTogether(
            (0..<Self.count).map { ("POST", "/api/v3/order", order($0)) }
        )
        let waited = Date().timeIntervalSince(begun)
        try cluster.wait { Date().timeIntervalSince(begun) > 7 }
        #expect(kill(redis, SIGCONT) == 0)

        #expect((4.5..<6.5).contains(waited), "\(waited) s")
        for answer in answers { #expect(answer.hasPrefix("504 {\"code\":-1007,"), "\(answer)") }

        // It resumes: a new order is acknowledged on every shard.
        for index in Self.count..<Self.count + 4 {
            try cluster.wait {
                let answer = try cluster.signed("POST", "/api/v3/order", order(index))
                return String(decoding: answer, as: UTF8.self).contains("\"status\":\"NEW\"")
            }
        }
        let first = try (0..<Self.count).map { try status(of: $0, in: cluster) }
        let settled = Date().addingTimeInterval(3)
        try cluster.wait { Date() > settled }
        let second = try (0..<Self.count).map { try status(of: $0, in: cluster) }
        #expect(first == second, "an unknown order appeared or vanished late")
        var present = 0
        for answer in second {
            if answer.contains("\"status\":\"NEW\"") {
                present += 1
            } else {
                #expect(answer.contains("-2013"), "\(answer)")
            }
        }
        let open = try cluster.signed("GET", "/api/v3/openOrders")
        let rows = String(decoding: open, as: UTF8.self).components(separatedBy: "\"paused").count
        #expect(rows - 1 == present + 4, "one order each, none twice")
    }
}
