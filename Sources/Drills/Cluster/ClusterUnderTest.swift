import Configuration
import EventLoop
import Glibc
import Workload

/// A cluster of our own that we look into and break.
public final class ClusterUnderTest {
    private static let statusMilliseconds: UInt64 = 2000

    private let own: OwnCluster
    /// Serves the loop while we wait.
    public let waiter: LoopWaiter
    /// As it was when it had started; process ids change.
    public let initial: ClusterFile
    private let coordinators: [ClientLane]
    /// The coordinator that answered last, by its place in the topology.
    private var leader: Int?

    /// Starts a cluster.
    ///
    /// - Parameters:
    ///   - waiter: Waits for it.
    ///   - topology: The topology file, or `nil` for the local one.
    /// - Throws: `LoadError` when it does not start.
    public init(waiter: LoopWaiter, topology: String?) throws(LoadError) {
        self.waiter = waiter
        let own = try OwnCluster(waiter: waiter, topology: topology)
        self.own = own
        do throws(LoadError) {
            initial = try own.file()
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

    /// The routers, in the order of the topology.
    public var routers: [ClusterFile.Node] { initial.nodes.filter { $0.role == "router" } }

    /// Stops everything.
    ///
    /// - Parameter keepingFiles: Whether to leave the directory.
    public func stop(keepingFiles: Bool) {
        for lane in coordinators { lane.stop() }
        own.stop(keepingFiles: keepingFiles)
    }

    /// What the coordinator says now; `nil` when none answers.
    public func status() -> ClusterStatus? {
        for (index, lane) in coordinators.enumerated() {
            guard let client = lane.client, lane.isOpen else { continue }
            client.timeoutMilliseconds = Self.statusMilliseconds
            let answer = waiter.result(timeoutMilliseconds: Self.statusMilliseconds + 500) {
                client.read(ClusterStatus.self, "/cluster", completion: $0)
            }
            // An answer we cannot read counts as none; whoever waits says for what it waited.
            guard case .success(let status) = answer else { continue }
            leader = index
            return status
        }
        return nil
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

    /// The process that a member runs in now.
    public func pid(of member: Member) throws(LoadError) -> Int32 {
        let file = try own.file()
        let pid =
            switch member {
            case .node(let id): file.nodes.first { $0.id == id }?.pid
            case .redis: file.redis.first?.pid
            case .coordinator: leader.map { file.coordinator[$0].pid } ?? nil
            case .edge: file.edge.pid
            }
        guard let pid, pid > 0 else { throw LoadError("\(member) does not run") }
        return pid
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

/// A part of a cluster that can be broken.
public enum Member: Hashable, Sendable, CustomStringConvertible {
    /// A shard node or a router.
    case node(String)
    /// The first Redis.
    case redis
    /// The coordinator that leads.
    case coordinator
    /// The proxy.
    case edge

    /// For reports.
    public var description: String {
        switch self {
        case .node(let id): id
        case .redis: "redis"
        case .coordinator: "coordinator"
        case .edge: "edge"
        }
    }
}
