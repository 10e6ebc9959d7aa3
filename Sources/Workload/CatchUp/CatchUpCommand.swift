import Configuration
import EventLoop
import Glibc

/// `castle bench catch-up`: how fast a replica comes to the end of its log.
enum CatchUpCommand {
    static let summary =
        "catch-up: a log of a million commands in Redis; a standby from its start, one from a\n"
        + "snapshot, an acceptor that lost its disk; and a standby killed under load."

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `bench catch-up`.
    /// - Returns: 0 when all caught up with the right state, 1 otherwise, 64 for a bad call.
    static func run(_ arguments: [String]) -> Int32 {
        if Arguments.asksForHelp(arguments) {
            Terminal.say(
                Arguments.help(
                    usage: "castle bench catch-up [options]",
                    summary: summary,
                    flags: CatchUpOptions.flags
                )
            )
            return 0
        }
        let words = ["bench", "catch-up"] + arguments
        do throws(ArgumentError) {
            return run(try CatchUpOptions(arguments), command: words.joined(separator: " "))
        } catch {
            Terminal.note("castle bench catch-up: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static func run(_ options: CatchUpOptions, command: String) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        let nothing = CatchUpReport.Row(name: "", commands: 0, entries: 0, bytes: 0, seconds: [])
        var report = CatchUpReport(
            revision: getenv("CASTLE_REVISION").map { String(cString: $0) } ?? "unknown",
            machine: MachineFacts(),
            command: command,
            machineAlone: nothing,
            memory: nothing,
            rows: [],
            faults: []
        )
        do throws(LoadError) {
            var bench = CatchUpBench(options, waiter) { Terminal.note($0) }
            try bench.run(&report)
            if options.liveSeconds > 0 { report.live = try LiveCatchUp(options, waiter).run() }
            Terminal.say(report.text)
            if let path = options.reportPath { try ReportFile.write(report, to: path) }
            return report.faults.isEmpty ? 0 : 1
        } catch {
            Terminal.note("castle bench catch-up: \(error)")
            return 1
        }
    }
}
