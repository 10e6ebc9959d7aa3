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
        /// The numbers of the faults that changed something, and a line for each.
        package var faults: [Int]
        package var faultTexts: [String]
        /// Durable entries, requests completed, epochs opened.
        package var entryCount: UInt64
        package var completedCount: Int
        package var epochCount: Int
        /// Shards of the cluster, and how often one was handed over as an operator asked.
        package var shardCount: Int
        package var switchOverCount: Int
        /// Moves of pairs that began, that came to their end, and that were given up; transfers.
        package var moveCount: Int
        package var settledCount: Int
        package var givenUpCount: Int
        package var transferCount: Int
        /// How long the cluster ran on its virtual clock.
        package var milliseconds: UInt64
    }

    /// A check taken out of the protocol, to see that what it prevents is found.
    public enum PlantedFault: String, CaseIterable, Sendable {
        /// The acceptor appends without looking at the epoch.
        case skipsEpochCheck = "epoch-check"
        /// A primary takes its append for durable as soon as it is sent.
        case answersBeforeCommit = "commit-wait"
        /// The acceptor opens on any base, whatever the hash there.
        case skipsChainCheck = "chain-check"
        /// The acceptor opens an epoch that is open already.
        case skipsOpenedCheck = "opened-check"
        /// A transfer that is brought again gets a new number.
        case numbersCreditsAnew = "credit-number"
        /// The source of a move goes on without the destination's word that it never will.
        case unfreezesWithoutAbort = "abort"
        /// The source forgets a pair while the destination has yet to take it.
        case releasesBeforeDecision = "decision"
    }

    /// What to simulate.
    public struct Options: Sendable {
        /// The first seed.
        public var seed: UInt64
        /// How many, rising by one.
        public var seeds: Int
        /// Events under faults for each; then all is healed and must come to rest.
        public var steps: Int
        /// Virtual minutes under faults for each, instead of steps.
        public var minutes: Int?
        /// Acceptors of the log; nil lets each seed say.
        public var acceptorCount: Int?
        /// Shards of the cluster; nil lets each seed say.
        public var shardCount: Int?
        /// Whether operators ask for switch-overs.
        public var hasOperators: Bool
        /// Whether funds and pairs move between shards.
        public var hasMoves: Bool
        /// What is taken out.
        public var planted: PlantedFault?
        /// The numbers of the faults to let through; nil for all.
        public var faults: Set<Int>?

        /// Gathers the options.
        public init(
            seed: UInt64,
            seeds: Int = 1,
            steps: Int,
            minutes: Int? = nil,
            acceptorCount: Int? = nil,
            shardCount: Int? = nil,
            hasOperators: Bool = true,
            hasMoves: Bool = true,
            planted: PlantedFault? = nil,
            faults: Set<Int>? = nil
        ) {
            self.seed = seed
            self.seeds = seeds
            self.steps = steps
            self.minutes = minutes
            self.acceptorCount = acceptorCount
            self.shardCount = shardCount
            self.hasOperators = hasOperators
            self.hasMoves = hasMoves
            self.planted = planted
            self.faults = faults
        }
    }

    /// Runs seeds one after the other until one fails.
    ///
    /// - Parameters:
    ///   - options: What to simulate.
    ///   - print: Takes the lines of the report.
    /// - Returns: Whether every seed was sound.
    public static func run(_ options: Options, print: (String) -> Void) -> Bool {
        var (entries, completed, epochs, milliseconds) = (UInt64(0), 0, 0, UInt64(0))
        var (faults, moves, settled, givenUp, transfers) = (0, 0, 0, 0, 0)
        for index in 0..<max(options.seeds, 0) {
            let number = options.seed &+ UInt64(index)
            let run = simulate(number, options)
            entries += run.entryCount
            completed += run.completedCount
            epochs += run.epochCount
            milliseconds += run.milliseconds
            faults += run.faults.count
            moves += run.moveCount
            settled += run.settledCount
            givenUp += run.givenUpCount
            transfers += run.transferCount
            guard run.failure != nil else { continue }
            explain(run, number, options, print)
            return false
        }
        print(
            "\(options.seeds) seeds from \(options.seed): \(faults) faults, \(entries) entries in "
                + "\(epochs) epochs, \(completed) requests, \(transfers) transfers, \(moves) moves "
                + "(\(settled) settled, \(givenUp) given up), "
                + "\(milliseconds / 1000) s of cluster time, "
                + "every invariant held"
        )
        return true
    }

    /// Leaves out the faults that do not matter, and shows what is left.
    private static func explain(
        _ run: Run,
        _ seed: UInt64,
        _ options: Options,
        _ print: (String) -> Void
    ) {
        var shrinker = FaultShrinker(seed: seed, options: options, run: run)
        let small = shrinker.shrunk()
        for line in small.trace { print(line) }
        print("seed \(seed): \(run.failure ?? "")")
        print("\(small.faults.count) of its \(run.faults.count) faults are enough:")
        for line in small.faultTexts { print("  \(line)") }
        if small.failure != run.failure { print("with them: \(small.failure ?? "")") }
        var few = options
        few.faults = Set(small.faults)
        print("again: castle simulate --seed \(seed) --seeds 1\(few.words)")
    }

    /// Runs one seed.
    package static func simulate(_ seed: UInt64, _ options: Options) -> Run {
        let cluster = SimulatedCluster(seed: seed, options)
        cluster.run()
        return Run(
            failure: cluster.failure,
            traceHash: cluster.trace.hash,
            trace: cluster.trace.lines,
            faults: cluster.trace.faults,
            faultTexts: cluster.trace.faultTexts,
            entryCount: cluster.shards.reduce(0) { $0 + $1.oracle.count },
            completedCount: cluster.clients.reduce(0) { $0 + $1.completedCount },
            epochCount: cluster.shards.reduce(0) { $0 + $1.oracle.chain.openedEpochs.count },
            shardCount: cluster.shards.count,
            switchOverCount: cluster.switchOverCount,
            moveCount: cluster.mapOracle.begunCount,
            settledCount: cluster.mapOracle.settledCount,
            givenUpCount: cluster.mapOracle.givenUpCount,
            transferCount: cluster.shards.reduce(0) { $0 + $1.oracle.transferCount },
            milliseconds: cluster.now / SimulatedCluster.millisecond
        )
    }
}

extension SimulateCommand.Options {
    /// What a person types for the same, but for the seeds.
    fileprivate var words: String {
        var words = minutes.map { " --minutes \($0)" } ?? " --steps \(steps)"
        if let acceptorCount { words += " --acceptors \(acceptorCount)" }
        if let shardCount { words += " --shards \(shardCount)" }
        if !hasOperators { words += " --operators none" }
        if !hasMoves { words += " --moves none" }
        if let planted { words += " --without \(planted.rawValue)" }
        if let faults {
            words +=
                " --faults \(faults.isEmpty ? "none" : faults.sorted().map(String.init).joined(separator: ","))"
        }
        return words
    }
}
