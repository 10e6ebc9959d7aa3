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

    /// Each was the first to show a fault of the roles, which has been mended since.
    ///
    /// A standby that took its first answer for the end of the log (110,925); a primary that did not
    /// look for the base of its next term (203,899).
    @Test(arguments: [110_925, 203_899] as [UInt64])
    func seedThatFailedOnce(seed: UInt64) {
        #expect(SimulateCommand.simulate(seed, .init(seed: seed, steps: 6000)).failure == nil)
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
    /// What is left out, in a log of how many acceptors, the seed that shows it, and as what.
    private static let known: [(SimulateCommand.PlantedFault, Int, UInt64, String)] = [
        (.skipsEpochCheck, 1, 1, "I2"), (.skipsEpochCheck, 3, 34, "I2"),
        (.answersBeforeCommit, 3, 1, "I4"), (.skipsChainCheck, 3, 44, "I2"),
        (.skipsOpenedCheck, 1, 102, "node 0"),
    ]

    private func options(_ fault: SimulateCommand.PlantedFault?, _ acceptors: Int, _ seed: UInt64)
        -> SimulateCommand.Options
    {
        .init(seed: seed, steps: 6000, acceptorCount: acceptors, planted: fault)
    }

    @Test(.timeLimit(.minutes(1)), arguments: known)
    func isFound(fault: SimulateCommand.PlantedFault, acceptors: Int, seed: UInt64, as kind: String)
    {
        let run = SimulateCommand.simulate(seed, options(fault, acceptors, seed))
        #expect(run.failure?.hasPrefix(kind) == true, "\(run.failure ?? "nothing")")
        let sound = SimulateCommand.simulate(seed, options(nil, acceptors, seed))
        #expect(sound.failure == nil)
    }

    @Test func aFailureIsShownWithTheFaultsThatMatter() throws {
        var lines: [String] = []
        let isSound = SimulateCommand.run(options(.skipsEpochCheck, 3, 34)) { lines.append($0) }
        #expect(!isSound)
        #expect(lines.contains { $0.hasPrefix("seed 34: I2") })
        let again = try #require(lines.last)
        let command =
            "again: castle simulate --seed 34 --seeds 1 --steps 6000 --acceptors 3 "
            + "--without epoch-check --faults "
        #expect(again.hasPrefix(command))
        let faults = again.dropFirst(command.count).split(separator: ",").compactMap { Int($0) }
        #expect(lines.contains { $0.hasPrefix("\(faults.count) of its ") })
        var few = options(.skipsEpochCheck, 3, 34)
        few.faults = Set(faults)
        #expect(SimulateCommand.simulate(34, few).failure?.hasPrefix("I2") == true)
    }

    @Test func aSoundRunSaysSoInOneLine() {
        var lines: [String] = []
        #expect(SimulateCommand.run(.init(seed: 3, seeds: 2, steps: 300)) { lines.append($0) })
        #expect(lines.count == 1)
        #expect(lines.last?.hasSuffix("every invariant held") == true)
    }
}
