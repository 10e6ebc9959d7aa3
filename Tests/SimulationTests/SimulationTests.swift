import Simulation
import Testing

/// As many seeds as a few seconds allow; `castle simulate` runs more.
@Suite struct SimulationTests {
    @Test(.timeLimit(.minutes(1)), arguments: 0..<8 as Range<UInt64>)
    func everyInvariantHolds(part: UInt64) {
        var lines: [String] = []
        let first = 1000 + part * 10
        let isSound = SimulateCommand.run(.init(seed: first, seeds: 10, steps: 3000)) {
            lines.append($0)
        }
        #expect(isSound, "\(lines.joined(separator: "\n"))")
    }

    @Test func aSimulationIsMoreThanASunnyDay() {
        let runs = (1...8).map { SimulateCommand.simulate($0, .init(seed: $0, steps: 4000)) }
        #expect(runs.reduce(0) { $0 + $1.epochCount } > 25)
        #expect(runs.reduce(0) { $0 + $1.completedCount } > 200)
        #expect(runs.reduce(0) { $0 + $1.faults.count } > 60)
        #expect(runs.allSatisfy { $0.entryCount > 2 })
    }

    @Test func theSameSeedDoesTheSame() {
        let first = SimulateCommand.simulate(7, .init(seed: 7, steps: 1000))
        let second = SimulateCommand.simulate(7, .init(seed: 7, steps: 1000))
        #expect(first.traceHash == second.traceHash)
        #expect(first.trace == second.trace)
        #expect(
            SimulateCommand.simulate(8, .init(seed: 8, steps: 1000)).traceHash != first.traceHash
        )
    }

    /// Runs of one, of two and of three shards.
    @Test(arguments: 1...3) func everyNumberOfShardsIsSound(shards: Int) {
        let runs = (1...6).map {
            SimulateCommand.simulate($0, .init(seed: $0, steps: 4000, shardCount: shards))
        }
        #expect(runs.allSatisfy { $0.failure == nil })
        #expect(runs.allSatisfy { $0.shardCount == shards })
        #expect(runs.reduce(0) { $0 + $1.completedCount } > 150)
        #expect(runs.reduce(0) { $0 + $1.epochCount } > 20)
        #expect(runs.reduce(0) { $0 + $1.switchOverCount } > 0)
    }

    @Test func seedsDrawTheNumberOfShards() {
        let counts = (1...30).map {
            SimulateCommand.simulate($0, .init(seed: $0, steps: 1)).shardCount
        }
        #expect(Set(counts) == [1, 2, 3])
    }

    /// Each was the first to show a fault of the roles, which has been mended since.
    ///
    /// All are of the time when a cluster had one shard and no operators, and mean what they meant.
    ///
    /// A standby that took its first answer for the end of the log (110,925); a primary that did not
    /// look for the base of its next term (203,899).
    @Test(arguments: [110_925, 203_899] as [UInt64])
    func seedThatFailedOnce(seed: UInt64) {
        let options = SimulateCommand.Options(
            seed: seed,
            steps: 6000,
            shardCount: 1,
            hasOperators: false
        )
        #expect(SimulateCommand.simulate(seed, options).failure == nil)
    }

    /// The invariants hold, and something is done, with no fault at all and with each alone.
    @Test func faultsCanBeLeftOut() {
        let all = SimulateCommand.simulate(3, .init(seed: 3, steps: 6000))
        #expect(all.faults.count > 3)
        let none = SimulateCommand.simulate(3, .init(seed: 3, steps: 6000, faults: []))
        #expect(none.faults.isEmpty && none.failure == nil && none.completedCount > 0)
        for fault in all.faults.prefix(3) {
            let one = SimulateCommand.simulate(3, .init(seed: 3, steps: 6000, faults: [fault]))
            #expect(one.faults == [fault] || one.faults.isEmpty)
            #expect(one.failure == nil)
        }
    }
}

/// A checker that finds nothing proves nothing.
///
/// `Ops/test simulate` looks for each with the optimized build, from the first seed on.
@Suite struct PlantedFaultTests {
    /// What is left out, in how large a cluster, the seed that shows it, and as what.
    struct Find: Sendable {
        var fault: SimulateCommand.PlantedFault
        var acceptors: Int
        var shards: Int
        var seed: UInt64
        var kind: String
        var moves = false

        func options(with planted: SimulateCommand.PlantedFault?) -> SimulateCommand.Options {
            .init(
                seed: seed,
                steps: 6000,
                acceptorCount: acceptors,
                shardCount: shards,
                hasOperators: false,
                hasMoves: moves,
                planted: planted
            )
        }
    }

    private static let finds = [
        Find(fault: .skipsEpochCheck, acceptors: 1, shards: 1, seed: 12, kind: "I2"),
        Find(fault: .skipsEpochCheck, acceptors: 3, shards: 1, seed: 7, kind: "I2"),
        Find(fault: .skipsEpochCheck, acceptors: 1, shards: 2, seed: 11, kind: "I2"),
        Find(fault: .skipsEpochCheck, acceptors: 3, shards: 3, seed: 209, kind: "I2"),
        Find(fault: .answersBeforeCommit, acceptors: 3, shards: 1, seed: 1, kind: "I4"),
        Find(fault: .skipsChainCheck, acceptors: 3, shards: 1, seed: 218, kind: "I2"),
        Find(fault: .skipsOpenedCheck, acceptors: 1, shards: 1, seed: 376, kind: "node 0"),
        Find(
            fault: .numbersCreditsAnew,
            acceptors: 3,
            shards: 2,
            seed: 1,
            kind: "I7",
            moves: true
        ),
        Find(
            fault: .unfreezesWithoutAbort,
            acceptors: 3,
            shards: 2,
            seed: 1,
            kind: "moves",
            moves: true
        ),
        Find(
            fault: .releasesBeforeDecision,
            acceptors: 3,
            shards: 2,
            seed: 1,
            kind: "I7",
            moves: true
        ),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: finds)
    func isFound(find: Find) {
        let run = SimulateCommand.simulate(find.seed, find.options(with: find.fault))
        #expect(run.failure?.hasPrefix(find.kind) == true, "\(run.failure ?? "nothing")")
        #expect(SimulateCommand.simulate(find.seed, find.options(with: nil)).failure == nil)
    }

    @Test func aFailureIsShownWithTheFaultsThatMatter() throws {
        var lines: [String] = []
        let options = Self.finds[1].options(with: .skipsEpochCheck)
        let isSound = SimulateCommand.run(options) { lines.append($0) }
        #expect(!isSound)
        #expect(lines.contains { $0.hasPrefix("seed 7: I2") })
        let again = try #require(lines.last)
        let command =
            "again: castle simulate --seed 7 --seeds 1 --steps 6000 --acceptors 3 --shards 1 "
            + "--operators none --moves none --without epoch-check --faults "
        #expect(again.hasPrefix(command))
        let faults = again.dropFirst(command.count).split(separator: ",").compactMap { Int($0) }
        #expect(lines.contains { $0.hasPrefix("\(faults.count) of its ") })
        var few = options
        few.faults = Set(faults)
        #expect(SimulateCommand.simulate(7, few).failure?.hasPrefix("I2") == true)
    }

    @Test func aSoundRunSaysSoInOneLine() {
        var lines: [String] = []
        #expect(SimulateCommand.run(.init(seed: 3, seeds: 2, steps: 300)) { lines.append($0) })
        #expect(lines.count == 1)
        #expect(lines.last?.hasSuffix("every invariant held") == true)
    }
}
