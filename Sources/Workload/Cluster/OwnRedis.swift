import EventLoop

/// A Redis of our own on a free port of the loopback, which ends with this process.
public final class OwnRedis {
    /// When a write is on the disk.
    public enum Writes: String, Sendable {
        /// Before it is answered, as a cluster's Redis has it.
        case always
        /// When the system likes: for a copy that is only read.
        case never = "no"
    }

    private static let stopMilliseconds: UInt64 = 15_000

    private let waiter: LoopWaiter
    private let writes: Writes
    private var child: ChildProcess?
    /// Where its append-only files are.
    public let directory: String
    /// Numeric address.
    public let host = "127.0.0.1"
    /// TCP port.
    public let port: Int

    /// Starts it on the append-only files of a directory; it may still load them on return.
    ///
    /// - Parameters:
    ///   - waiter: Serves its process.
    ///   - directory: Exists; the Redis writes there.
    ///   - writes: When a write is on the disk.
    /// - Throws: `LoadError` when it cannot be started.
    public init(waiter: LoopWaiter, directory: String, writes: Writes) throws(LoadError) {
        self.waiter = waiter
        self.directory = directory
        self.writes = writes
        do throws(NetworkError) {
            let listener = try waiter.loop.listen(host: host, port: 0) { $0.close() }
            port = listener.port
            listener.close()
        } catch {
            throw LoadError("\(error)")
        }
        try start()
    }

    /// Starts it again after `kill`.
    ///
    /// - Throws: `LoadError` when it cannot be started.
    public func start() throws(LoadError) {
        let settings = [
            "--bind", host, "--port", "\(port)", "--dir", directory, "--save", "",
            "--appendonly", "yes", "--appendfsync", writes.rawValue,
            "--maxmemory-policy", "noeviction", "--no-appendfsync-on-rewrite", "no",
            "--auto-aof-rewrite-percentage", writes == .always ? "100" : "0",
            "--auto-aof-rewrite-min-size", "256mb", "--aof-load-truncated", "yes",
        ]
        let options = ProcessOptions(
            path: "setpriv",
            arguments: ["--pdeathsig", "KILL", "redis-server"] + settings,
            standardOutputPath: "\(directory)/redis.log",
            standardErrorPath: "\(directory)/redis.log"
        )
        do throws(NetworkError) {
            child = try waiter.loop.spawn(options) { [weak self] _, _ in self?.child = nil }
        } catch {
            throw LoadError("redis-server: \(error)")
        }
    }

    /// Starts it again after `kill` without what it had, as on a new disk.
    ///
    /// - Throws: `LoadError` when the files cannot be removed or it cannot be started.
    public func startEmpty() throws(LoadError) {
        try OwnDirectory.remove("\(directory)/appendonlydir", waiter)
        try start()
    }

    /// Whether its process runs.
    public var isRunning: Bool { child != nil }

    /// Ends it at once, as a crash would, and waits until it is gone.
    public func kill() {
        child?.kill(9)
        // Who was interrupted still waits for the end of what it started.
        waiter.isInterrupted = false
        waiter.wait(timeoutMilliseconds: Self.stopMilliseconds) { self.child == nil }
    }
}
