import Configuration
import FoundationEssentials

/// Instructions and allocations a message, counted by valgrind: the same on every run, where times
/// are not.
struct InstructionGate {
    /// The exit code of tests that cannot run here, as automake has it.
    static let skipCode: Int32 = 77

    /// What was recorded, and how much more is let through.
    struct Limits: Codable, Equatable {
        /// One flow at one level.
        struct Entry: Codable, Equatable {
            var flow: String
            var level: String
            var instructionsPerMessage: Double
            var allocationsPerMessage: Double
        }

        /// The compiler that the counts were made with.
        var compiler: String
        /// Excess in percent that is let through.
        var excessPercent: Double
        var entries: [Entry]
    }

    /// Short enough for a test, and each with a weight of its own.
    static let tasks =
        ["small", "mixed-part", "deep-part", "reduce-part", "multi-part"].map {
            MatchingOptions.Task(flow: $0, level: .book)
        } + [MatchingOptions.Task(flow: "mixed-part", level: .machine)]
    /// More messages tell no more, and valgrind is slow.
    private static let messagesMax = 50_000

    /// Counts, and compares where limits are given.
    ///
    /// - Parameter options: With the file of the limits, and where to write the counts.
    /// - Returns: 0, 1 when a limit is exceeded, `skipCode` when the counts cannot be compared.
    /// - Throws: `LoadError`.
    static func run(_ options: MatchingOptions) throws -> Int32 {
        var limits: Limits?
        if let path = options.limitsPath {
            let read = try readLimits(path)
            if let compiler = options.compiler, compiler != read.compiler {
                Terminal.say("skipped: recorded with Swift \(read.compiler), this is \(compiler)")
                return skipCode
            }
            limits = read
        }
        var counts = Limits(
            compiler: options.compiler ?? "unknown",
            excessPercent: limits?.excessPercent ?? 3,
            entries: []
        )
        var faults: [String] = []
        for task in tasks {
            let entry = try count(task)
            counts.entries.append(entry)
            let limit = limits?.entries.first { $0.flow == entry.flow && $0.level == entry.level }
            Terminal.say(line(entry, limit))
            guard let limits else { continue }
            faults += self.faults(entry, limit, excessPercent: limits.excessPercent)
        }
        for fault in faults { Terminal.say("error: \(fault)") }
        if let path = options.reportPath { try ReportFile.write(counts, to: path) }
        return faults.isEmpty ? 0 : 1
    }

    /// What a count exceeds, one line each.
    static func faults(
        _ entry: Limits.Entry,
        _ limit: Limits.Entry?,
        excessPercent: Double
    ) -> [String] {
        let name = "\(entry.flow), \(entry.level)"
        guard let limit else { return ["\(name): no count is recorded"] }
        var faults: [String] = []
        let most = limit.instructionsPerMessage * (1 + excessPercent / 100)
        if entry.instructionsPerMessage > most {
            let count = LoadReport.oneDecimal(entry.instructionsPerMessage)
            let allowed = LoadReport.oneDecimal(most)
            faults.append("\(name): \(count) instructions a message, at most \(allowed) allowed")
        }
        // A hundredth of a message is one table that grew, not a habit.
        if entry.allocationsPerMessage > limit.allocationsPerMessage + 0.01 {
            faults.append("\(name): \(entry.allocationsPerMessage) allocations a message")
        }
        return faults
    }

    private static func line(_ entry: Limits.Entry, _ limit: Limits.Entry?) -> String {
        let recorded =
            limit.map { ", recorded \(LoadReport.oneDecimal($0.instructionsPerMessage))" } ?? ""
        return "\(entry.flow), \(entry.level):"
            + " \(LoadReport.oneDecimal(entry.instructionsPerMessage)) instructions a message"
            + "\(recorded), \(entry.allocationsPerMessage) allocations"
    }

    private static func readLimits(_ path: String) throws -> Limits {
        do {
            return try JSONDecoder().decode(Limits.self, from: Data(FileStore.read(path)))
        } catch {
            throw LoadError("\(path): \(error)")
        }
    }

    private static func count(_ task: MatchingOptions.Task) throws -> Limits.Entry {
        let profile = ChildRun.temporaryPath("callgrind")
        defer { FileStore.remove(profile) }
        let words = [
            "valgrind", "--tool=callgrind", "--collect-atstart=no",
            "--toggle-collect=*castleMeasuredPart*", "--callgrind-out-file=\(profile)",
            ChildRun.ownPath, "bench", "matching", "--flow", task.flow, "--level",
            task.level.rawValue, "--observe", "\(messagesMax)",
        ]
        // Seeded afresh in each process otherwise, hash tables would collide in another way.
        let output = try ChildRun.output(
            of: words,
            additions: ["SWIFT_DETERMINISTIC_HASHING": "1"]
        )
        guard let observed = Observed(output), observed.messages > 0 else {
            throw LoadError("the replay under valgrind said: \(output)")
        }
        let text = try String(decoding: FileStore.read(profile), as: UTF8.self)
        guard let counts = CallgrindCounts(text), counts.instructions > 0 else {
            throw LoadError("callgrind saw no castleMeasuredPart in \(ChildRun.ownPath)")
        }
        let messages = Double(observed.messages)
        return Limits.Entry(
            flow: task.flow,
            level: task.level.rawValue,
            instructionsPerMessage: (Double(counts.instructions) / messages * 10).rounded() / 10,
            allocationsPerMessage: (Double(counts.allocations) / messages * 1000).rounded() / 1000
        )
    }
}

/// The sums in a profile that callgrind wrote.
struct CallgrindCounts: Equatable {
    private static let allocators: Set = [
        "malloc", "calloc", "realloc", "aligned_alloc", "memalign", "posix_memalign",
    ]

    var instructions: UInt64 = 0
    /// Calls of the functions that allocate.
    var allocations: UInt64 = 0

    /// Reads a profile.
    ///
    /// - Parameter text: The file; `nil` results where it has no total.
    init?(_ text: String) {
        // A name stands in full where it first comes, and as its number from then on.
        var allocatorNumbers: Set<Substring> = []
        var isAllocatorCalled = false
        var total: UInt64?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
                let parts = line.drop { $0 != "=" }.dropFirst().split(separator: " ", maxSplits: 1)
                guard let number = parts.first else { continue }
                if parts.count == 2, Self.allocators.contains(Self.bare(parts[1])) {
                    allocatorNumbers.insert(number)
                }
                if line.hasPrefix("cfn=") { isAllocatorCalled = allocatorNumbers.contains(number) }
            } else if line.hasPrefix("calls="), isAllocatorCalled {
                allocations += UInt64(line.dropFirst(6).prefix { $0 != " " }) ?? 0
                isAllocatorCalled = false
            } else if line.hasPrefix("totals:") {
                total = line.split(separator: " ").last.flatMap { UInt64($0) }
            }
        }
        guard let total else { return nil }
        instructions = total
    }

    /// Without the mark of recursion, `'2`.
    private static func bare(_ name: Substring) -> String { String(name.prefix { $0 != "'" }) }
}
