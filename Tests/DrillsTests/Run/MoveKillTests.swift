import Configuration
import Testing
import Workload

@testable import Drills

/// Who is killed at which step of a move, and what is crowded.
@Suite struct MoveKillTests {
    private static let count = MoveStep.allCases.count * MoveVictim.allCases.count

    private func kill(_ number: Int, seed: UInt64 = 1) throws -> (FaultChoice, MoveKill) {
        let cluster = try SampleCluster("local-quorum")
        var random = SplitMix(seed: seed)
        let choice = try cluster.chooser.choose(
            .killDuringMove,
            cluster.status,
            coordinator: "c2",
            number: number,
            &random
        )
        guard case .killAtStep(let kill)? = choice.action else {
            throw LoadError("no kill was chosen")
        }
        return (choice, kill)
    }

    @Test func allCombinationsComeInTurn() {
        let seen = (1...Self.count).map { number in
            let (step, victim) = MoveKill.combination(number)
            return "\(step) \(victim)"
        }
        #expect(Set(seen).count == Self.count)
        #expect(MoveStep.allCases.reversed().sorted() == MoveStep.allCases)
        #expect(MoveKill.combination(Self.count + 1) == MoveKill.combination(1))
    }

    @Test(arguments: 1...30) func victimPlaysItsPart(number: Int) throws {
        let (choice, kill) = try kill(number, seed: UInt64(number))
        let status = try SampleCluster("local-quorum").status
        func primary(_ shard: Int) -> String? { status.shards.first { $0.id == shard }?.primary }
        #expect(primary(kill.source) != primary(kill.destination))
        #expect(status.shards.first { $0.pairs.contains(kill.symbol) }?.id == kill.source)
        switch kill.victim {
        case .source, .destination:
            let shard = kill.victim == .source ? kill.source : kill.destination
            #expect(choice.members == [.node(try #require(primary(shard)))])
            #expect(choice.deposed.contains(shard))
            #expect(choice.excused == nil)
        case .coordinator:
            #expect(choice.members == [.coordinator("c2")])
            #expect(choice.excused == [])
        case .router:
            #expect(choice.members == [.node("g2")])
            #expect(choice.excused?.count == 2)
        case .redis: #expect(choice.excused == [])
        }
        #expect(choice.shards.allSatisfy { !$0.pairs.isEmpty })
    }

    @Test func tableCountsMovesByStepAndVictim() throws {
        #expect(MoveKillOutcome.table([]) == nil)
        var done = MoveKillOutcome(step: .freeze, victim: .redis)
        done.isDone = true
        let stays = MoveKillOutcome(step: .freeze, victim: .redis)
        let table = try #require(MoveKillOutcome.table([done, stays]))
        let lines = table.split(separator: "\n")
        #expect(lines.count == MoveStep.allCases.count + 1)
        #expect(lines[3].split(separator: " ") == ["freeze", "0/0", "0/0", "0/0", "0/0", "1/2"])
    }

    @Test func crowdIsTooMuchForOneNodeAndNotForTwo() throws {
        let cluster = try SampleCluster("local-auto")
        for number in 1...2 {
            var random = SplitMix(seed: 1)
            let choice = try cluster.chooser.choose(
                .autoRebalance,
                cluster.status,
                coordinator: "c1",
                number: number,
                &random
            )
            let crowd = try #require(choice.action?.crowd)
            #expect(crowd.rate > crowd.limit)
            #expect(crowd.rate / 2 < crowd.limit)
            // First a role can help, then only a pair.
            #expect(choice.shards.count == 3 - number)
            #expect(Set(choice.shards.compactMap(\.primary)).count == 1)
            #expect(crowd.symbols.count == (number == 1 ? 4 : 2))
        }
    }

    @Test func crowdNeedsALimit() throws {
        let cluster = try SampleCluster("local")
        #expect(throws: LoadError.self) { try cluster.choice(.autoRebalance) }
    }

    @Test func changesOfRolesAndPairsAreNamed() throws {
        let before = try SampleCluster("local").status
        var after = before
        after.shards[3].primary = "n3"
        let pair = after.shards[0].pairs.removeFirst()
        after.shards[1].pairs.append(pair)
        #expect(after.changes(since: before) == ["\(pair) to shard 2", "shard 4 to n3"])
        #expect(after.changes(since: after) == [])
    }
}
