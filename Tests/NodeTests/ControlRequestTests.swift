import Membership
import Testing
import Trading

@testable import Node

@Suite struct ControlRequestTests {
    private func read(
        _ method: String,
        _ path: String,
        _ body: String = ""
    ) throws(ControlError) -> ControlRequest {
        try ControlRequest(method: method, path: "/control/\(path)", body: Array(body.utf8))
    }

    private func code(_ method: String, _ path: String, _ body: String = "") -> String? {
        do throws(ControlError) {
            _ = try read(method, path, body)
            return nil
        } catch {
            return "\(error.status) \(error.code)"
        }
    }

    @Test func questionsAreRead() throws {
        #expect(try read("GET", "status") == .status)
        #expect(try read("GET", "nodes") == .nodes)
        #expect(try read("GET", "shards") == .shards)
        #expect(try read("GET", "rebalance") == .rebalancePlan)
    }

    @Test func ordersAreRead() throws {
        let one = ShardID(1)
        #expect(
            try read("POST", "shards/1/switch") == .switchOver(one, to: nil, isDryRun: false)
        )
        #expect(
            try read("POST", "shards/1/switch", #"{"to":"n2","dryRun":true}"#)
                == .switchOver(one, to: NodeID("n2"), isDryRun: true)
        )
        #expect(
            try read("POST", "nodes/n1/drain", "{}") == .drain(NodeID("n1"), true, isDryRun: false)
        )
        #expect(
            try read("POST", "nodes/n1/undrain", #"{"dryRun":true}"#)
                == .drain(NodeID("n1"), false, isDryRun: true)
        )
        #expect(
            try read("POST", "pairs/BTCUSDT/move", #"{"shard":2}"#)
                == .move(pair: "BTCUSDT", to: ShardID(2), isDryRun: false)
        )
        #expect(
            try read("POST", "pairs/BTCUSDT/phase", #"{"phase":"cancelOnly"}"#)
                == .setPhase(pair: "BTCUSDT", .cancelOnly, isDryRun: false)
        )
        #expect(try read("POST", "shards") == .addShard(nil, isDryRun: false))
        #expect(
            try read("POST", "shards", #"{"shard":5,"dryRun":true}"#)
                == .addShard(ShardID(5), isDryRun: true)
        )
        #expect(
            try read("POST", "rebalance", #"{"dryRun":true}"#) == .rebalance(isDryRun: true)
        )
    }

    /// A misspelt `dryRun` must not be taken for nothing.
    @Test(arguments: [
        #"{"dryrun":true}"#, #"{"dryRun":1}"#, #"{"to":7}"#, "[]", "{", #"{"shard":2}"#,
    ])
    func aBodyThatIsNotWantedIsRefused(body: String) {
        #expect(code("POST", "shards/1/switch", body) == "400 BAD_REQUEST")
    }

    @Test(arguments: [
        ("pairs/BTCUSDT/move", ""), ("pairs/BTCUSDT/move", #"{"shard":70000}"#),
        ("pairs/BTCUSDT/phase", #"{"phase":"asleep"}"#), ("shards/one/switch", ""),
        ("shards/65536/switch", ""), ("shards", #"{"shard":0}"#),
        ("shards", #"{"shard":65536}"#), ("shards", #"{"to":"n1"}"#),
        ("nodes/n1/drain", #"{"to":"n2"}"#),
    ])
    func aMissingOrWrongValueIsRefused(path: String, body: String) {
        #expect(code("POST", path, body) == "400 BAD_REQUEST")
    }

    @Test func otherPathsAndMethodsAreRefused() {
        #expect(code("GET", "shards/1/switch") == "404 NO_SUCH_PATH")
        #expect(code("GET", "") == "404 NO_SUCH_PATH")
        #expect(code("POST", "status") == "404 NO_SUCH_PATH")
        #expect(code("POST", "shards/1/stop") == "404 NO_SUCH_PATH")
        #expect(code("DELETE", "shards") == "405 BAD_METHOD")
    }

    @Test func refusalsSayWhyAndWhoLeads() {
        let json = ControlJSON.encode(.notLeading("127.0.0.1:9021"))
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"code":"NOT_LEADING","msg":"this coordinator does not lead; "#
                + #"127.0.0.1:9021 does","leader":"127.0.0.1:9021"}"#
        )
    }
}
