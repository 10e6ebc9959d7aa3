import Configuration

/// What `castle drill` was asked for.
struct DrillOptions: Equatable, Sendable {
    static let flags = [
        Arguments.Flag("--runs", "N", help: "how often (1)"),
        Arguments.Flag("--rate", "N", help: "order requests a second (400)"),
        Arguments.Flag("--seed", "N", help: "chooses victims and orders (random)"),
        Arguments.Flag("--seconds", "N", help: "how long a noisy neighbour makes noise (20)"),
        Arguments.Flag("--cut", "NAME", help: "partition: only this, such as primary>redis (all)"),
        Arguments.Flag("--topology", "FILE", help: "what to start (the local topology)"),
        Arguments.Flag("--json", "FILE", help: "write the report there too"),
        Arguments.Flag("--plot", "FILE", help: "draw the run with the longest gap there (SVG)"),
        Arguments.Flag("--keep", help: "leave the cluster's files for a look"),
        Arguments.Flag("--verbose", help: "say which requests failed and why"),
    ]

    var kind: DrillKind
    var runs: Int
    var rate: Int
    var seed: UInt64
    /// Length of the noise.
    var seconds: Int
    /// The only cut to try; `nil` is all in turn.
    var partition: Partition?
    var topology: String?
    var reportPath: String?
    var plotPath: String?
    var keepsFiles: Bool
    var isVerbose: Bool

    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags, wordMax: 1)
        let name = arguments.words.first ?? ""
        guard let kind = DrillKind(rawValue: name) else {
            let names = DrillKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(flag: "NAME", value: name, expected: "one of \(names)")
        }
        try self.init(kind, arguments)
    }

    /// Takes everything but the name of the drill from a command line.
    init(_ kind: DrillKind, _ arguments: Arguments) throws(ArgumentError) {
        self.kind = kind
        runs = try arguments.integer("--runs", in: 1...10_000, default: 1)
        // The exchange keeps the last 20,000 closed orders of a pair: a run must fit.
        rate = try arguments.integer("--rate", in: 10...2000, default: 400)
        let drawn = Int(SecureRandom.identity() >> 33)
        seed = UInt64(try arguments.integer("--seed", in: 0...Int.max, default: drawn))
        seconds = try arguments.integer("--seconds", in: 1...300, default: 20)
        if let name = arguments.text("--cut") {
            guard let partition = Partition(name: name) else {
                let names = Partition.all.map(\.name).joined(separator: ", ")
                throw .badValue(flag: "--cut", value: name, expected: "one of \(names)")
            }
            self.partition = partition
        }
        topology = arguments.text("--topology").map { FileStore.absolute($0) }
        reportPath = arguments.text("--json")
        plotPath = arguments.text("--plot")
        keepsFiles = arguments.has("--keep")
        isVerbose = arguments.has("--verbose")
    }
}
