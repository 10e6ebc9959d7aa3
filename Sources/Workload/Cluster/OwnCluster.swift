import Configuration
import EventLoop
import Glibc

/// A whole cluster of our own, in a temporary directory, on ports of its own.
public final class OwnCluster {
    private static let startMilliseconds: UInt64 = 60_000
    private static let stopMilliseconds: UInt64 = 40_000

    private let waiter: LoopWaiter
    private let root: String
    /// State, logs and `cluster.json`.
    public let directory: String
    /// The first port.
    public let portBase: Int
    private let onStopped: (String, Bool) -> Void

    /// Starts a cluster and waits until it answers.
    ///
    /// - Parameters:
    ///   - waiter: Waits for it.
    ///   - topology: The topology file, or `nil` for the local one.
    ///   - prepare: Called with the new directory; returns what is special about processes.
    ///   - onStopped: Called with the directory once nothing runs in it any more, before it is
    ///     removed, and told whether it stays.
    /// - Throws: `LoadError` with what `castle up` said.
    public init(
        waiter: LoopWaiter,
        topology: String? = nil,
        prepare: (String) throws(LoadError) -> PlacesFile? = { (_) throws(LoadError) in nil },
        onStopped: @escaping (String, Bool) -> Void = { _, _ in }
    ) throws(LoadError) {
        self.onStopped = onStopped
        self.waiter = waiter
        root = FileStore.absolute(".")
        directory = "/tmp/castle-\(SecureRandom.alphanumeric(count: 8))"
        portBase = Self.freePortBase()
        var words = ["up", "--detach", "--dir", directory, "--port-base", "\(portBase)"]
        do throws(ConfigurationError) {
            try FileStore.createDirectory(directory)
        } catch {
            throw LoadError("\(error)")
        }
        if let places = try prepare(directory) {
            let path = "\(directory)/places.json"
            do throws(ConfigurationError) {
                try places.store(path)
            } catch {
                throw LoadError("\(error)")
            }
            words += ["--places", path]
        }
        if let topology { words += ["--topology", topology] }
        let log = "\(directory)/start.log"
        guard try run("/proc/self/exe", words, log: log, Self.startMilliseconds) == 0 else {
            let said = Self.lastLines(of: log)
            stop(keepingFiles: false)
            throw LoadError("the cluster does not start: \(said)")
        }
    }

    /// What runs now: process ids change when the supervisor restarts something.
    public func file() throws(LoadError) -> ClusterFile {
        do throws(ConfigurationError) {
            return try ClusterFile.load("\(directory)/cluster.json")
        } catch {
            throw LoadError("\(error)")
        }
    }

    /// Names and zones of its processes.
    public func plan() throws(LoadError) -> ClusterPlan {
        do throws(ConfigurationError) {
            return try ClusterPlan.load("\(directory)/plan.json")
        } catch {
            throw LoadError("\(error)")
        }
    }

    /// Stops every process of the cluster.
    ///
    /// - Parameter keepingFiles: Whether to leave the directory for someone to look into.
    public func stop(keepingFiles: Bool) {
        // Who was interrupted still waits for the end of what it started.
        waiter.isInterrupted = false
        do throws(LoadError) {
            // The script also ends what a dead supervisor left behind.
            let status = try run(
                "\(root)/Ops/down",
                ["--dir", directory],
                log: "\(directory)/stop.log",
                Self.stopMilliseconds
            )
            guard status == 0 else { throw LoadError(Self.lastLines(of: "\(directory)/stop.log")) }
            onStopped(directory, keepingFiles)
            if !keepingFiles { _ = try run("rm", ["-rf", directory], log: nil, 10_000) }
        } catch {
            Terminal.note("the cluster in \(directory) does not stop: \(error)")
        }
    }

    private func run(
        _ path: String,
        _ words: [String],
        log: String?,
        _ timeoutMilliseconds: UInt64
    ) throws(LoadError) -> Int32? {
        var environment = Self.environment
        // As Ops/up does: Ops/down knows by it what belongs to this cluster.
        environment["CASTLE_CLUSTER"] = directory
        let options = ProcessOptions(
            path: path,
            arguments: words,
            environment: environment,
            workingDirectory: root,
            standardOutputPath: log,
            standardErrorPath: log
        )
        var ended: Int32?
        do throws(NetworkError) {
            let child = try waiter.loop.spawn(options) { status, signal in
                ended = signal == 0 ? status : 128 + signal
            }
            waiter.wait(timeoutMilliseconds: timeoutMilliseconds) { ended != nil }
            if ended == nil { child.kill(SIGKILL) }
        } catch {
            throw LoadError("\(error)")
        }
        return ended
    }

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"] {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }

    private static func lastLines(of path: String) -> String {
        do throws(ConfigurationError) {
            let text = String(decoding: try FileStore.read(path), as: UTF8.self)
            return text.split(separator: "\n").suffix(3).joined(separator: " / ")
        } catch {
            return "no word from it"
        }
    }

    /// A base whose ports nobody listens on just now, away from the ephemeral ones.
    private static func freePortBase() -> Int {
        for _ in 0..<200 {
            let base = Int.random(in: 110..<320) * PortLayout.span
            if (base..<(base + PortLayout.span)).allSatisfy(isFree) { return base }
        }
        return 11_000
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
