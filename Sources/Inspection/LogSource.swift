import Configuration
import EventLoop
import Glibc
import Redis
import Trading
import Workload

/// Where logs are read from: live acceptors, or private copies of a stopped cluster's files.
final class LogSource {
    /// The acceptors that answer, in the order of the topology.
    private(set) var readers: [AcceptorReader] = []
    /// Acceptors that do not, with the reason.
    private(set) var absent: [String] = []
    /// How many the cluster has.
    private(set) var acceptorCount = 0
    /// The cluster, where it is known.
    private(set) var plan: ClusterPlan?

    private let waiter: LoopWaiter
    private var servers: [OwnRedis] = []
    private var copies: OwnDirectory?

    private init(_ waiter: LoopWaiter) { self.waiter = waiter }

    /// The acceptors of a running cluster.
    ///
    /// - Parameters:
    ///   - directory: That of `castle up`.
    ///   - waiter: Serves the connections.
    /// - Returns: Those that answer.
    /// - Throws: `InspectionError` when none does, or there is no plan.
    static func live(
        directory: String,
        _ waiter: LoopWaiter
    ) throws(InspectionError) -> LogSource {
        let source = LogSource(waiter)
        let plan = try source.loadPlan("\(FileStore.absolute(directory))/plan.json")
        source.acceptorCount = plan.redis.count
        for redis in plan.redis {
            source.add(redis.id, RedisEndpoint(host: redis.host, port: redis.port), isLive: true)
        }
        return try source.ready()
    }

    /// The acceptors that a command line names.
    ///
    /// - Parameters:
    ///   - words: `redis://host:port` of live ones; directories of stopped ones.
    ///   - waiter: Serves connections and copies.
    /// - Returns: Those that answer; files of stopped ones are served by a private Redis.
    /// - Throws: `InspectionError` when none answers, or a directory cannot be used.
    static func named(
        _ words: [String],
        _ waiter: LoopWaiter
    ) throws(InspectionError) -> LogSource {
        let source = LogSource(waiter)
        do throws(InspectionError) {
            for word in words { try source.add(word) }
            return try source.ready()
        } catch {
            source.close()
            throw error
        }
    }

    /// The shards that any of them has, in order; shard 0 is the coordinator's.
    func shards() throws(InspectionError) -> [ShardID] {
        var all: Set<ShardID> = []
        for reader in readers { all.formUnion(try reader.shards()) }
        return all.sorted()
    }

    /// Closes the connections; ends the private servers and removes their copies.
    func close() {
        for reader in readers { reader.close() }
        for server in servers { server.kill() }
        copies?.remove()
        readers = []
        servers = []
        copies = nil
    }

    private func ready() throws(InspectionError) -> LogSource {
        guard !readers.isEmpty else {
            throw .source("no acceptor answers: \(absent.joined(separator: "; "))")
        }
        return self
    }

    private func add(_ word: String) throws(InspectionError) {
        if word.hasPrefix("redis://") {
            guard let endpoint = Endpoint(url: word) else {
                throw .source("\(word) is no redis://host:port")
            }
            acceptorCount += 1
            let redis = RedisEndpoint(host: endpoint.host, port: endpoint.port)
            return add("\(redis)", redis, isLive: true)
        }
        let path = FileStore.absolute(word)
        if FileStore.exists("\(path)/appendonlydir") {
            acceptorCount += 1
            return try addCopy(of: path, name: word)
        }
        guard FileStore.exists("\(path)/plan.json") else {
            throw .source("\(word) holds neither appendonlydir (of a Redis) nor plan.json")
        }
        let plan = try loadPlan("\(path)/plan.json")
        acceptorCount += plan.redis.count
        for redis in plan.redis {
            let folder = "\(path)/redis/\(redis.id)"
            guard FileStore.exists("\(folder)/appendonlydir") else {
                absent.append("\(redis.id): no files in \(folder)")
                continue
            }
            try addCopy(of: folder, name: redis.id)
        }
    }

    private func loadPlan(_ path: String) throws(InspectionError) -> ClusterPlan {
        do throws(ConfigurationError) {
            let plan = try ClusterPlan.load(path)
            self.plan = plan
            return plan
        } catch {
            throw .source("\(error)")
        }
    }

    /// Serves a copy: the originals are never opened for writing, nor by a Redis.
    private func addCopy(of directory: String, name: String) throws(InspectionError) {
        guard !Self.isServed(directory) else {
            throw .source("a Redis runs on \(directory): stop it, or give its redis://host:port")
        }
        do throws(LoadError) {
            if copies == nil { copies = try OwnDirectory(waiter: waiter) }
            guard let copies else { return }
            let folder = try copies.folder("\(servers.count)")
            try copies.copy("\(directory)/appendonlydir", into: folder)
            let server = try OwnRedis(waiter: waiter, directory: folder, writes: .never)
            servers.append(server)
            add(name, RedisEndpoint(host: server.host, port: server.port), isLive: false)
        } catch {
            throw .source("\(error)")
        }
    }

    private func add(_ name: String, _ endpoint: RedisEndpoint, isLive: Bool) {
        do throws(InspectionError) {
            readers.append(try AcceptorReader(name, endpoint, isLive: isLive, waiter))
        } catch {
            absent.append("\(error)")
        }
    }

    /// Whether a Redis works inside a directory: its files would change while they are copied.
    private static func isServed(_ directory: String) -> Bool {
        guard let processes = opendir("/proc") else { return false }
        defer { closedir(processes) }
        while let entry = readdir(processes) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil, let place = realPath("/proc/\(name)/cwd") else { continue }
            if place == realPath(directory), commandName(name) == "redis-server" { return true }
        }
        return false
    }

    private static func commandName(_ process: String) -> String? {
        do throws(ConfigurationError) {
            let text = String(decoding: try FileStore.read("/proc/\(process)/comm"), as: UTF8.self)
            return text.split(separator: "\n").first.map(String.init)
        } catch {
            // It has ended meanwhile.
            return nil
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
