import Configuration
import EventLoop
import Glibc

/// Runs this program once more under the eyes of another, to its end.
enum ChildRun {
    private static let timeoutMilliseconds: UInt64 = 600_000

    /// Where this program is.
    static var ownPath: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return "/proc/self/exe" }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A file of our own among the temporary ones; whoever asks removes it.
    static func temporaryPath(_ what: String) -> String {
        "/tmp/castle-\(what)-\(SecureRandom.alphanumeric(count: 8))"
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - words: Program and arguments.
    ///   - additions: What its environment has besides ours.
    /// - Returns: Its standard output.
    /// - Throws: `LoadError` with the last line of its complaint when it fails.
    static func output(
        of words: [String],
        additions: [String: String]
    ) throws(LoadError) -> String {
        let out = temporaryPath("output")
        let errors = temporaryPath("errors")
        defer {
            FileStore.remove(out)
            FileStore.remove(errors)
        }
        let options = ProcessOptions(
            path: words[0],
            arguments: Array(words.dropFirst()),
            environment: environment(additions),
            standardOutputPath: out,
            standardErrorPath: errors
        )
        let waiter = LoopWaiter(loop: EventLoop())
        defer { waiter.loop.close() }
        var status: Int32?
        let child: ChildProcess
        do throws(NetworkError) {
            child = try waiter.loop.spawn(options) { code, signal in
                status = signal == 0 ? code : -1
            }
        } catch {
            throw LoadError("\(error)")
        }
        waiter.wait(timeoutMilliseconds: timeoutMilliseconds) { status != nil }
        child.kill(SIGKILL)
        guard status == 0 else {
            let last = text(of: errors).split(separator: "\n").last ?? "no complaint"
            throw LoadError("\(words[0]) failed: \(last)")
        }
        return text(of: out)
    }

    private static func text(of path: String) -> String {
        do throws(ConfigurationError) {
            return String(decoding: try FileStore.read(path), as: UTF8.self)
        } catch {
            return "\(error)"
        }
    }

    private static func environment(_ additions: [String: String]) -> [String: String] {
        var environment = additions
        for name in ["PATH", "LD_LIBRARY_PATH", "HOME", "VALGRIND_LIB"] {
            guard let value = getenv(name) else { continue }
            environment[name] = String(cString: value)
        }
        return environment
    }
}
