import Configuration
import EventLoop
import FoundationEssentials
import Workload

/// `castle key`: makes, shows and revokes the API keys of a running cluster.
public enum KeyCommand {
    /// One line for the list of commands.
    public static let summary = "Make, list or revoke API keys."

    private static let accountFlag = Arguments.Flag(
        "--account",
        "NAME|N",
        help: "whose key it is"
    )
    static let flags = [
        accountFlag,
        Arguments.Flag(
            "--permissions",
            "LIST",
            help: "some of read,trade,withdraw (read)"
        ),
        Arguments.Flag(
            "--ip",
            "LIST",
            help: "addresses and blocks it may be used from, such as 10.0.0.0/8 (any)"
        ),
        Arguments.Flag("--label", "TEXT", help: "what its owner calls it"),
        Arguments.Flag(
            "--public-key",
            "FILE",
            help: "PEM of an Ed25519 or RSA public key (without: HMAC, with a secret)"
        ),
        OperatorCommand.directory, OperatorCommand.dryRun,
        Arguments.Flag("--json", help: "as the coordinator answers"),
    ]

    /// Runs the command.
    ///
    /// - Parameter words: What follows its name.
    /// - Returns: 0 when it is done, 1 when it came to nothing, 64 for a bad command line.
    public static func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            Terminal.say(
                Arguments.help(
                    usage: "castle key create|list|revoke KEY [options]",
                    summary: summary
                        + "\nA key can be used, or not any more, wherever there is a router when the"
                        + " command ends.\nA secret is shown once, when its key is made.",
                    flags: flags
                )
            )
            return 0
        }
        do throws(ArgumentError) {
            let order = try KeyOrder(words)
            do throws(OperationError) {
                let waiter = LoopWaiter(loop: EventLoop())
                waiter.interruptOnSignals()
                try carryOut(order, ControlClient(directory: order.directory, waiter))
                return 0
            } catch {
                Terminal.note("castle key: \(error)")
                return 1
            }
        } catch {
            Terminal.note("castle key: \(error)")
            Terminal.note("see: castle key --help")
            return ArgumentError.exitCode
        }
    }

    private static func carryOut(
        _ order: KeyOrder,
        _ client: ControlClient
    ) throws(OperationError) {
        switch order.action {
        case .list:
            let answer = try client.json("/control/keys")
            Terminal.say(order.isJSON ? answer : KeyTable.text(try KeyListAnswer.decode(answer)))
        case .create(let wanted):
            let answer = try client.json("/control/keys", method: "POST", wanted.json())
            Terminal.say(order.isJSON ? answer : KeyTable.text(try KeyAnswer.decode(answer)))
        case .revoke(let key, let isDryRun):
            let body = isDryRun ? #"{"dryRun":true}"# : "{}"
            let answer = try client.json("/control/keys/\(key)/revoke", method: "POST", body)
            Terminal.say(order.isJSON ? answer : try KeyAnswer.decode(answer).msg)
        }
    }
}

/// A command line of `castle key`, read.
struct KeyOrder: Equatable {
    enum Action: Equatable {
        case list
        case create(KeyWanted)
        case revoke(String, isDryRun: Bool)
    }

    var action: Action
    var directory: String
    var isJSON: Bool

    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: KeyCommand.flags, wordMax: 2)
        directory = arguments.text("--dir") ?? "var/local"
        isJSON = arguments.has("--json")
        let isDryRun = arguments.has("--dry-run")
        switch (arguments.words.first, arguments.words.count) {
        case ("list", 1): action = .list
        case ("create", 1):
            action = .create(
                KeyWanted(
                    account: try arguments.required("--account"),
                    permissions: Self.list(arguments.text("--permissions") ?? "read"),
                    ips: Self.list(arguments.text("--ip") ?? ""),
                    label: arguments.text("--label") ?? "",
                    publicKey: try arguments.text("--public-key").map(Self.file),
                    dryRun: isDryRun
                )
            )
        case ("revoke", 2):
            action = .revoke(
                try OperatorOrder.checked(arguments.words[1], "KEY"),
                isDryRun: isDryRun
            )
        case ("revoke", _): throw .required("KEY")
        default: throw .required("create, list or revoke")
        }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map(String.init)
    }

    private static func file(_ path: String) throws(ArgumentError) -> String {
        do {
            return String(decoding: try FileStore.read(path), as: UTF8.self)
        } catch {
            throw .badValue(flag: "--public-key", value: path, expected: "a file that can be read")
        }
    }
}

/// The body of an order for a key.
struct KeyWanted: Codable, Equatable {
    var account: String
    var permissions: [String]
    var ips: [String]
    var label: String
    var publicKey: String?
    var dryRun: Bool

    func json() throws(OperationError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw OperationError("the order cannot be written: \(error)")
        }
    }
}
