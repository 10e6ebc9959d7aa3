import Configuration
import EventLoop

/// A cluster from its first process to its last, under one loop.
final class ClusterRun {
    private static let readySeconds = 60
    /// Deaths of one process before the cluster is ready that end the start.
    private static let deathMax = 3
    private static let portPauseMilliseconds: UInt64 = 10

    private let loop = EventLoop()
    private let setup: ClusterSetup
    private let services: ClusterServices
    private let log: SupervisorLog
    private let supervisor: Supervisor
    private var probe: ReadinessProbe?
    private var isReady = false
    private var failure: SupervisorError?

    /// Called with the start report once the cluster answers.
    var onReady: (String) -> Void = { _ in }
    /// Called with a line of progress.
    var onProgress: (String) -> Void = { _ in }

    init(_ setup: ClusterSetup) {
        self.setup = setup
        services = ClusterServices(
            plan: setup.plan,
            directory: setup.directory,
            clusterFiles: setup.clusterFiles,
            executable: OperatingSystem.executablePath
        )
        log = SupervisorLog(path: setup.directory.supervisorLog)
        supervisor = Supervisor(loop: loop, log: log)
    }

    /// Starts the cluster and keeps it running until a signal ends it.
    ///
    /// - Throws: `SupervisorError` when it does not get ready; nothing runs then.
    func run() throws(SupervisorError) {
        OperatingSystem.setEnvironment(ParentWatch.variable, to: "\(OperatingSystem.pid)")
        OperatingSystem.setEnvironment("CASTLE_CLUSTER", to: setup.directory.path)
        supervisor.onChange = { [unowned self] in writeClusterFile() }
        supervisor.onDeath = { [unowned self] in didDie($0) }
        for signal: Int32 in [1, 2, 15] {
            loop.onSignal(signal) { [unowned self] in stop(isReady ? nil : .interrupted) }
        }
        loop.schedule(afterMilliseconds: UInt64(Self.readySeconds) * 1000) { [unowned self] in
            guard !isReady else { return }
            let waitingFor = probe?.waitingFor ?? "Redis"
            stop(.notReady(seconds: Self.readySeconds, waitingFor: waitingFor))
        }
        log.log("info", "supervisor started", pid: OperatingSystem.pid)
        onProgress("starting Redis")
        supervisor.start(services.redis)
        awaitPorts(setup.plan.redis[...]) { [unowned self] in startTheRest() }
        loop.run()
        FileStore.remove(setup.directory.ready)
        OperatingSystem.overwrite(setup.directory.supervisorPID, with: "")
        if let failure { throw failure }
    }

    /// Waits until each endpoint accepts a connection.
    private func awaitPorts(
        _ endpoints: ArraySlice<ClusterPlan.Endpoint>,
        completion: @escaping () -> Void
    ) {
        guard !supervisor.isStopping else { return }
        guard let endpoint = endpoints.first else { return completion() }
        loop.connect(host: endpoint.host, port: endpoint.port, timeoutMilliseconds: 1000) {
            [unowned self] result in
            switch result {
            case .success(let connection):
                connection.close()
                awaitPorts(endpoints.dropFirst(), completion: completion)
            case .failure:
                loop.schedule(afterMilliseconds: Self.portPauseMilliseconds) { [unowned self] in
                    awaitPorts(endpoints, completion: completion)
                }
            }
        }
    }

    private func startTheRest() {
        onProgress("starting the coordinator, nodes, routers and the edge")
        supervisor.start(services.coordinators)
        supervisor.start(services.nodes)
        supervisor.start(services.routers)
        supervisor.start(services.edge)
        let fetch = HTTPFetch.make(loop: loop, plan: setup.plan)
        let probe = ReadinessProbe(loop: loop, plan: setup.plan, fetch: fetch)
        self.probe = probe
        probe.run { [unowned self] in didGetReady() }
    }

    private func didGetReady() {
        isReady = true
        log.log("info", "cluster is ready")
        let report = StartReport(
            plan: setup.plan,
            cluster: clusterFile,
            accounts: setup.accounts,
            supervisor: OperatingSystem.pid,
            executable: services.executable,
            pid: { [unowned self] in supervisor.pid(of: $0) }
        ).text
        write(setup.directory.bootstrapped, "")
        write(setup.directory.ready, report, mode: 0o600)
        onReady(report)
    }

    private func didDie(_ death: Supervisor.Death) {
        guard !isReady, death.count >= Self.deathMax else { return }
        stop(
            .processFailed(
                id: death.id,
                reason: death.reason,
                log: setup.directory.log(of: death.id)
            )
        )
    }

    private func stop(_ failure: SupervisorError?) {
        if !supervisor.isStopping { self.failure = failure }
        probe?.cancel()
        log.log("info", "supervisor stops", detail: failure?.description)
        supervisor.stop { [unowned self] in loop.stop() }
    }

    private var clusterFile: ClusterFile {
        ClusterFile(plan: setup.plan, accounts: setup.accounts) { supervisor.pid(of: $0) }
    }

    private func writeClusterFile() {
        do throws(ConfigurationError) {
            try clusterFile.store(setup.directory.cluster)
        } catch {
            log.log("error", "cluster.json cannot be written", detail: error.description)
        }
    }

    private func write(_ path: String, _ text: String, mode: UInt32 = 0o644) {
        do throws(ConfigurationError) {
            try FileStore.replace(path, with: Array(text.utf8), mode: mode)
        } catch {
            log.log("error", "a file cannot be written", detail: error.description)
        }
    }
}
