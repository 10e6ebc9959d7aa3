import Simulation
import Testing

/// As many seeds as a few seconds allow; `castle simulate` runs more.
@Suite struct SimulationTests {
    @Test(.timeLimit(.minutes(1)), arguments: 0..<8 as Range<UInt64>)
    func everyInvariantHolds(part: UInt64) {
        var lines: [String] = []
        let first = 1000 + part * 25
        let isSound = SimulateCommand.run(seed: first, seeds: 25, steps: 1000) { lines.append($0) }
        #expect(isSound, "\(lines.joined(separator: "\n"))")
    }

    @Test func aSimulationIsMoreThanASunnyDay() {
        let runs = (1...4).map { SimulateCommand.simulate(seed: $0, steps: 3000) }
        #expect(runs.reduce(0) { $0 + $1.epochCount } > 12)
        #expect(runs.reduce(0) { $0 + $1.completedCount } > 200)
        #expect(runs.allSatisfy { $0.entryCount > 10 })
    }

    @Test func theSameSeedDoesTheSame() {
        let first = SimulateCommand.simulate(seed: 7, steps: 1000)
        let second = SimulateCommand.simulate(seed: 7, steps: 1000)
        #expect(first.traceHash == second.traceHash)
        #expect(first.trace == second.trace)
        #expect(SimulateCommand.simulate(seed: 8, steps: 1000).traceHash != first.traceHash)
    }

    /// A checker that finds nothing proves nothing: planted faults must be found.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            SimulateCommand.PlantedFault.skipsEpochCheck, .answersBeforeCommit,
        ]
    )
    func plantedFaultsAreFound(fault: SimulateCommand.PlantedFault) {
        let found = (1...150 as ClosedRange<UInt64>).first { seed in
            SimulateCommand.simulate(seed: seed, steps: 2000, planted: fault).failure != nil
        }
        #expect(found != nil)
    }

    @Test func aFailureNamesItsSeed() {
        var lines: [String] = []
        let isSound = SimulateCommand.run(
            seed: 41,
            seeds: 2,
            steps: 500,
            planted: .answersBeforeCommit
        ) { lines.append($0) }
        #expect(!isSound)
        #expect(lines.count > 5)
        #expect(lines.contains { $0.hasPrefix("seed 41: I4") })
        #expect(lines.last == "again: castle simulate --seed 41 --seeds 1 --steps 500")
        lines = []
        #expect(SimulateCommand.run(seed: 3, seeds: 2, steps: 300) { lines.append($0) })
        #expect(lines.count == 1)
        #expect(lines.last?.hasSuffix("every invariant held") == true)
    }
}
