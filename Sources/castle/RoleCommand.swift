import Configuration
import Node

/// `castle shard`, `castle router`, `castle coordinator`: one process of a cluster, as `castle up`
/// or systemd starts it.
enum RoleCommand {
    private static let plan = Arguments.Flag(
        "--plan",
        "FILE",
        help: "the cluster's plan, written by castle up"
    )
    private static let id = Arguments.Flag(
        "--id",
        "ID",
        help: "this process' name in the plan, such as n1"
    )
    private static let bootstrap = Arguments.Flag(
        "--bootstrap",
        help: "create the logs of a new cluster: once in its life"
    )

    static let shard = Command(
        name: "shard",
        summary: "Run a shard node.",
        run: { words in
            run("shard", "Run a shard node.", words, [plan, id]) { arguments in
                try Roles.shard(
                    planPath: try arguments.required("--plan"),
                    id: try arguments.required("--id")
                )
            }
        }
    )

    static let router = Command(
        name: "router",
        summary: "Run a router.",
        run: { words in
            run("router", "Run a router.", words, [plan, id]) { arguments in
                try Roles.router(
                    planPath: try arguments.required("--plan"),
                    id: try arguments.required("--id")
                )
            }
        }
    )

    static let coordinator = Command(
        name: "coordinator",
        summary: "Run a coordinator.",
        run: { words in
            run("coordinator", "Run a coordinator.", words, [plan, id, bootstrap]) { arguments in
                try Roles.coordinator(
                    planPath: try arguments.required("--plan"),
                    id: try arguments.required("--id"),
                    isBootstrapping: arguments.has("--bootstrap")
                )
            }
        }
    )

    private static func run(
        _ name: String,
        _ summary: String,
        _ words: [String],
        _ flags: [Arguments.Flag],
        _ body: (Arguments) throws -> Void
    ) -> Int32 {
        if Arguments.asksForHelp(words) {
            print(Arguments.help(usage: "castle \(name) [options]", summary: summary, flags: flags))
            return 0
        }
        do {
            try body(try Arguments(words, flags: flags))
            return 0
        } catch let error as ArgumentError {
            refuse("castle \(name): \(error)")
        } catch {
            complain("castle \(name): \(error)")
            return 1
        }
    }
}
