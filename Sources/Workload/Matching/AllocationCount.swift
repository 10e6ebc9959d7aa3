import Configuration
import Glibc

/// Counts the allocations of a replay, every one of them.
///
/// Glibc's own tracer writes a line for each in a process of its own, since it must be preloaded
/// and would slow what is timed.
enum AllocationCount {
    private static let library = "libc_malloc_debug.so.0"
    /// The machine's trace has several lines a message; a part of them tells as much.
    private static let machineMessagesMax = 100_000

    /// Counts.
    ///
    /// - Parameter task: What to replay.
    /// - Returns: Their number, and of how many messages.
    /// - Throws: `LoadError` saying why they cannot be counted.
    static func count(
        _ task: MatchingOptions.Task
    ) throws(LoadError) -> MatchingReport.Allocations {
        let trace = ChildRun.temporaryPath("allocations")
        defer { FileStore.remove(trace) }
        let countMax = task.level == .machine ? machineMessagesMax : Int.max
        let words = [
            ChildRun.ownPath, "bench", "matching", "--flow", task.flow, "--level",
            task.level.rawValue, "--observe", "\(countMax)",
        ]
        let output = try ChildRun.output(
            of: words,
            additions: ["LD_PRELOAD": library, "MALLOC_TRACE": trace]
        )
        guard let observed = Observed(output), observed.isTraced, FileStore.exists(trace) else {
            throw LoadError("\(library) does not trace them on this system")
        }
        return MatchingReport.Allocations(
            count: try lines(in: trace),
            messages: observed.messages
        )
    }

    /// Lines such as `@ … + 0x5581 0x40`; a `>` in place of `+` is a reallocation's new block.
    private static func lines(in path: String) throws(LoadError) -> Int {
        guard let file = fopen(path, "re") else { throw LoadError("\(path) cannot be read") }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        var count = 0
        while getline(&line, &size, file) > 0 {
            guard let line else { break }
            if strstr(line, " + 0x") != nil || strstr(line, " > 0x") != nil { count += 1 }
        }
        return count
    }
}

/// What a replay under observation says of itself on its standard output.
struct Observed: Equatable {
    /// Messages in the part that was observed.
    var messages: Int
    /// Whether allocations were traced.
    var isTraced: Bool

    init(messages: Int, isTraced: Bool) {
        self.messages = messages
        self.isTraced = isTraced
    }

    /// Reads the line that `text` makes.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 4, words[0] == "observed", let messages = Int(words[1]) else {
            return nil
        }
        self.init(messages: messages, isTraced: words[3] == "traced")
    }

    var text: String { "observed \(messages) messages \(isTraced ? "traced" : "untraced")" }
}
