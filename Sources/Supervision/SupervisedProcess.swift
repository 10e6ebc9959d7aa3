import EventLoop

/// Keeps one service running: starts it, starts it again when it dies, and stops it for good.
final class SupervisedProcess {
    /// What happened to a process.
    enum Event: Equatable {
        case started(pid: Int32)
        case died(reason: String, restartMilliseconds: UInt64)
        case startFailed(reason: String, restartMilliseconds: UInt64)
        case killed
        case stopped
    }

    private static let terminate: Int32 = 15
    private static let kill: Int32 = 9

    let service: Service
    private let loop: EventLoop
    private let onEvent: (SupervisedProcess, Event) -> Void
    private var child: ChildProcess?
    private var timer: LoopTimer?
    private var startedAtMilliseconds: UInt64 = 0
    private var delay = RestartDelay()
    private var onStopped: (() -> Void)?
    private var isStopping = false

    init(
        service: Service,
        loop: EventLoop,
        onEvent: @escaping (SupervisedProcess, Event) -> Void
    ) {
        self.service = service
        self.loop = loop
        self.onEvent = onEvent
    }

    /// The process that runs now.
    var pid: Int32? { child?.pid }

    func start() {
        guard !isStopping, child == nil else { return }
        startedAtMilliseconds = nowMilliseconds
        do throws(NetworkError) {
            let child = try loop.spawn(service.processOptions) { [weak self] status, signal in
                self?.didExit(status: status, signal: signal)
            }
            self.child = child
            onEvent(self, .started(pid: child.pid))
        } catch {
            scheduleRestart { .startFailed(reason: error.description, restartMilliseconds: $0) }
        }
    }

    /// From now on a death is final.
    func disarm() {
        isStopping = true
        timer?.cancel()
    }

    /// Asks it to end, kills it when it does not, and says when it has.
    func stop(completion: @escaping () -> Void) {
        disarm()
        guard let child else { return completion() }
        onStopped = completion
        child.kill(Self.terminate)
        timer = loop.schedule(afterMilliseconds: service.stopMillisecondsMax) { [weak self] in
            self?.killNow()
        }
    }

    func killNow() {
        guard let child else { return }
        onEvent(self, .killed)
        child.kill(Self.kill)
    }

    private func didExit(status: Int32, signal: Int32) {
        child = nil
        timer?.cancel()
        guard isStopping else {
            let reason = signal == 0 ? "exit status \(status)" : "signal \(signal)"
            return scheduleRestart { .died(reason: reason, restartMilliseconds: $0) }
        }
        onEvent(self, .stopped)
        onStopped?()
        onStopped = nil
    }

    private func scheduleRestart(_ event: (UInt64) -> Event) {
        let wait = delay.next(uptimeMilliseconds: nowMilliseconds - startedAtMilliseconds)
        timer = loop.schedule(afterMilliseconds: wait) { [weak self] in self?.start() }
        onEvent(self, event(wait))
    }

    private var nowMilliseconds: UInt64 { loop.nowNanoseconds / 1_000_000 }
}

/// How long to wait before a dead process is started again.
package struct RestartDelay {
    /// After a life in which it did its work; as systemd's default.
    static let shortestMilliseconds: UInt64 = 100
    /// More for each death at once after a start.
    static let stepMilliseconds: UInt64 = 1000
    static let longestMilliseconds: UInt64 = 5000
    /// A process that lived this long was running, not failing to start.
    package static let healthyMilliseconds: UInt64 = 500

    private var quickDeaths: UInt64 = 0

    package init() {}

    /// Short; longer only while the process dies at once again and again.
    package mutating func next(uptimeMilliseconds: UInt64) -> UInt64 {
        if uptimeMilliseconds >= Self.healthyMilliseconds {
            quickDeaths = 0
            return Self.shortestMilliseconds
        }
        quickDeaths += 1
        return min(Self.stepMilliseconds * quickDeaths, Self.longestMilliseconds)
    }
}
