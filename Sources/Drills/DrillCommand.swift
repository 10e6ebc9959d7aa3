import Configuration
import EventLoop
import Workload

/// `castle drill`: breaks a cluster of its own under load and checks that every promise holds.
public enum DrillCommand {
    /// One line for the list of subcommands.
    public static let summary = "break a cluster under load and check that nothing is lost"

    /// As `EX_UNAVAILABLE` of `sysexits.h`.
    private static let unavailableExitCode: Int32 = 69

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `drill`: the name of a drill and its options.
    /// - Returns: 0 when every run passed, 1 otherwise, 64 for a bad command line, 69 when the
    ///   drill cannot be run here.
    public static func run(arguments: [String]) -> Int32 {
        if Arguments.asksForHelp(arguments) || arguments == ["list"] {
            Terminal.say(help)
            return 0
        }
        do throws(ArgumentError) {
            guard arguments.first == DrillSeries.name else {
                let options = try DrillOptions(arguments)
                if options.kind.needsNamespaces { enterNamespaces(arguments) }
                return run(options)
            }
            let series = try DrillSeries(Array(arguments.dropFirst()))
            enterNamespaces(arguments)
            return series.run()
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

    /// Goes on in namespaces of our own, if it can; else the drills that need them say so.
    private static func enterNamespaces(_ arguments: [String]) {
        guard PrivateNamespaces.obstacle() == nil, !PrivateNamespaces.isInside else { return }
        PrivateNamespaces.enter(arguments)
        Terminal.note("castle drill: cannot enter namespaces of its own")
    }

    private static func run(_ options: DrillOptions) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        Terminal.say("\(options.kind.rawValue), seed \(options.seed), \(options.rate) requests/s")
        let report = Drill(options, waiter) { Terminal.say($0.text) }.run()
        Terminal.say(report.closing)
        if report.obstacle != nil { return unavailableExitCode }
        return report.hasPassed ? 0 : 1
    }
}
