import EventLoop

/// Keeps groups of processes running, and stops them in the opposite order of their start.
///
/// Everything is called on the thread of the loop.
public final class Supervisor {
    /// A process that died by itself.
    public struct Death: Equatable, Sendable {
        /// Its name.
        public var id: String
        /// Exit status or signal.
        public var reason: String
        /// Deaths of this process since the supervisor started.
        public var count: Int

        /// States every field.
        public init(id: String, reason: String, count: Int) {
            self.id = id
            self.reason = reason
            self.count = count
        }
    }

    private let loop: EventLoop
    private let log: SupervisorLog
    private var groups: [[SupervisedProcess]] = []
    private var deathCounts: [String: Int] = [:]
    private var stopCompletion: (() -> Void)?

    /// Called after the pid of any process has changed.
    public var onChange: () -> Void = {}
    /// Called when a process died by itself.
    public var onDeath: (Death) -> Void = { _ in }

    /// Supervises nothing yet.
    public init(loop: EventLoop, log: SupervisorLog) {
        self.loop = loop
        self.log = log
    }

    /// Whether it is being or has been stopped.
    public private(set) var isStopping = false

    /// Starts a group of services; later groups are stopped before it.
    public func start(_ services: [Service]) {
        guard !isStopping else { return }
        let group = services.map { service in
            SupervisedProcess(service: service, loop: loop) { [weak self] process, event in
                self?.handle(event, of: process)
            }
        }
        groups.append(group)
        for process in group { process.start() }
    }

    /// The process of a name that runs now, or `nil`.
    public func pid(of id: String) -> Int32? {
        groups.joined().first { $0.service.id == id }?.pid
    }

    /// Processes that run now.
    public var pids: [Int32] { groups.joined().compactMap(\.pid) }

    /// Ends every process, the last group first; a second call kills what is left at once.
    ///
    /// - Parameter completion: Called once, when none is left.
    public func stop(completion: @escaping () -> Void) {
        guard !isStopping else {
            for process in groups.joined() { process.killNow() }
            return
        }
        isStopping = true
        stopCompletion = completion
        // Nothing may be started again while others are still being ended.
        for process in groups.joined() { process.disarm() }
        stopLastGroup()
    }

    private func stopLastGroup() {
        guard let group = groups.last else {
            stopCompletion?()
            stopCompletion = nil
            return
        }
        var left = group.count
        guard left > 0 else { return groupDidStop() }
        for process in group {
            process.stop { [weak self] in
                left -= 1
                if left == 0 { self?.groupDidStop() }
            }
        }
    }

    private func groupDidStop() {
        groups.removeLast()
        stopLastGroup()
    }

    private func handle(_ event: SupervisedProcess.Event, of process: SupervisedProcess) {
        let id = process.service.id
        switch event {
        case .started(let pid):
            log.log("info", "process started", process: id, pid: pid)
        case .died(let reason, let wait):
            log.log(
                "warning",
                "process died",
                process: id,
                detail: "\(reason), starts again in \(wait) ms"
            )
            countDeath(id, reason)
        case .startFailed(let reason, let wait):
            log.log(
                "error",
                "process cannot be started",
                process: id,
                detail: "\(reason), tried again in \(wait) ms"
            )
            countDeath(id, reason)
        case .killed:
            log.log("warning", "process is killed", process: id, pid: process.pid)
        case .stopped:
            log.log("info", "process stopped", process: id)
        }
        onChange()
    }

    private func countDeath(_ id: String, _ reason: String) {
        let count = deathCounts[id, default: 0] + 1
        deathCounts[id] = count
        onDeath(Death(id: id, reason: reason, count: count))
    }
}
