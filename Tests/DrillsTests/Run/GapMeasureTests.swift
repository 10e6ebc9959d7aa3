import Testing

@testable import Drills

@Suite struct GapMeasureTests {
    private static let strike = Strike(nanoseconds: 100, what: "n1")

    private func shard(_ id: Int, _ pairs: [String]) -> ClusterStatus.Shard {
        ClusterStatus.Shard(id: id, epoch: 1, standbys: [], pairs: pairs)
    }

    private func answer(_ symbol: String, sent: UInt64, at: UInt64) -> Acknowledged {
        Acknowledged(symbol: symbol, sentNanoseconds: sent, nanoseconds: at)
    }

    @Test func firstOrderSentAfterTheFaultCounts() {
        let shards = [shard(1, ["A", "B"]), shard(2, ["C"])]
        var measure = GapMeasure(shards, since: Self.strike)
        // What was on its way when the fault struck says nothing of what comes after it.
        var isDone = measure.look(at: [answer("A", sent: 99, at: 101)])
        #expect(!isDone)
        var answers = [answer("A", sent: 99, at: 101), answer("B", sent: 101, at: 140)]
        isDone = measure.look(at: answers)
        #expect(!isDone)
        answers += [answer("A", sent: 102, at: 150), answer("C", sent: 103, at: 170)]
        isDone = measure.look(at: answers)
        #expect(isDone)
        #expect(measure.gaps == [1: 40, 2: 70])
    }

    @Test func otherShardsDoNotCount() {
        var measure = GapMeasure([shard(2, ["C"])], since: Self.strike)
        let isDone = measure.look(at: [answer("A", sent: 101, at: 102)])
        #expect(!isDone)
        #expect(measure.gaps.isEmpty)
    }

    @Test func longestSilenceIsThatOfTheQuietestShard() {
        let shards = [shard(1, ["A", "B"]), shard(2, ["C"])]
        let measure = GapMeasure(shards, since: Self.strike)
        let answers = [
            answer("A", sent: 90, at: 99), answer("A", sent: 95, at: 105),
            answer("C", sent: 101, at: 120), answer("B", sent: 101, at: 150),
            answer("A", sent: 140, at: 160), answer("C", sent: 101, at: 170),
        ]
        #expect(measure.longestSilence(in: answers, until: 180) == 50)
        // A shard that says nothing more is silent to the end.
        #expect(measure.longestSilence(in: answers, until: 400) == 240)
        #expect(measure.longestSilence(in: [], until: 400) == 300)
        #expect(GapMeasure([], since: Self.strike).longestSilence(in: answers, until: 400) == 0)
    }

    @Test func longestWaitIsOfAnswersThatCameAfterwards() {
        let measure = GapMeasure([shard(1, ["A"])], since: Self.strike)
        let answers = [
            answer("A", sent: 10, at: 99), answer("A", sent: 90, at: 130),
            answer("A", sent: 110, at: 140), answer("C", sent: 101, at: 170),
        ]
        #expect(measure.longestWait(in: answers) == 40)
        #expect(measure.longestWait(in: []) == 0)
    }

    @Test func faultOfNoShardLeavesNoGap() {
        var measure = GapMeasure([], since: Self.strike)
        let isDone = measure.look(at: [])
        #expect(isDone)
    }
}
