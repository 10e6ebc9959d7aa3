import Configuration
import EventLoop
import Glibc
import Workload

/// A cluster of our own that we look into and break.
public final class ClusterUnderTest {
    private static let statusMilliseconds: UInt64 = 2000
    private static let leadMilliseconds: UInt64 = 30_000

    let own: OwnCluster
    /// Serves the loop while we wait.
    public let waiter: LoopWaiter
    /// As it was when it had started; process ids change.
    public let initial: ClusterFile
    /// Names and zones of its processes.
    public let plan: ClusterPlan
    /// What was put around its processes.
    let surroundings: Surroundings
    let coordinators: [ClientLane]
    /// The coordinator that led when it was last asked, by its place in the topology.
    private(set) var leaderIndex = 0
    /// Nodes that joined while it ran.
    var joined: [JoinedNode] = []

    /// Starts a cluster.
    ///
    /// - Parameters:
    ///   - waiter: Waits for it.
    ///   - topology: The topology file, or `nil` for the local one.
    ///   - surroundings: What is put around its processes.
    /// - Throws: `LoadError` when it does not start.
    init(
        waiter: LoopWaiter,
        topology: String?,
        surroundings: Surroundings
    ) throws(LoadError) {
        self.waiter = waiter
        self.surroundings = surroundings
        let own = try OwnCluster(
            waiter: waiter,
            topology: topology,
            prepare: { (directory) throws(LoadError) in try surroundings.prepare(directory) },
            onStopped: { surroundings.clear($0, keepingFiles: $1) }
        )
        self.own = own
        do throws(LoadError) {
            initial = try own.file()
            plan = try own.plan()
        } catch {
            own.stop(keepingFiles: true)
            throw error
        }
        coordinators = initial.coordinator.compactMap { Endpoint(url: $0.url) }.map {
            ClientLane(endpoint: $0, loop: waiter.loop)
        }
    }

    /// State, logs and `cluster.json`.
    public var directory: String { own.directory }

    /// Name of the coordinator that led when it was last asked.
    public var leader: String { plan.coordinators[leaderIndex].id }

    /// The routers, in the order of the topology.
    public var routers: [ClusterFile.Node] { initial.nodes.filter { $0.role == "router" } }

    /// Stops everything.
    ///
    /// - Parameter keepingFiles: Whether to leave the directory.
    public func stop(keepingFiles: Bool) {
        for lane in coordinators { lane.stop() }
        for node in joined { node.process?.kill(SIGTERM) }
        own.stop(keepingFiles: keepingFiles)
    }

    /// What the coordinator that leads says now; `nil` when none does.
    public func status() -> ClusterStatus? {
        for index in coordinators.indices {
            // An answer we cannot read counts as none; whoever waits says for what it waited.
            guard case .success(let status) = ask(index) else { continue }
            leaderIndex = index
            return status
        }
        return nil
    }

    /// Waits until every coordinator answers, and one of them leads.
    ///
    /// - Throws: `LoadError` with what they said last.
    public func waitForOneLeader() throws(LoadError) {
        let deadline = waiter.loop.nowNanoseconds + Self.leadMilliseconds * 1_000_000
        var roles: [String] = []
        while waiter.loop.nowNanoseconds < deadline, !waiter.isInterrupted {
            roles = coordinators.indices.map { index in
                switch ask(index) {
                case .success: "leads"
                case .failure(.refused): "waits"
                case .failure, nil: "does not answer"
                }
            }
            if roles.count(where: { $0 == "leads" }) == 1, !roles.contains("does not answer") {
                return
            }
            waiter.pause(milliseconds: 50)
        }
        let text = zip(plan.coordinators, roles).map { "\($0.id) \($1)" }
        throw LoadError("coordinators do not agree: \(text.joined(separator: ", "))")
    }

    private func ask(_ index: Int) -> Result<ClusterStatus, ReadError>? {
        guard let client = coordinators[index].client, coordinators[index].isOpen else {
            return nil
        }
        client.timeoutMilliseconds = Self.statusMilliseconds
        return waiter.result(timeoutMilliseconds: Self.statusMilliseconds + 500) {
            client.read(ClusterStatus.self, "/cluster", completion: $0)
        }
    }

    /// Waits until every shard could stand a fault.
    ///
    /// - Parameter timeoutMilliseconds: When to give up.
    /// - Returns: The cluster then.
    /// - Throws: `LoadError` with what was missing.
    public func waitUntilHealthy(
        timeoutMilliseconds: UInt64 = 60_000
    ) throws(LoadError) -> ClusterStatus {
        let deadline = waiter.loop.nowNanoseconds + timeoutMilliseconds * 1_000_000
        var weakness = "no coordinator answers"
        while waiter.loop.nowNanoseconds < deadline, !waiter.isInterrupted {
            if let status = status() {
                guard let missing = status.weakness else { return status }
                weakness = missing
            }
            waiter.pause(milliseconds: 50)
        }
        throw LoadError("the cluster is not healthy after \(timeoutMilliseconds) ms: \(weakness)")
    }

    /// Waits until every Redis has the same logs: one that was away is filled from the others, and
    /// before that the loss of another is a second fault at the same time.
    ///
    /// - Throws: `LoadError` when they stay different.
    func waitForAcceptors() throws(LoadError) {
        guard plan.redis.count > 1 else { return }
        let endpoints = initial.redis.compactMap { Endpoint(url: $0.url) }
        let shards = [0] + (status()?.shards.map(\.id) ?? plan.shards.map { Int($0.id) })
        let deadline = waiter.loop.nowNanoseconds + Self.leadMilliseconds * 1_000_000
        while waiter.loop.nowNanoseconds < deadline, !waiter.isInterrupted {
            let tails = endpoints.map { LogTails($0, shards: shards, loop: waiter.loop) }
            waiter.wait(timeoutMilliseconds: Self.statusMilliseconds) {
                tails.allSatisfy(\.hasEnded)
            }
            for tail in tails { tail.stop() }
            if let first = tails.first?.answer, tails.allSatisfy({ $0.answer == first }) { return }
            waiter.pause(milliseconds: 20)
        }
        throw LoadError("the Redis instances do not come to the same logs")
    }

    /// The process that a member runs in now.
    public func pid(of member: Member) throws(LoadError) -> Int32 {
        let file = try own.file()
        let pid =
            switch member {
            case .node(let id): file.nodes.first { $0.id == id }?.pid
            case .redis(let id):
                plan.redis.firstIndex { $0.id == id }.map { file.redis[$0].pid }
            case .coordinator(let id):
                plan.coordinators.firstIndex { $0.id == id }.map { file.coordinator[$0].pid }
            case .edge: file.edge.pid
            }
        guard let pid, pid > 0 else { throw LoadError("\(member) does not run") }
        return pid
    }

    /// Waits until a member runs that may have ended.
    ///
    /// - Parameter member: Who.
    /// - Throws: `LoadError` when it does not come back.
    func waitUntilRunning(_ member: Member) throws(LoadError) {
        try waitUntilReplaced(member, old: 0)
    }

    /// Waits until a member that was killed runs again.
    ///
    /// - Parameters:
    ///   - member: Who.
    ///   - old: Its process that was killed.
    /// - Throws: `LoadError` when it does not come back.
    public func waitUntilReplaced(_ member: Member, old: Int32) throws(LoadError) {
        let isBack = waiter.wait(timeoutMilliseconds: 30_000) {
            do throws(LoadError) {
                return try self.pid(of: member) != old
            } catch {
                return false
            }
        }
        guard isBack else { throw LoadError("\(member) was not started again") }
    }

    /// Sends a signal to a process of the cluster.
    ///
    /// - Parameters:
    ///   - signal: Such as SIGKILL.
    ///   - pid: A process of this cluster.
    /// - Throws: `LoadError` when there is no such process.
    public func send(_ signal: Int32, to pid: Int32) throws(LoadError) {
        guard kill(pid, signal) == 0 else { throw LoadError("process \(pid) is gone") }
    }
}
