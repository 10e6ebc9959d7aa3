import Configuration
import EventLoop
import Workload

/// `castle drill`: breaks a cluster of its own under load and checks that every promise holds.
public enum DrillCommand {
    /// One line for the list of subcommands.
    public static let summary = "break a cluster under load and check that nothing is lost"

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `drill`: the name of a drill and its options.
    /// - Returns: 0 when every run passed, 1 otherwise, 64 for a bad command line.
    public static func run(arguments: [String]) -> Int32 {
        if Arguments.asksForHelp(arguments) || arguments == ["list"] {
            Terminal.say(help)
            return 0
        }
        do throws(ArgumentError) {
            guard arguments.first == DrillSeries.name else {
                return run(try DrillOptions(arguments))
            }
            return try DrillSeries(Array(arguments.dropFirst())).run()
        } catch {
            Terminal.note("castle drill: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static var help: String {
        var text = Arguments.help(
            usage: "castle drill NAME [options]",
            summary: "Starts a cluster, breaks it under load, and checks every order after it.",
            flags: DrillOptions.flags
        )
        text += "\ncastle drill \(DrillSeries.name) runs every one; it takes --report DIR"
        text += " instead of --json and --plot.\n\nNAME is one of\n"
        for kind in DrillKind.allCases {
            let padding = String(repeating: " ", count: max(1, 18 - kind.rawValue.count))
            text += "  \(kind.rawValue)\(padding)\(kind.summary)\n"
        }
        return text
    }

    private static func run(_ options: DrillOptions) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        Terminal.say("\(options.kind.rawValue), seed \(options.seed), \(options.rate) requests/s")
        let report = Drill(options, waiter) { Terminal.say($0.text) }.run()
        Terminal.say(report.closing)
        return report.hasPassed ? 0 : 1
    }
}
