import Configuration
import EventLoop
import Glibc
import Workload

/// A fault that was chosen, and what it hits.
struct Fault {
    let kind: DrillKind
    let member: Member
    let pid: Int32
    /// Shards that must be served again before the run goes on.
    let shards: [ClusterStatus.Shard]
    /// Where requests may fail; `nil` is everywhere.
    let excused: Set<Endpoint>?

    /// For the report: `n2 (pid 4711; shards 2,3)`.
    var text: String {
        let numbers = shards.map { "\($0.id)" }.joined(separator: ",")
        let hit = kind.mustFailOver || kind == .killStandby ? "; shards \(numbers)" : ""
        return "\(member) (pid \(pid)\(hit))"
    }

    /// The word for what is done.
    var verb: String { kind == .pausePrimary ? "paused" : "killed" }
}

/// Chooses faults.
struct FaultChooser {
    let kind: DrillKind
    let cluster: ClusterUnderTest
    /// The router whose death a drill survives; the other one is watched.
    let victimRouter: ClusterFile.Node?

    /// Brings the cluster into a state in which the fault can be tried.
    ///
    /// - Returns: The cluster then.
    func prepare() throws(LoadError) -> ClusterStatus {
        let status = try cluster.waitUntilHealthy()
        guard kind == .killStandby, status.pureStandbys.isEmpty, let node = status.leaders.first
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

    /// Chooses what to break.
    func choose(
        _ status: ClusterStatus,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> Fault {
        switch kind {
        case .killPrimary, .pausePrimary:
            guard let node = status.leaders.randomElement(using: &random) else {
                throw LoadError("no node leads a shard")
            }
            return try fault(.node(node), status.shards(ledBy: node), excused: nil)
        case .killStandby:
            guard let node = status.pureStandbys.randomElement(using: &random) else {
                throw LoadError("no node only follows")
            }
            let followed = status.shards.filter { $0.standbys.contains(node) }
            return try fault(.node(node), followed, excused: [])
        case .killRouter:
            guard let victimRouter, let endpoint = Endpoint(url: victimRouter.url) else {
                throw LoadError("the drill needs two routers")
            }
            return try fault(.node(victimRouter.id), status.shards, excused: [endpoint])
        case .killCoordinator: return try fault(.coordinator, status.shards, excused: [])
        case .killRedis: return try fault(.redis, status.shards, excused: nil)
        case .killEdge:
            let edge = Endpoint(url: cluster.initial.rest)
            return try fault(.edge, status.shards, excused: Set([edge].compactMap { $0 }))
        }
    }

    private func fault(
        _ member: Member,
        _ shards: [ClusterStatus.Shard],
        excused: Set<Endpoint>?
    ) throws(LoadError) -> Fault {
        let pid = try cluster.pid(of: member)
        return Fault(kind: kind, member: member, pid: pid, shards: shards, excused: excused)
    }

    /// Breaks it; a pause ends by itself after the time given.
    func strike(_ fault: Fault, pauseMilliseconds: UInt64) throws(LoadError) {
        guard kind == .pausePrimary else { return try cluster.send(SIGKILL, to: fault.pid) }
        try cluster.send(SIGSTOP, to: fault.pid)
        cluster.waiter.loop.schedule(afterMilliseconds: pauseMilliseconds) {
            // It cannot be gone while it is stopped; if it was killed, the drill will say so.
            _ = kill(fault.pid, SIGCONT)
        }
    }

    /// Waits until what was broken is there again.
    func waitUntilHealed(_ fault: Fault) throws(LoadError) -> ClusterStatus {
        if kind != .pausePrimary {
            try cluster.waitUntilReplaced(fault.member, old: fault.pid)
        }
        return try cluster.waitUntilHealthy()
    }
}
