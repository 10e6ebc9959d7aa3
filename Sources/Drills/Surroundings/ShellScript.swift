import Configuration
import EventLoop
import Glibc
import Workload

/// Runs shell scripts of one line or a few; what they say becomes the error.
final class ShellScript {
    private static let timeoutMilliseconds: UInt64 = 10_000

    private let waiter: LoopWaiter
    private let log: String

    /// Scripts of one drill, one at a time.
    init(waiter: LoopWaiter) {
        self.waiter = waiter
        log = "/tmp/castle-drill-\(getpid()).log"
    }

    /// Runs a script to its end.
    ///
    /// - Throws: `LoadError` with its last words when it fails.
    func run(_ script: String) throws(LoadError) {
        var failure: String?
        var hasEnded = false
        try start(script) {
            failure = $0
            hasEnded = true
        }
        waiter.wait(timeoutMilliseconds: Self.timeoutMilliseconds) { hasEnded }
        guard hasEnded else { throw LoadError("no end of: \(script)") }
        if let failure { throw LoadError(failure) }
    }

    /// Starts a script.
    ///
    /// - Parameters:
    ///   - script: For `sh -c`.
    ///   - completion: Takes what went wrong, or `nil`.
    /// - Throws: `LoadError` when there is no shell.
    func start(_ script: String, completion: @escaping (String?) -> Void) throws(LoadError) {
        let options = ProcessOptions(
            path: "sh",
            arguments: ["-ec", "PATH=$PATH:/usr/sbin:/sbin\n" + script],
            standardOutputPath: log,
            standardErrorPath: log
        )
        do throws(NetworkError) {
            _ = try waiter.loop.spawn(options) { [log] status, signal in
                let hasFailed = status != 0 || signal != 0
                completion(hasFailed ? Self.lastLine(of: log) : nil)
                FileStore.remove(log)
            }
        } catch {
            throw LoadError("\(error)")
        }
    }

    private static func lastLine(of path: String) -> String {
        do throws(ConfigurationError) {
            let text = String(decoding: try FileStore.read(path), as: UTF8.self)
            return text.split(separator: "\n").last.map(String.init) ?? "no word from it"
        } catch {
            return "\(error)"
        }
    }
}
