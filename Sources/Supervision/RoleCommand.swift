import Configuration

/// What a process of a cluster does, which is also the name of its subcommand.
public enum Role: String, Sendable, CaseIterable {
    /// Hosts shard replicas.
    case shard
    /// Serves clients.
    case router
    /// Watches the others and assigns the shards.
    case coordinator

    /// One line for the list of commands.
    public var summary: String {
        switch self {
        case .shard: "Run a node that hosts shard replicas, primary or standby."
        case .router: "Run a router: the API in front of the shards."
        case .coordinator: "Run a coordinator: membership, failover and the shard map."
        }
    }

    func places(in plan: ClusterPlan) -> [ClusterPlan.Endpoint] {
        switch self {
        case .shard: plan.nodes
        case .router: plan.routers
        case .coordinator: plan.coordinators
        }
    }
}

/// A process of a cluster started by its plan: `castle shard --plan FILE --id n1` and its like.
public enum RoleCommand {
    /// What the command line said.
    public struct Call: Sendable {
        /// The whole cluster.
        public var plan: ClusterPlan
        /// Which of its processes this is.
        public var id: String
        /// Whether a coordinator writes the first map of a new cluster.
        public var isBootstrap: Bool
    }

    private static let flags = [
        Arguments.Flag("--plan", "FILE", help: "the plan that castle up wrote (DIR/plan.json)"),
        Arguments.Flag("--id", "ID", help: "which process of the plan this is"),
    ]
    private static let bootstrap = Arguments.Flag(
        "--bootstrap",
        help: "write the first map of a new cluster"
    )

    /// Runs a role.
    ///
    /// - Parameters:
    ///   - role: Which.
    ///   - words: What follows the subcommand.
    ///   - body: Serves until it is told to stop; what it throws goes to the standard error.
    /// - Returns: The exit code: 64 for a bad command line, 1 for an error.
    public static func run(
        _ role: Role,
        _ words: [String],
        body: (Call) throws -> Void
    ) -> Int32 {
        let name = role.rawValue
        let flags = flags + (role == .coordinator ? [bootstrap] : [])
        return CommandLineFace.run(
            name,
            words,
            usage: "castle \(name) --plan FILE --id ID",
            summary: role.summary,
            flags: flags
        ) { words throws(SupervisorError) in
            let call = try parse(words, flags: flags, role: role)
            do {
                try body(call)
                return 0
            } catch {
                OperatingSystem.writeToStandardError("castle \(name): \(error)\n")
                return 1
            }
        }
    }

    private static func parse(
        _ words: [String],
        flags: [Arguments.Flag],
        role: Role
    ) throws(SupervisorError) -> Call {
        let path: String
        let id: String
        let isBootstrap: Bool
        do throws(ArgumentError) {
            let arguments = try Arguments(words, flags: flags)
            path = try arguments.required("--plan")
            id = try arguments.required("--id")
            isBootstrap = arguments.has("--bootstrap")
        } catch {
            throw .arguments(error)
        }
        let plan: ClusterPlan
        do throws(ConfigurationError) {
            plan = try ClusterPlan.load(path)
        } catch {
            throw .configuration(error)
        }
        let names = role.places(in: plan).map(\.id)
        guard names.contains(id) else {
            let expected = "one of " + names.joined(separator: ", ")
            throw .arguments(.badValue(flag: "--id", value: id, expected: expected))
        }
        return Call(plan: plan, id: id, isBootstrap: isBootstrap)
    }
}
