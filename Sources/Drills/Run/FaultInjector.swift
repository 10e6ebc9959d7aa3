import EventLoop
import Glibc
import Workload

/// Breaks a cluster and sees that it heals.
final class FaultInjector {
    private static let resumeMilliseconds: UInt64 = 10_000
    /// Between two restarts: what came back catches up.
    private static let settleMilliseconds: UInt64 = 500

    private let chooser: FaultChooser
    let cluster: ClusterUnderTest
    private let noiseSeconds: Int
    private var paused: Set<Int32> = []
    /// Follows the move in which somebody is killed, until its end.
    var moveWatch: MoveWatch?

    /// Called before a member is restarted that may carry connections of ours.
    var willRestart: (Member) -> Void = { _ in }
    /// Called when it is well again.
    var didRestart: (Member) throws(LoadError) -> Void = { (_) throws(LoadError) in }

    init(_ chooser: FaultChooser, _ cluster: ClusterUnderTest, noiseSeconds: Int) {
        self.chooser = chooser
        self.cluster = cluster
        self.noiseSeconds = noiseSeconds
    }

    /// Brings the cluster into a state in which the fault can be tried.
    ///
    /// - Returns: The cluster then.
    func prepare(
        _ kind: DrillKind,
        _ status: ClusterStatus
    ) throws(LoadError) -> ClusterStatus {
        guard kind.needsStandby, status.pureStandbys.isEmpty,
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
        _ kind: DrillKind,
        _ status: ClusterStatus,
        number: Int,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> Fault {
        let choice = try chooser.choose(
            kind,
            status,
            coordinator: cluster.leader,
            number: number,
            &random
        )
        var targets: [Fault.Target] = []
        for member in choice.members {
            targets.append(Fault.Target(member: member, pid: try cluster.pid(of: member)))
        }
        let action: Fault.Action
        if let chosen = choice.action {
            action = chosen
        } else if let range = kind.fillMilliseconds {
            action = .fill(milliseconds: UInt64.random(in: range, using: &random))
        } else if let range = kind.pauseMilliseconds {
            action = .pause(milliseconds: UInt64.random(in: range, using: &random))
        } else if kind == .noisyNeighbour {
            action = .spin(processes: SpinningProcesses.defaultCount, seconds: noiseSeconds)
        } else {
            action = kind == .rollingUpgrade ? .restart : .kill
        }
        return Fault(kind: kind, action: action, choice: choice, targets: targets)
    }

    /// Breaks it; a pause ends by itself, noise and restarts have ended on return.
    ///
    /// - Returns: When something was broken, in order.
    func strike(_ fault: Fault) throws(LoadError) -> [Strike] {
        let what = fault.choice.members.map { "\($0)" }.joined(separator: " ")
        let strike = Strike(nanoseconds: cluster.waiter.loop.nowNanoseconds, what: what)
        switch fault.action {
        case .kill:
            for target in fault.targets { try cluster.send(SIGKILL, to: target.pid) }
        case .pause(let milliseconds):
            for target in fault.targets {
                try cluster.send(SIGSTOP, to: target.pid)
                paused.insert(target.pid)
            }
            cluster.waiter.loop.schedule(afterMilliseconds: milliseconds) { self.resume() }
        case .cut(_, let cuts, let phases):
            guard case .network(let network) = cluster.surroundings else { break }
            try network.cut(cuts, phases: phases)
            // What was sent before the packets are really lost says nothing of the gap.
            return [Strike(nanoseconds: cluster.waiter.loop.nowNanoseconds, what: what)]
        case .fill(let milliseconds):
            guard case .disks(let disks, _) = cluster.surroundings else { break }
            for member in fault.choice.members {
                try disks.fill("\(member)", milliseconds: milliseconds)
            }
            return [Strike(nanoseconds: cluster.waiter.loop.nowNanoseconds, what: what)]
        case .jump(let jump):
            guard case .clocks(let clocks) = cluster.surroundings else { break }
            for member in fault.choice.members {
                try clocks.jump(
                    "\(member)",
                    seconds: jump.seconds,
                    milliseconds: jump.milliseconds
                )
            }
        case .spin(let count, let seconds):
            let spinning = try SpinningProcesses(count: count, loop: cluster.waiter.loop)
            defer { spinning.stop() }
            cluster.waiter.pause(milliseconds: UInt64(seconds) * 1000)
            let end = cluster.waiter.loop.nowNanoseconds
            return [
                Strike(nanoseconds: strike.nanoseconds, what: "noise"),
                Strike(nanoseconds: end, what: "silence"),
            ]
        case .handOver(let shard): try cluster.handOver(shard)
        case .grow(let nodes, let shards): try cluster.grow(nodes: nodes, shards: shards)
        case .move(let pairs):
            for pair in pairs { try cluster.move(pair.symbol, to: pair.shard) }
        case .killAtStep(let kill): return try self.strike(kill, fault)
        // The load is the fault, and is there already.
        case .crowd: break
        case .drain, .join:
            for case .node(let node) in fault.choice.members {
                let joining = fault.action == .join ? try cluster.join() : nil
                try cluster.drain(node)
                try cluster.setDraining(node, false)
                if let joining { try cluster.retire(joining) }
            }
        case .restart:
            var strikes: [Strike] = []
            for target in fault.targets { strikes.append(try restart(target.member)) }
            return strikes
        }
        return [strike]
    }

    private func restart(_ member: Member) throws(LoadError) -> Strike {
        guard !cluster.waiter.isInterrupted else { throw LoadError("interrupted") }
        if case .node(let node) = member { try cluster.handOverAll(of: node) }
        willRestart(member)
        let pid = try cluster.pid(of: member)
        let now = cluster.waiter.loop.nowNanoseconds
        try cluster.send(SIGTERM, to: pid)
        try cluster.waitUntilReplaced(member, old: pid)
        if case .coordinator = member { try cluster.waitForOneLeader() }
        _ = try cluster.waitUntilHealthy()
        try didRestart(member)
        cluster.waiter.pause(milliseconds: Self.settleMilliseconds)
        return Strike(nanoseconds: now, what: "\(member)")
    }

    /// Lets everything go on that stands still.
    func resume() {
        // It cannot be gone while it is stopped; if it was killed, the drill will say so.
        for pid in paused { _ = kill(pid, SIGCONT) }
        paused = []
        cluster.surroundings.restore()
    }

    /// Waits until what was broken is there again.
    func waitUntilHealed(_ fault: Fault) throws(LoadError) -> ClusterStatus {
        switch fault.action {
        case .pause, .cut, .fill, .jump:
            let limit = (fault.action.lastsMilliseconds ?? 0) + Self.resumeMilliseconds
            let isOver = cluster.waiter.wait(timeoutMilliseconds: limit) { [self] in
                paused.isEmpty && cluster.surroundings.isRestored
            }
            if let problem = cluster.surroundings.failure { throw LoadError(problem) }
            guard isOver || cluster.waiter.isInterrupted else {
                throw LoadError("no end of: \(fault.text)")
            }
            // Who ended by itself is started again.
            for target in fault.targets { try cluster.waitUntilRunning(target.member) }
            if case .fill = fault.action {
                // Redis ends when it cannot append: else the disk was not full.
                for target in fault.targets {
                    try cluster.waitUntilReplaced(target.member, old: target.pid)
                }
            }
        case .kill, .killAtStep:
            for target in fault.targets {
                try cluster.waitUntilReplaced(target.member, old: target.pid)
            }
        case .restart, .handOver, .drain, .join, .grow, .move, .crowd, .spin: break
        }
        if fault.hitsCoordinator { try cluster.waitForOneLeader() }
        return try cluster.waitUntilHealthy()
    }
}
