import Drills
import Inspection
import Node
import Operations
import Supervision
import Workload

/// A subcommand: its name, one line of help, and what it does with the words that follow.
struct Command {
    let name: String
    let summary: String
    let run: @Sendable ([String]) -> Int32
}

/// The one binary: every role of a cluster and every tool around it is a subcommand.
@main
struct Castle {
    private static let badUsage: Int32 = 64

    /// In the order of the help; a command is listed once it exists.
    private static let commands =
        lifecycle
        + OperatorCommand.allCases.map {
            Command(name: $0.rawValue, summary: $0.summary, run: $0.run)
        } + [Command(name: "key", summary: KeyCommand.summary, run: KeyCommand.run)] + tools

    private static let lifecycle = [
        Command(name: "up", summary: UpCommand.summary, run: UpCommand.run),
        Command(name: "down", summary: DownCommand.summary, run: DownCommand.run),
        Command(
            name: "router",
            summary: Role.router.summary,
            run: { words in
                RoleCommand.run(.router, words) { try Roles.router(plan: $0.plan, id: $0.id) }
            }
        ),
        Command(
            name: "shard",
            summary: Role.shard.summary,
            run: { words in
                RoleCommand.run(.shard, words) { try Roles.shard(plan: $0.plan, id: $0.id) }
            }
        ),
        Command(
            name: "coordinator",
            summary: Role.coordinator.summary,
            run: { words in
                RoleCommand.run(.coordinator, words) {
                    try Roles.coordinator(
                        plan: $0.plan,
                        id: $0.id,
                        isBootstrapping: $0.isBootstrap
                    )
                }
            }
        ),
    ]

    private static let tools = [
        Command(name: "load", summary: LoadCommand.summary, run: LoadCommand.run(arguments:)),
        Command(name: "drill", summary: DrillCommand.summary, run: DrillCommand.run(arguments:)),
        Command(
            name: "simulate",
            summary: SimulationCommand.summary,
            run: SimulationCommand.run
        ),
        Command(name: "inspect", summary: InspectCommand.summary, run: InspectCommand.run),
        Command(name: "replay", summary: ReplayCommand.summary, run: ReplayCommand.run),
        Command(name: "bench", summary: BenchCommand.summary, run: BenchCommand.run(arguments:)),
        Command(
            name: "version",
            summary: "Print the versions this binary speaks.",
            run: VersionCommand.run
        ),
        Command(name: "help", summary: "Print this list.", run: { _ in help() }),
    ]

    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        guard let name = words.first else {
            _ = help()
            finish(badUsage)
        }
        if name == "--help" || name == "-h" { finish(help()) }
        guard let command = commands.first(where: { $0.name == name }) else {
            refuse("castle: unknown command \"\(name)\"; see: castle help")
        }
        finish(command.run(Array(words.dropFirst())))
    }

    private static func help() -> Int32 {
        let width = commands.map(\.name.count).max() ?? 0
        print("usage: castle COMMAND [options]\n")
        for command in commands {
            let pad = String(repeating: " ", count: width - command.name.count + 2)
            print("  \(command.name)\(pad)\(command.summary)")
        }
        print("\ncastle COMMAND --help says what a command takes.")
        return 0
    }
}
