import Testing

@testable import Operations

/// What an operator reads out of the coordinator's answer.
@Suite struct ClusterAnswerTests {
    private func answer(_ events: [String]) -> ClusterAnswer {
        ClusterAnswer(
            leader: "c1",
            mapVersion: 1,
            nodes: [],
            shards: [],
            moves: [],
            recent: events.enumerated().map {
                ClusterAnswer.Event(time: Int64($0), what: $1, why: "a test")
            }
        )
    }

    @Test func newestRefusalOfAPairIsFound() {
        let answer = answer([
            "BTCUSDT stays on shard 1", "ETHUSDT stays on shard 2", "BTCUSDT stays on shard 1",
            "BTCUSDT moves from shard 1 to shard 2", "ETHBTC trades on shard 3",
        ])
        #expect(answer.newestRefusal(of: "BTCUSDT")?.time == 2)
        #expect(answer.newestRefusal(of: "ETHUSDT")?.time == 1)
        #expect(answer.newestRefusal(of: "ETHBTC") == nil)
        // A name that only begins like another's.
        #expect(answer.newestRefusal(of: "BTC") == nil)
    }
}
