import Configuration
import EventLoop
import Glibc

/// A cluster of one shard under load whose standby is killed and comes back.
final class LiveCatchUp {
    /// What a second of load was like.
    private struct Second {
        var p50: UInt64
        var p99: UInt64
        var isStandbyAway: Bool
    }

    private let options: CatchUpOptions
    private let waiter: LoopWaiter
    private var seconds: [Second] = []
    private var killedAt: UInt64?
    private var watch: StandbyWatch?

    init(_ options: CatchUpOptions, _ waiter: LoopWaiter) {
        self.options = options
        self.waiter = waiter
    }

    /// Runs the load; the standby is killed after half of it.
    ///
    /// - Returns: What was seen.
    /// - Throws: `LoadError` when the cluster or the load cannot be run, or the standby stays away.
    func run() throws(LoadError) -> CatchUpReport.Live {
        let directory = try OwnDirectory(waiter: waiter)
        defer { directory.remove() }
        let cluster = try OwnCluster(waiter: waiter, topology: try topology(in: directory))
        defer { cluster.stop(keepingFiles: false) }
        let plan = try cluster.plan()
        guard let standby = plan.nodes.last else { throw LoadError("no standby in the plan") }
        let half = UInt64(options.liveSeconds) * 500
        let kill = waiter.loop.schedule(afterMilliseconds: half) { [unowned self] in
            guard let pid = Self.pid(of: standby.id, in: cluster) else { return }
            Glibc.kill(pid, SIGKILL)
            killedAt = waiter.loop.nowNanoseconds
            watch = StandbyWatch(standby, loop: waiter.loop)
        }
        defer { kill.cancel() }
        let session = try LoadSession(try loadOptions(cluster), waiter: waiter)
        let report = try session.run { [unowned self] in note($0) }
        let isBack = waiter.wait(timeoutMilliseconds: 30_000) { self.watch?.caughtUpAt != nil }
        defer { watch?.stop() }
        guard isBack, let watch, let caughtUpAt = watch.caughtUpAt, let upAt = watch.upAt,
            let killedAt
        else { throw LoadError("the standby did not catch up") }
        return CatchUpReport.Live(
            orders: report.ackedOrders,
            entries: watch.position,
            millisecondsAway: (upAt - killedAt) / 1_000_000,
            millisecondsCatchingUp: (caughtUpAt - upAt) / 1_000_000,
            before: window { !$0 },
            during: window { $0 }
        )
    }

    private func note(_ progress: LoadProgress) {
        let isAway = killedAt != nil
        seconds.append(
            Second(
                p50: progress.p50Nanoseconds,
                p99: progress.p99Nanoseconds,
                isStandbyAway: isAway
            )
        )
    }

    /// Medians over the seconds before the kill, or after it: the standby is away, catches up, and
    /// follows again.
    private func window(_ isWanted: (Bool) -> Bool) -> CatchUpReport.Window {
        // In the first second connections and caches are new.
        let chosen = seconds.dropFirst().filter { isWanted($0.isStandbyAway) }
        func median(_ values: [UInt64]) -> UInt64 {
            values.isEmpty ? 0 : values.sorted()[values.count / 2]
        }
        return CatchUpReport.Window(
            seconds: chosen.count,
            p50Nanoseconds: median(chosen.map(\.p50)),
            p99Nanoseconds: median(chosen.map(\.p99)),
            p99NanosecondsMax: chosen.map(\.p99).max() ?? 0
        )
    }

    private func loadOptions(_ cluster: OwnCluster) throws(LoadError) -> LoadOptions {
        do throws(ArgumentError) {
            return try LoadOptions([
                "--dir", cluster.directory, "--rate", "\(options.rate)",
                "--duration", "\(options.liveSeconds)",
            ])
        } catch {
            throw LoadError("\(error)")
        }
    }

    /// One shard with every pair, so that one node leads and the other only follows.
    private func topology(in directory: OwnDirectory) throws(LoadError) -> String {
        let path = "\(directory.path)/one-shard.json"
        do throws(ConfigurationError) {
            let base = FileStore.absolute("Cluster")
            let local = try Topology.load("\(base)/topologies/local.json")
            let pairs = local.shards.flatMap(\.pairs).map { "\"\($0)\"" }
            let accounts = local.accounts.map { account in
                let balances = account.balances.sorted { $0.key < $1.key }.map {
                    "\"\($0.key)\": \"\($0.value)\""
                }
                return "{\"name\": \"\(account.name)\", \"balances\":"
                    + " {\(balances.joined(separator: ", "))}}"
            }
            let text = """
                {"name": "one-shard", "tls": false, "durability": "always",
                "redis": [{"id": "r1", "zone": "a"}], "coordinators": [{"id": "c1", "zone": "a"}],
                "nodes": [{"id": "n1", "zone": "a"}, {"id": "n2", "zone": "b"}],
                "routers": [{"id": "g1", "zone": "a"}], "edge": {"id": "e1"},
                "shards": [{"id": 1, "pairs": [\(pairs.joined(separator: ", "))],
                "replicas": ["n1", "n2"]}],
                "instruments": "\(local.instruments)", "limits": "\(local.limits)",
                "accounts": [\(accounts.joined(separator: ", "))]}
                """
            try FileStore.replace(path, with: Array(text.utf8))
        } catch {
            throw LoadError("\(error)")
        }
        return path
    }

    private static func pid(of id: String, in cluster: OwnCluster) -> pid_t? {
        do throws(LoadError) {
            return try cluster.file().nodes.first { $0.id == id && $0.pid > 0 }?.pid
        } catch {
            // The report then says that nothing was killed.
            return nil
        }
    }
}
