/// `castle simulate`: runs seeded clusters and says whether every invariant held.
public enum SimulateCommand {
    /// What one run came to.
    package struct Run {
        /// The violation; nil when all was well.
        package var failure: String?
        /// Hash of everything that happened.
        package var traceHash: UInt64
        /// The last lines before the end.
        package var trace: [String]
        /// Durable entries, requests completed, epochs opened.
        package var entryCount: UInt64
        package var completedCount: Int
        package var epochCount: Int
    }

    /// A fault planted to see that it is found.
    package enum PlantedFault: Sendable {
        /// The acceptor appends without looking at the epoch.
        case skipsEpochCheck
        /// A primary takes its append for durable as soon as it is sent.
        case answersBeforeCommit
    }

    /// Runs seeds one after the other until one fails.
    ///
    /// - Parameters:
    ///   - seed: The first seed.
    ///   - seeds: How many, rising by one.
    ///   - steps: Events under faults for each; then all is healed and must come to rest.
    ///   - print: Takes the lines of the report.
    /// - Returns: Whether every seed was sound.
    public static func run(
        seed: UInt64,
        seeds: Int,
        steps: Int,
        print: (String) -> Void
    ) -> Bool {
        run(seed: seed, seeds: seeds, steps: steps, planted: nil, print: print)
    }

    package static func run(
        seed: UInt64,
        seeds: Int,
        steps: Int,
        planted: PlantedFault?,
        print: (String) -> Void
    ) -> Bool {
        var (entries, completed, epochs) = (UInt64(0), 0, 0)
        for index in 0..<max(seeds, 0) {
            let number = seed &+ UInt64(index)
            let run = simulate(seed: number, steps: steps, planted: planted)
            entries += run.entryCount
            completed += run.completedCount
            epochs += run.epochCount
            guard let failure = run.failure else { continue }
            for line in run.trace { print(line) }
            print("seed \(number): \(failure)")
            print("again: castle simulate --seed \(number) --seeds 1 --steps \(steps)")
            return false
        }
        print(
            "\(seeds) seeds from \(seed): \(entries) entries in \(epochs) epochs, "
                + "\(completed) requests, every invariant held"
        )
        return true
    }

    /// Runs one seed.
    package static func simulate(
        seed: UInt64,
        steps: Int,
        planted: PlantedFault? = nil
    ) -> Run {
        var plan = SimulationPlan(seed: seed, steps: max(steps, 0))
        plan.skipsEpochCheck = planted == .skipsEpochCheck
        plan.answersBeforeCommit = planted == .answersBeforeCommit
        let cluster = SimulatedCluster(plan)
        cluster.run()
        return Run(
            failure: cluster.failure,
            traceHash: cluster.trace.hash,
            trace: cluster.trace.lines,
            entryCount: cluster.oracle.count,
            completedCount: cluster.clients.reduce(0) { $0 + $1.completedCount },
            epochCount: cluster.oracle.openedEpochs.count
        )
    }
}
