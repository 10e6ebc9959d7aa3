import Configuration

/// What `castle bench matching` was asked for.
struct MatchingOptions: Equatable, Sendable {
    static let flags = [
        Arguments.Flag(
            "--flow",
            "FLOW",
            help: "one flow: a name, an .oflw file or a .capture of a market"
        ),
        Arguments.Flag(
            "--flows",
            "LIST",
            help: "several names with commas between (mixed,deep,multi; the machine: mixed)"
        ),
        Arguments.Flag(
            "--level",
            "LEVEL",
            help: "book, machine (accounts, holds, fees, sessions too) or all (all)"
        ),
        Arguments.Flag("--runs", "N", help: "timed replays of each, a fresh engine each time (5)"),
        Arguments.Flag("--json", "FILE", help: "write the report there too"),
        Arguments.Flag("--save", "FILE", help: "write the flow of --flow there and stop"),
        Arguments.Flag(
            "--instructions",
            help: "count instructions and allocations a message under valgrind instead"
        ),
        Arguments.Flag(
            "--limits",
            "FILE",
            help: "with --instructions: compare with the counts recorded there"
        ),
        Arguments.Flag(
            "--compiler",
            "VERSION",
            help: "with --limits: the compiler of this binary; another than recorded is skipped"
        ),
        Arguments.Flag(
            "--observe",
            "N",
            help: "replay --flow at --level once, N messages, for an observer outside"
        ),
    ]

    enum Level: String, Sendable {
        case book, machine
    }

    /// One thing to measure.
    struct Task: Equatable, Sendable {
        var flow: String
        var level: Level
    }

    /// In the order of the report; those of one flow follow each other.
    var tasks: [Task]
    var runs: Int
    var reportPath: String?
    var savePath: String?
    var isCountingInstructions: Bool
    var limitsPath: String?
    var compiler: String?
    var observedCount: Int?

    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags)
        tasks = try Self.tasks(arguments)
        runs = try arguments.integer("--runs", in: 1...1000, default: 5)
        reportPath = arguments.text("--json")
        savePath = arguments.text("--save")
        isCountingInstructions = arguments.has("--instructions")
        limitsPath = arguments.text("--limits")
        compiler = arguments.text("--compiler")
        if arguments.has("--observe") {
            observedCount = try arguments.integer("--observe", in: 1...Int.max, default: 1)
        }
        if savePath != nil || observedCount != nil, !arguments.has("--flow") {
            throw .required("--flow")
        }
    }

    private static func tasks(_ arguments: Arguments) throws(ArgumentError) -> [Task] {
        let levels = try levels(arguments)
        if let flow = arguments.text("--flow") {
            guard !arguments.has("--flows") else { throw .unexpectedValue("--flow and --flows") }
            return levels.map { Task(flow: flow, level: $0) }
        }
        guard let list = arguments.text("--flows") else {
            let book = ["mixed", "deep", "multi"].map { Task(flow: $0, level: .book) }
            let machine = [Task(flow: "mixed", level: .machine)]
            // Mixed first, both ways: it is made once.
            let all = book[...0] + machine + book[1...]
            return all.filter { levels.contains($0.level) }
        }
        let names = list.split(separator: ",").map(String.init)
        guard !names.isEmpty, names.allSatisfy({ FlowPlan.named($0) != nil }) else {
            let known = FlowPlan.named.map(\.name).joined(separator: ", ")
            throw .badValue(flag: "--flows", value: list, expected: "of \(known)")
        }
        return names.flatMap { name in levels.map { Task(flow: name, level: $0) } }
    }

    private static func levels(_ arguments: Arguments) throws(ArgumentError) -> [Level] {
        switch arguments.text("--level") {
        case nil, "all": return [.book, .machine]
        case let text?:
            guard let level = Level(rawValue: text) else {
                throw .badValue(flag: "--level", value: text, expected: "book, machine or all")
            }
            return [level]
        }
    }
}
