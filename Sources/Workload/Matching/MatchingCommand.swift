import Configuration
import Glibc

/// `castle bench matching`: the order book and the shard machine alone, without network or disk.
enum MatchingCommand {
    static let summary =
        "matching: generated order flows through the order book, and through the whole shard\n"
        + "machine, on one thread; checks what comes out."

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `bench matching`.
    /// - Returns: 0 when every flow came to what it must, 1 otherwise, 64 for a bad command line,
    ///   77 when counts cannot be compared here.
    static func run(_ arguments: [String]) -> Int32 {
        if Arguments.asksForHelp(arguments) {
            Terminal.say(
                Arguments.help(
                    usage: "castle bench matching [options]",
                    summary: summary,
                    flags: MatchingOptions.flags
                )
            )
            return 0
        }
        do {
            let options = try MatchingOptions(arguments)
            let words = ["castle", "bench", "matching"] + arguments
            return try run(options, command: words.joined(separator: " "))
        } catch let error as ArgumentError {
            Terminal.note("castle bench matching: \(error)")
            return ArgumentError.exitCode
        } catch {
            Terminal.note("castle bench matching: \(error)")
            return 1
        }
    }

    private static func run(_ options: MatchingOptions, command: String) throws -> Int32 {
        if let path = options.savePath { return try save(options, path: path) }
        if let count = options.observedCount {
            Terminal.say(try MatchingBench.observe(options.tasks[0], countMax: count).text)
            return 0
        }
        if options.isCountingInstructions { return try InstructionGate.run(options) }
        return try measure(options, command: command)
    }

    private static func measure(_ options: MatchingOptions, command: String) throws -> Int32 {
        var report = MatchingReport(
            revision: getenv("CASTLE_REVISION").map { String(cString: $0) } ?? "unknown",
            machine: MachineFacts(),
            processor: MeasuringProcess.pin(),
            command: command,
            clockNanoseconds: MeasuringProcess.clockNanoseconds()
        )
        var bench = MatchingBench(options) { Terminal.note($0) }
        for task in options.tasks { report.results.append(try bench.measure(task)) }
        Terminal.say(report.text)
        if let path = options.reportPath { try ReportFile.write(report, to: path) }
        return report.isCorrect ? 0 : 1
    }

    private static func save(_ options: MatchingOptions, path: String) throws -> Int32 {
        let name = options.tasks[0].flow
        guard let plan = FlowPlan.named(name) else {
            let known = FlowPlan.named.map(\.name).joined(separator: ", ")
            throw ArgumentError.badValue(flag: "--flow", value: name, expected: "of \(known)")
        }
        try FlowFile.generate(plan, to: path)
        return 0
    }
}
