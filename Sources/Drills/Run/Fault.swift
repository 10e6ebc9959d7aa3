import EventLoop
import Glibc
import Workload

/// A fault that was chosen, with the processes that it hits.
struct Fault {
    /// A process that is hit.
    struct Target {
        var member: Member
        var pid: Int32
    }

    let kind: DrillKind
    let choice: FaultChoice
    let targets: [Target]
    /// How long the targets stand still; `nil` is killed.
    let pauseMilliseconds: UInt64?

    /// For the report: `killed n2 (pid 4711; shards 2,3)`.
    var text: String {
        let names = targets.map { "\($0.member)" }.joined(separator: " ")
        let pids = targets.map { "\($0.pid)" }.joined(separator: " ")
        let hit = kind == .killStandby ? Set(choice.shards.map(\.id)) : choice.deposed
        let shards = hit.sorted().map { "\($0)" }.joined(separator: ",")
        let verb = pauseMilliseconds.map { "paused for \($0) ms" } ?? "killed"
        return "\(verb) \(names) (pid \(pids)\(hit.isEmpty ? "" : "; shards \(shards)"))"
    }
}

/// Breaks a cluster and sees that it heals.
final class FaultInjector {
    private static let resumeMilliseconds: UInt64 = 10_000

    private let chooser: FaultChooser
    private let cluster: ClusterUnderTest
    private var paused: Set<Int32> = []

    init(_ chooser: FaultChooser, _ cluster: ClusterUnderTest) {
        self.chooser = chooser
        self.cluster = cluster
    }

    /// Brings the cluster into a state in which the fault can be tried.
    ///
    /// - Returns: The cluster then.
    func prepare() throws(LoadError) -> ClusterStatus {
        let status = try cluster.waitUntilHealthy()
        guard chooser.kind == .killStandby, status.pureStandbys.isEmpty,
            let node = status.leaders.first
        else { return status }
        // Every node leads something at first. One that was killed comes back as a mere standby.
        let pid = try cluster.pid(of: .node(node))
        try cluster.send(SIGKILL, to: pid)
        try cluster.waitUntilReplaced(.node(node), old: pid)
        let settled = try cluster.waitUntilHealthy()
        guard !settled.pureStandbys.isEmpty else {
            throw LoadError("there is no node that only follows")
        }
        return settled
    }

    /// Chooses what to break, and finds its processes.
    func choose(
        _ status: ClusterStatus,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> Fault {
        let choice = try chooser.choose(status, coordinator: cluster.leader, &random)
        var targets: [Fault.Target] = []
        for member in choice.members {
            targets.append(Fault.Target(member: member, pid: try cluster.pid(of: member)))
        }
        let range = chooser.kind.pauseMilliseconds
        let pause = range.map { UInt64.random(in: $0, using: &random) }
        return Fault(kind: chooser.kind, choice: choice, targets: targets, pauseMilliseconds: pause)
    }

    /// Breaks it; a pause ends by itself.
    func strike(_ fault: Fault) throws(LoadError) {
        guard let milliseconds = fault.pauseMilliseconds else {
            for target in fault.targets { try cluster.send(SIGKILL, to: target.pid) }
            return
        }
        for target in fault.targets {
            try cluster.send(SIGSTOP, to: target.pid)
            paused.insert(target.pid)
        }
        cluster.waiter.loop.schedule(afterMilliseconds: milliseconds) { self.resume() }
    }

    /// Lets everything go on that stands still.
    func resume() {
        // It cannot be gone while it is stopped; if it was killed, the drill will say so.
        for pid in paused { _ = kill(pid, SIGCONT) }
        paused = []
    }

    /// Waits until what was broken is there again.
    func waitUntilHealed(_ fault: Fault) throws(LoadError) -> ClusterStatus {
        if let milliseconds = fault.pauseMilliseconds {
            let limit = milliseconds + Self.resumeMilliseconds
            cluster.waiter.wait(timeoutMilliseconds: limit) { self.paused.isEmpty }
        } else {
            for target in fault.targets {
                try cluster.waitUntilReplaced(target.member, old: target.pid)
            }
        }
        let hitsCoordinator = fault.targets.contains {
            if case .coordinator = $0.member { true } else { false }
        }
        if hitsCoordinator { try cluster.waitForOneLeader() }
        return try cluster.waitUntilHealthy()
    }
}
