import Configuration

/// What `castle bench catch-up` was asked for.
struct CatchUpOptions: Equatable, Sendable {
    static let flags = [
        Arguments.Flag("--commands", "N", help: "commands in the log (1000000)"),
        Arguments.Flag("--batch", "N", help: "commands in an entry (64)"),
        Arguments.Flag("--acceptors", "N", help: "Redis instances, 1 or 3 (3)"),
        Arguments.Flag("--runs", "N", help: "how often each replica catches up (3)"),
        Arguments.Flag("--live", "S", help: "seconds of load on a live cluster, 0 for none (20)"),
        Arguments.Flag("--rate", "N", help: "orders a second of that load (1000)"),
        Arguments.Flag("--json", "FILE", help: "write the report there too"),
    ]

    var commandCount: Int
    var batchCount: Int
    var acceptorCount: Int
    var runs: Int
    var liveSeconds: Int
    var rate: Int
    var reportPath: String?

    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags)
        commandCount = try arguments.integer(
            "--commands",
            in: 10_000...20_000_000,
            default: 1_000_000
        )
        batchCount = try arguments.integer("--batch", in: 1...2048, default: 64)
        acceptorCount = try arguments.integer("--acceptors", in: 1...3, default: 3)
        guard acceptorCount != 2 else {
            throw .badValue(flag: "--acceptors", value: "2", expected: "1 or 3")
        }
        runs = try arguments.integer("--runs", in: 1...100, default: 3)
        liveSeconds = try arguments.integer("--live", in: 0...600, default: 20)
        rate = try arguments.integer("--rate", in: 1...100_000, default: 1000)
        reportPath = arguments.text("--json")
    }
}
