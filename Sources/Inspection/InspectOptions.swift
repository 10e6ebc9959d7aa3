import Configuration

/// What `castle inspect` was asked for.
struct InspectOptions {
    /// What to look at.
    enum Subject: String {
        case log, snapshot, map
    }

    static let flags = [
        Arguments.Flag("--dir", "DIR", help: "the cluster's directory (var/local)"),
        Arguments.Flag("--shard", "K", help: "this shard only; 0 is the coordinator's"),
        Arguments.Flag("--last", "N", help: "entries, or events of the map, to show (5)"),
        Arguments.Flag("--verify", help: "replay and compare: every rule, on all acceptors"),
        Arguments.Flag("--json", help: "the report as JSON"),
    ]
    private static let wordMax = 10

    var subject = Subject.log
    /// Acceptors named on the command line; none means those of the cluster.
    var acceptors: [String]
    var directory: String
    var shard: ShardChoice
    var lastCount: Int
    var verifies: Bool
    var isJSON: Bool

    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags, wordMax: Self.wordMax)
        acceptors = arguments.words
        if let word = acceptors.first, !word.hasPrefix("redis://") {
            guard let subject = Subject(rawValue: word) else { throw .unexpectedWord(word) }
            self.subject = subject
            acceptors.removeFirst()
        }
        if let word = acceptors.first(where: { !$0.hasPrefix("redis://") }) {
            throw .unexpectedWord(word)
        }
        if arguments.has("--dir"), !acceptors.isEmpty { throw .unexpectedValue("--dir") }
        directory = arguments.text("--dir") ?? "var/local"
        shard = try ShardChoice(arguments)
        lastCount = try arguments.integer("--last", in: 0...1000, default: 5)
        verifies = arguments.has("--verify")
        isJSON = arguments.has("--json")
    }
}
