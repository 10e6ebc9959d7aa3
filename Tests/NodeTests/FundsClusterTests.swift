import Configuration
import Foundation
import Testing

/// One balance trades on every shard; deposits and withdrawals; to the unit, also under faults.
///
/// Of the first account's 100,000 BTC one half is on shard 1 with BTCUSDT, one on shard 2 with BNBBTC.
@Suite(
    .serialized,
    .timeLimit(.minutes(4)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct FundsClusterTests {
    private struct Account: Decodable {
        struct Balance: Decodable { var asset, free, locked: String }
        var balances: [Balance]
    }

    private struct View: Decodable {
        struct Balance: Decodable { var asset, free, locked, inTransit, withdrawing: String }
        struct Total: Decodable { var balances: [Balance] }
        var total: Total
    }

    private static let all: Int64 = 100_000 * 100_000_000

    private func units(_ text: String) throws -> Int64 {
        try #require(Int64(text.replacing(".", with: "")))
    }

    /// Free and locked BTC of the first account, as it is told.
    private func coins(_ cluster: TestCluster) throws -> [Int64]? {
        try coins(in: try cluster.signed("GET", "/api/v3/account"))
    }

    private func coins(in answer: [UInt8]) throws -> [Int64]? {
        // A shard without a primary answers nobody for a moment.
        guard let account = try? JSONDecoder().decode(Account.self, from: Data(answer)) else {
            return nil
        }
        let balance = try #require(account.balances.first { $0.asset == "BTC" })
        return [try units(balance.free), try units(balance.locked)]
    }

    private func sell(_ quantity: Int, _ number: Int) -> (String, String, String) {
        (
            "POST", "/api/v3/order",
            "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&price=1000&quantity=\(quantity)"
                + "&newClientOrderId=sell-\(number)"
        )
    }

    private func buy(_ quantity: Int, _ number: Int) -> (String, String, String) {
        (
            "POST", "/api/v3/order",
            "symbol=BNBBTC&side=BUY&type=LIMIT&timeInForce=GTC&price=1&quantity=\(quantity)"
                + "&newClientOrderId=buy-\(number)"
        )
    }

    private func send(_ cluster: TestCluster, _ order: (String, String, String)) throws -> String {
        String(decoding: try cluster.signed(order.0, order.1, order.2), as: UTF8.self)
    }

    private func router(_ cluster: TestCluster) throws -> String {
        try #require(try cluster.file().nodes.first { $0.role == "router" }).url
    }

    private func view(_ cluster: TestCluster, account: Int) throws -> View.Balance {
        let bytes = try cluster.get("\(try router(cluster))/control/accounts/\(account)")
        let view = try JSONDecoder().decode(View.self, from: Data(bytes))
        return try #require(view.total.balances.first { $0.asset == "BTC" })
    }

    @Test func oneBalanceTradesOnEveryShardAndNeverTwice() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        for number in 1...11 {
            let answer = try send(cluster, sell(9_000, number))
            #expect(answer.contains("\"status\":\"NEW\""), "\(number): \(answer)")
            #expect(try coins(cluster)?.reduce(0, +) == Self.all)
        }
        let refused = try send(cluster, sell(9_000, 12))
        #expect(refused.contains("-2010"), "\(refused)")
        // 1,000 are left: two shards want 900 each at the same moment.
        let answers = try cluster.signedTogether([sell(900, 13), buy(900, 14)])
        #expect(answers.count { $0.hasPrefix("200 ") } == 1, "\(answers)")
        #expect(answers.count { $0.contains("-2010") } == 1, "\(answers)")
        #expect(try coins(cluster) == [100 * 100_000_000, Self.all - 100 * 100_000_000])
    }

    @Test func whoAsksWhileFundsMoveSeesAllOfThem() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let question = ("GET", "/api/v3/account", "")
        for round in 0..<10 {
            // More than either shard has by itself.
            let orders = (1...7).map { number in
                round % 2 == 0 ? sell(9_000, 10 * round + number) : buy(9_000, 10 * round + number)
            }
            let answers = try cluster.signedTogether(orders.flatMap { [$0, question] })
            #expect(
                answers.count == 14 && answers.allSatisfy { $0.hasPrefix("200 ") },
                "\(answers)"
            )
            for answer in answers where !answer.contains("clientOrderId") {
                let sum = try coins(in: Array(answer.utf8.dropFirst(4)))?.reduce(0, +)
                #expect(sum == Self.all, "\(answer)")
            }
            let pair = round % 2 == 0 ? "BTCUSDT" : "BNBBTC"
            let gone = try cluster.signed("DELETE", "/api/v3/openOrders", "symbol=\(pair)")
            #expect(String(decoding: gone, as: UTF8.self).contains("CANCELED"))
        }
        #expect(try coins(cluster) == [Self.all, 0])
    }

    @Test func depositsAndWithdrawalsCountOnce() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let control = "\(try router(cluster))/control"
        func post(_ path: String, _ body: String = "") throws -> String {
            try cluster.post("\(control)/\(path)", body)
        }
        let deposit = #"{"id": 5, "account": 77, "asset": "BTC", "amount": "1.5"}"#
        for _ in 0..<2 { #expect(try post("deposits", deposit).contains("\"done\":true")) }
        let other = #"{"id": 5, "account": 77, "asset": "BTC", "amount": "1.6"}"#
        #expect(try post("deposits", other).contains("something else"))
        #expect(try view(cluster, account: 77).free == "1.50000000")
        // Shard 1 has half of the first account's BTC: the rest is pulled there.
        let payout = #"{"id": 6, "account": 1, "asset": "BTC", "amount": "70000"}"#
        for _ in 0..<2 { #expect(try post("withdrawals", payout).contains("\"done\":true")) }
        #expect(try view(cluster, account: 1).withdrawing == "70000.00000000")
        #expect(try coins(cluster)?.reduce(0, +) == Self.all)
        for _ in 0..<2 { #expect(try post("withdrawals/6/confirm").contains("\"done\":true")) }
        #expect(try post("withdrawals/6/release").contains("something else"))
        #expect(try view(cluster, account: 1).free == "30000.00000000")
        let statement = try cluster.get("\(control)/accounts/1/statement?asset=BTC")
        let text = String(decoding: statement, as: UTF8.self)
        for word in ["deposited", "sent", "received", "reserved", "withdrawn"] {
            #expect(text.contains("\"\(word)\""), "\(text)")
        }
        // Through the edge nobody is an operator.
        let edge = try cluster.post("\(try cluster.file().rest)/control/deposits", deposit)
        #expect(edge.contains("operators only"))
    }

    @Test func killedPrimariesLoseNothingUnderWay() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        // n1 leads shard 1, n2 shard 2; orders on both pull the same funds to and fro.
        for (round, victim) in ["n2", "n1"].enumerated() {
            let first = round * 100
            // Shard 1 needs some of shard 2, or the other way round once funds have moved there.
            var orders = (1...7).map { sell(8_500, first + $0) }
            orders += (1...4).map { buy(9_000, first + 50 + $0) }
            let node = try #require(try cluster.file().nodes.first { $0.id == victim })
            let answer = "\(cluster.directory)/answer-0"
            try? FileManager.default.removeItem(atPath: answer)
            let killer = Thread {
                // While the others are on their way.
                let deadline = Date().addingTimeInterval(5)
                while !FileManager.default.fileExists(atPath: answer), Date() < deadline {
                    usleep(200)
                }
                kill(node.pid, SIGKILL)
            }
            killer.start()
            _ = try cluster.signedTogether(orders)
            try cluster.wait { try coins(cluster)?.reduce(0, +) == Self.all }
            for pair in ["BTCUSDT", "BNBBTC"] {
                _ = try cluster.signed("DELETE", "/api/v3/openOrders", "symbol=\(pair)")
            }
            try cluster.wait {
                try coins(cluster)?.reduce(0, +) == Self.all
                    && (try? view(cluster, account: 1).inTransit) == "0.00000000"
            }
        }
        let path = "\(try router(cluster))/control/accounts/1/statement?asset=BTC"
        let statement = String(decoding: try cluster.get(path), as: UTF8.self)
        #expect(statement.contains("\"received\""), "nothing was under way: \(statement)")
    }
}
