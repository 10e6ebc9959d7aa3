import Simulation
import Testing

/// As many seeds as a few seconds allow; `castle simulate` runs more.
@Suite struct SimulationTests {
    @Test(.timeLimit(.minutes(1)), arguments: 0..<8 as Range<UInt64>)
    func everyInvariantHolds(part: UInt64) {
        var lines: [String] = []
        let first = 1000 + part * 25
        let isSound = SimulateCommand.run(.init(seed: first, seeds: 25, steps: 1000)) {
            lines.append($0)
        }
        #expect(isSound, "\(lines.joined(separator: "\n"))")
    }

    @Test func aSimulationIsMoreThanASunnyDay() {
        let runs = (1...4).map { SimulateCommand.simulate($0, .init(seed: $0, steps: 3000)) }
        #expect(runs.reduce(0) { $0 + $1.epochCount } > 12)
        #expect(runs.reduce(0) { $0 + $1.completedCount } > 200)
        #expect(runs.allSatisfy { $0.entryCount > 10 })
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

    /// A checker that finds nothing proves nothing.
    ///
    /// `Ops/test simulate` looks for the rarer ones too, with the optimized build.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (SimulateCommand.PlantedFault.skipsEpochCheck, 1), (.skipsEpochCheck, 3),
            (.answersBeforeCommit, 3),
        ]
    )
    func plantedFaultsAreFound(fault: SimulateCommand.PlantedFault, acceptors: Int) {
        let options = SimulateCommand.Options(
            seed: 1,
            seeds: 100,
            steps: 2000,
            acceptorCount: acceptors,
            planted: fault
        )
        #expect(!SimulateCommand.run(options) { _ in })
    }

    @Test func aFailureNamesItsSeed() {
        var lines: [String] = []
        let options = SimulateCommand.Options(
            seed: 41,
            seeds: 2,
            steps: 500,
            acceptorCount: 1,
            planted: .answersBeforeCommit
        )
        let isSound = SimulateCommand.run(options) { lines.append($0) }
        #expect(!isSound)
        #expect(lines.count > 5)
        let again =
            "again: castle simulate --seed 41 --seeds 1 --steps 500 --acceptors 1 --without commit-wait"
        #expect(lines.contains { $0.hasPrefix("seed 41: I4") })
        #expect(lines.last == again)
        lines = []
        #expect(SimulateCommand.run(.init(seed: 3, seeds: 2, steps: 300)) { lines.append($0) })
        #expect(lines.count == 1)
        #expect(lines.last?.hasSuffix("every invariant held") == true)
    }
}
