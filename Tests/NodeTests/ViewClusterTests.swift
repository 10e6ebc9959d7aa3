import Configuration
import Foundation
import Testing

/// What operators see of a cluster that has traded.
@Suite(
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct ViewClusterTests {
    /// The shape that scripts rely on; a missing field fails to decode.
    private struct View: Decodable {
        struct Node: Decodable { var id, zone, state, url: String; var pid: Int32 }
        struct Shard: Decodable {
            var id, epoch: Int
            var primary: String
            var standbys, pairs: [String]
            var logPosition, lag: Int
        }
        struct Event: Decodable { var time: Int64; var what, why: String }
        var mapVersion: Int
        var nodes: [Node]
        var shards: [Shard]
        var recent: [Event]
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func coordinatorAndEveryProcessTellWhatTheyDo() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let file = try cluster.file()
        _ = try cluster.signed(
            "POST",
            "/api/v3/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=20000&quantity=0.01"
        )
        try checkView(cluster, file)
        try checkMetrics(cluster, file)
    }

    private func checkView(_ cluster: TestCluster, _ file: ClusterFile) throws {
        let bytes = try cluster.get("\(file.coordinator[0].url)/cluster")
        let view = try JSONDecoder().decode(View.self, from: Data(bytes))
        #expect(view.mapVersion > 0)
        #expect(view.nodes.map(\.id) == file.nodes.map(\.id).sorted())
        for node in file.nodes {
            let shown = try #require(view.nodes.first { $0.id == node.id })
            #expect(shown.pid == node.pid && shown.url == node.url && shown.zone == node.zone)
            #expect(!shown.state.isEmpty)
        }
        let zones = Dictionary(uniqueKeysWithValues: view.nodes.map { ($0.id, $0.zone) })
        #expect(view.shards.map(\.id) == [1, 2, 3, 4])
        for shard in view.shards {
            #expect(shard.epoch > 0 && shard.logPosition > 0 && shard.lag >= 0)
            #expect(shard.standbys.count == 1 && shard.pairs.count == 2)
            #expect(zones[shard.primary] != zones[shard.standbys[0]])
        }
        #expect(view.recent.contains { $0.time > 0 && !$0.what.isEmpty && !$0.why.isEmpty })
    }

    private func checkMetrics(_ cluster: TestCluster, _ file: ClusterFile) throws {
        let delay = ["castle_event_loop_delay_seconds_bucket"]
        let router = [
            "castle_requests_total{", "castle_ack_seconds_bucket", "castle_ack_seconds_sum",
        ]
        let shard = [
            "castle_acks_total{", "castle_rejects_total{", "castle_batch_commands_bucket",
            "castle_append_seconds_bucket", "castle_log_position{",
        ]
        let coordinator = ["castle_standby_lag_entries{", "castle_failovers_total"]
        var processes = file.nodes.map { ($0.url, delay + ($0.role == "router" ? router : shard)) }
        processes += file.coordinator.map { ($0.url, delay + coordinator) }
        for (url, names) in processes {
            #expect(text(try cluster.get("\(url)/health")).hasPrefix("ok "))
            let metrics = text(try cluster.get("\(url)/metrics"))
            for name in names { #expect(metrics.contains(name), "\(url) lacks \(name)") }
        }
    }
}
