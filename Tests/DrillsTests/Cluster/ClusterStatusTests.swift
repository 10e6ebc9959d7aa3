import FoundationEssentials
import Testing

@testable import Drills

@Suite struct ClusterStatusTests {
    private func status() throws -> ClusterStatus {
        let json = """
            {"mapVersion":3,"leader":true,"nodes":[
            {"id":"n1","role":"shard","zone":"a","state":"alive","pid":7,"url":"http://127.0.0.1:1"},
            {"id":"n2","role":"shard","zone":"b","state":"alive","pid":null,"url":null}],
            "shards":[{"id":1,"epoch":2,"primary":"n1","serving":true,"standbys":["n2"],
            "pairs":["BTCUSDT"],"logPosition":9,"lag":0}],
            "recent":[{"time":1,"what":"x","why":"y"}]}
            """
        return try JSONDecoder().decode(ClusterStatus.self, from: Data(json.utf8))
    }

    @Test func answerOfTheCoordinatorIsRead() throws {
        let status = try status()
        #expect(status.weakness == nil)
        #expect(status.leaders == ["n1"])
        #expect(status.pureStandbys == ["n2"])
        #expect(status.shards(ledBy: "n1").map(\.id) == [1])
        #expect(status.epochs == [1: 2])
    }

    @Test func everyWeaknessIsSeen() throws {
        let spoil: [(inout ClusterStatus) -> Void] = [
            { $0.nodes[1].state = "suspect" }, { $0.shards[0].primary = nil },
            { $0.shards[0].serving = false }, { $0.shards[0].standbys = [] },
            { $0.shards[0].lag = nil }, { $0.shards[0].lag = 65 }, { $0.shards = [] },
        ]
        for spoilOne in spoil {
            var status = try status()
            spoilOne(&status)
            #expect(status.weakness != nil)
        }
    }
}
