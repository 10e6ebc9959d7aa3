import Configuration
import EventLoop

/// A directory that is gone when its owner is done.
public final class OwnDirectory {
    /// Where it is.
    public let path: String
    private let waiter: LoopWaiter

    /// Makes it, readable by its owner only: logs are other people's orders.
    ///
    /// - Parameter waiter: Serves the programs that copy and remove.
    /// - Throws: `LoadError` when it cannot be made.
    public init(waiter: LoopWaiter) throws(LoadError) {
        self.waiter = waiter
        path = "/tmp/castle-\(SecureRandom.alphanumeric(count: 8))"
        try Self.run(["mkdir", "-m", "700", path], waiter)
    }

    /// Makes an empty folder in it.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Its path.
    /// - Throws: `LoadError`.
    public func folder(_ name: String) throws(LoadError) -> String {
        try Self.run(["mkdir", "\(path)/\(name)"], waiter)
        return "\(path)/\(name)"
    }

    /// Copies a folder into a folder of it, sharing the blocks where the file system can.
    ///
    /// - Parameters:
    ///   - source: What to copy.
    ///   - folder: Where to, a path that `folder` gave.
    /// - Throws: `LoadError`.
    public func copy(_ source: String, into folder: String) throws(LoadError) {
        try Self.run(["cp", "-r", "--reflink=auto", source, folder], waiter)
    }

    /// Removes it with all that is in it.
    public func remove() {
        waiter.isInterrupted = false
        do throws(LoadError) {
            try Self.remove(path, waiter)
        } catch {
            Terminal.note("\(path) stays behind: \(error)")
        }
    }

    /// Removes a folder with all that is in it.
    static func remove(_ path: String, _ waiter: LoopWaiter) throws(LoadError) {
        try run(["rm", "-rf", path], waiter)
    }

    private static func run(_ words: [String], _ waiter: LoopWaiter) throws(LoadError) {
        var ended: Int32?
        do throws(NetworkError) {
            let options = ProcessOptions(path: words[0], arguments: Array(words.dropFirst()))
            _ = try waiter.loop.spawn(options) { status, signal in
                ended = signal == 0 ? status : 128 + signal
            }
        } catch {
            throw LoadError("\(words[0]): \(error)")
        }
        waiter.wait(timeoutMilliseconds: 600_000) { ended != nil }
        guard ended == 0 else { throw LoadError("\(words.joined(separator: " ")) failed") }
    }
}
