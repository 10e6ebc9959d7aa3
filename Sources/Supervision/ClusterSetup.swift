import Configuration

/// Everything a start needs, checked and written down before the first process runs.
struct ClusterSetup {
    let directory: ClusterDirectory
    let plan: ClusterPlan
    let accounts: AccountsFile
    let clusterFiles: String

    /// Checks programs, ports and files, takes the directory, and writes the plan.
    ///
    /// - Throws: `SupervisorError`; nothing runs then.
    init(_ options: UpOptions) throws(SupervisorError) {
        directory = ClusterDirectory(path: options.directory)
        let topology = try Self.configured { () throws(ConfigurationError) in
            try Topology.load(options.topology)
        }
        clusterFiles = try Preflight.clusterFiles(
            topologyPath: options.topology,
            instruments: topology.instruments
        )
        let places = try Self.configured { () throws(ConfigurationError) in
            try options.places.map { (path) throws(ConfigurationError) in
                try PlacesFile.load(path)
            }
        }
        plan = ClusterPlan(
            topology: topology,
            clusterID: Self.clusterID(directory),
            directory: options.directory,
            ports: options.ports,
            special: places ?? PlacesFile()
        )
        let (directory, plan) = (directory, plan)
        try Self.configured { () throws(ConfigurationError) in
            try FileStore.createDirectory(directory.logs)
            for redis in plan.redis { try FileStore.createDirectory(directory.redis(redis.id)) }
        }
        try Self.take(directory)
        try Preflight.checkPrograms(
            needsTLS: plan.tls != nil,
            log: directory.log(of: "version")
        )
        Self.awaitLeftovers(directory)
        try Preflight.checkPorts(plan)
        if let files = plan.tls { try Certificates.prepare(files, in: directory) }
        accounts = try Self.configured { () throws(ConfigurationError) in
            try plan.store(directory.plan)
            return try AccountsFile.loadOrCreate(plan.accounts, for: topology.accounts)
        }
    }

    /// The data in the directory keeps its identity; a new directory gets one.
    private static func clusterID(_ directory: ClusterDirectory) -> UInt64 {
        do throws(ConfigurationError) {
            return try ClusterPlan.load(directory.plan).clusterNumber
        } catch {
            // The first start, or a plan nobody can read: the processes refuse other data anyway.
            return SecureRandom.identity()
        }
    }

    private static func take(_ directory: ClusterDirectory) throws(SupervisorError) {
        guard OperatingSystem.lock(directory.supervisorPID) else {
            throw .directoryInUse(directory: directory.path, pid: directory.runningSupervisor)
        }
        OperatingSystem.overwrite(directory.supervisorPID, with: "\(OperatingSystem.pid)\n")
        FileStore.remove(directory.ready)
    }

    /// Members of a cluster whose supervisor was killed end by themselves within a second.
    private static func awaitLeftovers(_ directory: ClusterDirectory) {
        for _ in 0..<50 where !directory.runningMembers.isEmpty {
            OperatingSystem.pause(milliseconds: 100)
        }
        for pid in directory.runningMembers { OperatingSystem.send(9, to: pid) }
    }

    private static func configured<Value>(
        _ body: () throws(ConfigurationError) -> Value
    ) throws(SupervisorError) -> Value {
        do throws(ConfigurationError) {
            return try body()
        } catch {
            throw .configuration(error)
        }
    }
}
