import Configuration
import EventLoop
import Workload

/// Every drill, one after another.
struct DrillSeries {
    /// What it is called for, in place of the name of a drill.
    static let name = "all"
    private static let ownPaths = ["--json", "--plot"]

    private static var flags: [Arguments.Flag] {
        DrillOptions.flags.filter { !ownPaths.contains($0.name) } + [
            Arguments.Flag("--report", "DIR", help: "write JSON and SVG of every drill there")
        ]
    }

    /// What each drill is asked for.
    let options: [DrillOptions]
    private let folder: String?

    /// Reads what follows the name.
    init(_ words: [String]) throws(ArgumentError) {
        let arguments = try Arguments(words, flags: Self.flags)
        let folder = arguments.text("--report").map { FileStore.absolute($0) }
        let common = try DrillOptions(.killPrimary, arguments)
        self.folder = folder
        options = DrillKind.allCases.map { kind in
            var options = common
            options.kind = kind
            options.reportPath = folder.map { "\($0)/\(kind.rawValue).json" }
            options.plotPath = folder.map { "\($0)/\(kind.rawValue).svg" }
            return options
        }
    }

    /// Runs all of them, whatever becomes of each; a line for each, and how many passed.
    ///
    /// - Returns: 0 when every drill passed that can run here.
    func run() -> Int32 {
        if let folder {
            do throws(ConfigurationError) {
                try FileStore.createDirectory(folder)
            } catch {
                Terminal.note("castle drill: \(error)")
                return 1
            }
        }
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        var (passedCount, unavailableCount) = (0, 0)
        Terminal.say("every drill, seed \(options[0].seed), \(options[0].rate) requests/s")
        for options in options where !waiter.isInterrupted {
            let report = Drill(options, waiter) { run in
                if options.isVerbose || !run.hasPassed { Terminal.say(run.text) }
            }.run()
            if report.obstacle != nil {
                unavailableCount += 1
            } else if report.hasPassed {
                passedCount += 1
            }
            Terminal.say(report.summary)
        }
        // Those that an interrupt kept from their turn have not passed.
        let failedCount = options.count - passedCount - unavailableCount
        let others = unavailableCount > 0 ? ", \(unavailableCount) cannot run here" : ""
        Terminal.say("\(passedCount) passed, \(failedCount) failed\(others)")
        return failedCount == 0 ? 0 : 1
    }
}
