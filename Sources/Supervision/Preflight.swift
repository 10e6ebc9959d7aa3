import Configuration
import EventLoop

/// What must be true before a cluster is started, each said in one clear line when it is not.
package enum Preflight {
    private static let redisNeeded = (major: 7, minor: 0)

    /// Programs that are there and new enough.
    static func checkPrograms(needsTLS: Bool, log: String) throws(SupervisorError) {
        let programs = [
            ("redis-server", "redis-server"), ("nghttpx", "nghttp2-proxy"),
            ("setpriv", "util-linux"), ("setsid", "util-linux"),
        ]
        for (name, package) in programs + (needsTLS ? [("openssl", "openssl")] : []) {
            guard OperatingSystem.findProgram(name) != nil else {
                throw .programMissing(name: name, package: package)
            }
        }
        try checkRedisVersion(log: log)
    }

    private static func checkRedisVersion(log: String) throws(SupervisorError) {
        FileStore.remove(log)
        defer { FileStore.remove(log) }
        do throws(NetworkError) {
            _ = try ProgramRun.status(of: ["redis-server", "--version"], output: log)
        } catch {
            throw .programFailed(name: "redis-server --version", log: error.description)
        }
        let text = String(decoding: OperatingSystem.read(log, from: 0), as: UTF8.self)
        guard let version = redisVersion(in: text) else {
            throw .programFailed(name: "redis-server --version", log: text)
        }
        guard (version.major, version.minor) >= redisNeeded else {
            throw .programTooOld(
                name: "redis-server",
                found: "\(version.major).\(version.minor)",
                needed: "7.0"
            )
        }
    }

    /// Finds `v=7.0.15` in what `redis-server --version` prints.
    package static func redisVersion(in text: String) -> (major: Int, minor: Int)? {
        for word in text.split(separator: " ") where word.hasPrefix("v=") {
            let parts = word.dropFirst(2).split(separator: ".").compactMap { Int($0) }
            if parts.count >= 2 { return (parts[0], parts[1]) }
        }
        return nil
    }

    /// Ports nobody listens on.
    package static func checkPorts(_ plan: ClusterPlan) throws(SupervisorError) {
        let loop = EventLoop()
        defer { loop.close() }
        // Another address may be in another namespace, where we cannot listen.
        for endpoint in plan.endpoints where endpoint.isLoopback {
            do throws(NetworkError) {
                let listener = try loop.listen(
                    host: endpoint.host,
                    port: endpoint.port,
                    backlog: 1,
                    onAccept: { $0.close() }
                )
                listener.close()
            } catch {
                throw .portInUse(
                    port: endpoint.port,
                    usedFor: endpoint.id,
                    owner: PortOwner.find(port: endpoint.port)
                )
            }
        }
    }

    /// The folder with `redis/` and `edge/`: beside the topology, or beside the instruments it names.
    static func clusterFiles(
        topologyPath: String,
        instruments: String
    ) throws(SupervisorError) -> String {
        let folders = [topologyPath, instruments].map { FileStore.absolute("../..", in: $0) }
        let found = folders.first { folder in
            FileStore.exists("\(folder)/redis/redis.conf")
                && FileStore.exists("\(folder)/edge/nghttpx.conf")
        }
        guard let found else { throw .clusterFilesMissing(lookedIn: folders) }
        return found
    }
}

/// Who listens on a port.
enum PortOwner {
    /// Finds the process, as far as we may look into it.
    ///
    /// - Returns: Such as `redis-server (pid 12)`, or `nil`.
    static func find(port: Int) -> String? {
        let inodes = listeningInodes(port: port)
        guard !inodes.isEmpty else { return nil }
        for name in OperatingSystem.entries(of: "/proc") {
            guard let pid = Int32(name) else { continue }
            let folder = "/proc/\(pid)/fd"
            for descriptor in OperatingSystem.entries(of: folder) {
                guard let target = OperatingSystem.link("\(folder)/\(descriptor)"),
                    inodes.contains(target)
                else { continue }
                return "\(OperatingSystem.name(of: pid) ?? "a process") (pid \(pid))"
            }
        }
        return nil
    }

    /// The sockets in state LISTEN (0A) on the port, as links in `/proc/PID/fd` name them.
    private static func listeningInodes(port: Int) -> Set<String> {
        var inodes: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let lines = (OperatingSystem.text(table) ?? "").split(separator: "\n")
            for line in lines.dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == "0A",
                    let text = fields[1].split(separator: ":").last,
                    Int(text, radix: 16) == port
                else { continue }
                inodes.insert("socket:[\(fields[9])]")
            }
        }
        return inodes
    }
}
