import Membership
import Routing
import Testing
import Trading

@Suite struct ShardRosterTests {
    private func map(_ shards: [(id: UInt16, pairs: [String])]) -> ShardMap {
        ShardMap(
            version: 1,
            members: [],
            shards: shards.map {
                ShardAssignment(
                    shard: ShardID($0.id),
                    epoch: Epoch(0),
                    primary: nil,
                    primaryInstance: 0,
                    standbys: [],
                    pairs: $0.pairs
                )
            }
        )
    }

    private func numbers(_ roster: ShardRoster) -> [UInt16] { roster.holders.map(\.rawValue) }

    private var roster: ShardRoster { ShardRoster(first: [1, 2].map { ShardID($0) }) }

    @Test func withoutAMapNobodyIsAsked() {
        #expect(numbers(roster) == [])
        #expect(!roster.lacksMap)
    }

    @Test func shardsOfTheFirstPlanCountWhateverTheyOwn() {
        var roster = roster
        roster.follow(map([(1, []), (2, ["A"])]))
        #expect(numbers(roster) == [1, 2])
    }

    @Test func anEmptyShardIsNotWaitedFor() {
        var roster = roster
        roster.follow(map([(1, ["A"]), (2, ["B"]), (3, [])]))
        #expect(numbers(roster) == [1, 2])
    }

    @Test func aShardCountsOnceItOwnsAPair() {
        var roster = roster
        roster.follow(map([(1, ["A"]), (2, []), (3, ["B"])]))
        #expect(numbers(roster) == [1, 2, 3])
    }

    @Test func aShardCountsOnceFundsWentThereAndStays() {
        var roster = roster
        roster.follow(map([(1, ["A"]), (2, ["B"]), (3, []), (4, [])]))
        roster.reach(ShardID(4))
        #expect(numbers(roster) == [1, 2, 4])
        roster.follow(map([(1, ["A"]), (2, ["B"]), (3, []), (4, [])]))
        #expect(numbers(roster) == [1, 2, 4])
    }

    /// An old map: whoever asks must wait for a newer one rather than leave a shard out.
    @Test func aShardThatTheMapDoesNotTellOfIsWaitedFor() {
        var roster = roster
        roster.follow(map([(1, ["A"]), (2, ["B"])]))
        roster.reach(ShardID(2))
        #expect(!roster.lacksMap)
        roster.reach(ShardID(3))
        #expect(roster.lacksMap)
        #expect(numbers(roster) == [1, 2])
        roster.follow(map([(1, ["A"]), (2, ["B"]), (3, [])]))
        #expect(!roster.lacksMap)
        #expect(numbers(roster) == [1, 2, 3])
    }
}
