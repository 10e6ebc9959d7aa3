import Configuration

/// What `castle up` was asked for.
public struct UpOptions: Equatable, Sendable {
    /// What the command takes.
    public static let flags = [
        Arguments.Flag("--dir", "DIR", help: "state, logs and cluster.json (var/local)"),
        Arguments.Flag("--port-base", "N", help: "the edge's port; others follow (9000)"),
        Arguments.Flag(
            "--topology",
            "FILE",
            help: "what to start (Cluster/topologies/local.json)"
        ),
        Arguments.Flag("--places", "FILE", help: "addresses and launchers of processes (none)"),
        Arguments.Flag("--detach", help: "return when the cluster answers"),
    ]

    /// State, logs and `cluster.json`; absolute.
    public var directory: String
    /// The first port.
    public var ports: PortLayout
    /// The topology file; absolute.
    public var topology: String
    /// The file of what is special about processes; absolute, `nil` is none.
    public var places: String?
    /// Whether to return when the cluster answers.
    public var isDetached: Bool

    /// Reads the command line.
    ///
    /// - Parameter words: What follows `up`.
    /// - Throws: `ArgumentError`.
    public init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags)
        directory = FileStore.absolute(arguments.text("--dir") ?? "var/local")
        let base = try arguments.integer("--port-base", in: PortLayout.bases, default: 9000)
        ports = PortLayout(base: base)
        topology = FileStore.absolute(
            arguments.text("--topology") ?? "Cluster/topologies/local.json"
        )
        places = arguments.text("--places").map { FileStore.absolute($0) }
        isDetached = arguments.has("--detach")
    }

    /// The same as a command line, without `--detach`.
    var words: [String] {
        ["--dir", directory, "--port-base", "\(ports.base)", "--topology", topology]
            + (places.map { ["--places", $0] } ?? [])
    }
}

/// Names inside the directory of a cluster.
struct ClusterDirectory {
    let path: String

    var plan: String { "\(path)/plan.json" }
    var accounts: String { "\(path)/accounts.json" }
    var cluster: String { "\(path)/cluster.json" }
    /// Holds the supervisor's process id, and its lock for as long as it runs.
    var supervisorPID: String { "\(path)/supervisor.pid" }
    /// There once the first coordinator has written the first map.
    var bootstrapped: String { "\(path)/bootstrapped" }
    /// There while the cluster answers; holds the start report.
    var ready: String { "\(path)/ready" }
    var logs: String { "\(path)/logs" }
    var supervisorLog: String { log(of: "supervisor") }
    /// What a detached supervisor says while it starts.
    var startLog: String { log(of: "up") }
    var tls: String { "\(path)/tls" }

    func log(of id: String) -> String { "\(logs)/\(id).log" }
    func redis(_ id: String) -> String { "\(path)/redis/\(id)" }

    /// The supervisor that runs in the directory, or `nil`.
    var runningSupervisor: Int32? {
        guard OperatingSystem.isLocked(supervisorPID) else { return nil }
        let bytes = OperatingSystem.read(supervisorPID, from: 0)
        return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// Whether a process belongs to the cluster of this directory; pids are used again, so a number
    /// out of an old file proves nothing.
    func owns(_ pid: Int32) -> Bool {
        guard OperatingSystem.isRunning(pid), let name = OperatingSystem.name(of: pid),
            ["castle", "redis-server", "nghttpx"].contains(name)
        else { return false }
        if OperatingSystem.environment("CASTLE_CLUSTER", of: pid) == path { return true }
        let working = OperatingSystem.workingDirectory(of: pid) ?? ""
        return "\(working)/".hasPrefix("\(path)/")
    }

    /// Processes of `cluster.json` that still run.
    var runningMembers: [Int32] {
        guard FileStore.exists(cluster) else { return [] }
        do throws(ConfigurationError) {
            return try ClusterFile.load(cluster).pids.filter(owns)
        } catch {
            // A file we cannot read names no process we could end.
            return []
        }
    }
}
