import Configuration
import EventLoop
import Workload

/// The commands of an operator on a running cluster: each asks the coordinator that leads.
public enum OperatorCommand: String, CaseIterable, Sendable {
    case status, nodes, shards, move, drain, undrain, rebalance, halt, resume
    case addShard = "add-shard"
    case split

    static let directory = Arguments.Flag(
        "--dir",
        "DIR",
        help: "the cluster's directory (var/local)"
    )
    static let dryRun = Arguments.Flag("--dry-run", help: "say what would be done, change nothing")

    /// One line for the list of commands.
    public var summary: String {
        switch self {
        case .status: "Show the nodes and shards of a running cluster."
        case .nodes: "Show who runs where, and what each leads and follows."
        case .shards: "Show who leads and follows each shard."
        case .move: "Hand a shard over to another node, or move a pair to another shard."
        case .drain: "Move everything off a node, and wait until it is done."
        case .undrain: "Let a drained node be used again."
        case .rebalance: "Show or make the moves that even out the load."
        case .halt: "Stop trading in a pair."
        case .resume: "Let a pair trade again."
        case .addShard: "Add a shard without pairs, and wait until it serves."
        case .split: "Add a shard, and move half of the pairs of another one there."
        }
    }

    /// Runs the command.
    ///
    /// - Parameter words: What follows its name.
    /// - Returns: 0 when it is done, 1 when it came to nothing, 64 for a bad command line.
    public func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            Terminal.say(
                Arguments.help(usage: "castle \(usage)", summary: summary, flags: flags)
            )
            return 0
        }
        do throws(ArgumentError) {
            let order = try OperatorOrder(self, words)
            do throws(OperationError) {
                return try carryOut(order)
            } catch {
                Terminal.note("castle \(rawValue): \(error)")
                return 1
            }
        } catch {
            Terminal.note("castle \(rawValue): \(error)")
            Terminal.note("see: castle \(rawValue) --help")
            return ArgumentError.exitCode
        }
    }

    private func carryOut(_ order: OperatorOrder) throws(OperationError) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        let session = OperatorSession(
            client: try ControlClient(directory: order.directory, waiter),
            order: order
        )
        return try session.run()
    }

    private var usage: String {
        switch self {
        case .status: "status [options]"
        case .nodes: "nodes [options]"
        case .shards: "shards [options]"
        case .move: "move PAIR|shard:N --to shard:M|NODE [options]"
        case .drain: "drain NODE [options]"
        case .undrain: "undrain NODE [options]"
        case .rebalance: "rebalance --plan|--apply [options]"
        case .halt: "halt PAIR [options]"
        case .resume: "resume PAIR [options]"
        case .addShard: "add-shard [N] [options]"
        case .split: "split shard:N [options]"
        }
    }

    fileprivate var subjectName: String {
        switch self {
        case .move: "PAIR or shard:N"
        case .split: "shard:N"
        default: "a name"
        }
    }

    var flags: [Arguments.Flag] {
        switch self {
        case .status:
            [
                Self.directory, Arguments.Flag("--json", help: "as the coordinator answers"),
                Arguments.Flag("--watch", help: "again every second, until Ctrl-C"),
            ]
        case .nodes, .shards:
            [Self.directory, Arguments.Flag("--json", help: "as the coordinator answers")]
        case .move:
            [
                Arguments.Flag("--to", "TARGET", help: "shard:M for a pair, a node for a shard"),
                Self.directory, Self.dryRun,
            ]
        case .drain, .undrain, .resume, .split: [Self.directory, Self.dryRun]
        case .addShard:
            [
                Self.directory, Self.dryRun,
                Arguments.Flag("--json", help: "as the coordinator answers, without a wait"),
            ]
        case .rebalance:
            [
                Arguments.Flag("--plan", help: "show the moves"),
                Arguments.Flag("--apply", help: "make them"), Self.directory,
            ]
        case .halt:
            [
                Arguments.Flag("--cancel-only", help: "let open orders be cancelled"),
                Self.directory, Self.dryRun,
            ]
        }
    }
}

/// A command line, read.
struct OperatorOrder: Equatable, Sendable {
    var command: OperatorCommand
    var directory: String
    /// The node, pair or shard that it is about; empty for the others.
    var subject = ""
    /// The shard to add, if it is named, or to split.
    var shard: Int?
    var target: OperatorTarget?
    var isDryRun = false
    var isJSON = false
    var isWatching = false
    var isCancelOnly = false

    init(_ command: OperatorCommand, _ words: [String]) throws(ArgumentError) {
        self.command = command
        let takesSubject = [.move, .drain, .undrain, .halt, .resume, .split].contains(command)
        let arguments = try Arguments(
            words,
            flags: command.flags,
            wordMax: takesSubject || command == .addShard ? 1 : 0
        )
        directory = arguments.text("--dir") ?? "var/local"
        func has(_ name: String) -> Bool {
            command.flags.contains { $0.name == name } && arguments.has(name)
        }
        isDryRun = has("--dry-run") || has("--plan")
        isJSON = has("--json")
        isWatching = has("--watch")
        isCancelOnly = has("--cancel-only")
        if takesSubject {
            guard let word = arguments.words.first else {
                throw .required(command.subjectName)
            }
            subject = try Self.checked(word, "NAME")
        }
        if command == .split || command == .addShard, let word = arguments.words.first {
            shard = try Self.number(word)
        }
        if command == .move {
            target = try OperatorTarget(subject, try arguments.required("--to"))
        }
        if command == .rebalance, has("--plan") == has("--apply") {
            throw .required("--plan or --apply")
        }
    }

    /// A shard, as `3` or `shard:3`.
    private static func number(_ word: String) throws(ArgumentError) -> Int {
        let digits = word.hasPrefix("shard:") ? word.dropFirst(6) : word[...]
        guard let number = UInt16(digits), number > 0 else {
            throw .badValue(flag: "N", value: word, expected: "the number of a shard")
        }
        return Int(number)
    }

    /// Names go into paths and bodies as they are.
    static func checked(_ word: String, _ flag: String) throws(ArgumentError) -> String {
        let isPlain = word.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard isPlain, !word.isEmpty else {
            throw .badValue(flag: flag, value: word, expected: "letters, digits and hyphens")
        }
        return word
    }
}

/// What goes where.
enum OperatorTarget: Equatable, Sendable {
    /// The shard is to be led by a node.
    case lead(shard: UInt16, node: String)
    /// The pair is to belong to a shard.
    case own(pair: String, shard: UInt16)

    init(_ subject: String, _ to: String) throws(ArgumentError) {
        let prefix = "shard:"
        let target = try OperatorOrder.checked(to, "--to")
        guard subject.hasPrefix(prefix) else {
            guard to.hasPrefix(prefix), let shard = UInt16(to.dropFirst(prefix.count)) else {
                throw .badValue(flag: "--to", value: to, expected: "shard:M, for a pair")
            }
            self = .own(pair: subject, shard: shard)
            return
        }
        guard let shard = UInt16(subject.dropFirst(prefix.count)) else {
            throw .badValue(flag: "shard:N", value: subject, expected: "the number of a shard")
        }
        guard !target.hasPrefix(prefix) else {
            throw .badValue(flag: "--to", value: to, expected: "a node, for a shard")
        }
        self = .lead(shard: shard, node: target)
    }
}
