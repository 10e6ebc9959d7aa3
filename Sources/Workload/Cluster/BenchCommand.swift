import Configuration
import EventLoop

/// `castle bench`: figures with what they were measured on.
public enum BenchCommand {
    /// One line for the list of subcommands.
    public static let summary =
        "measure a cluster of its own, the matching core alone, or catching up"

    private struct Report: Codable {
        var machine: MachineFacts
        var command: String
        var load: LoadReport
    }

    private static var flags: [Arguments.Flag] {
        let own = ["--dir", "--url"]
        return LoadOptions.flags.filter { !own.contains($0.name) } + [
            Arguments.Flag("--topology", "FILE", help: "what to start (the local topology)"),
            Arguments.Flag("--keep", help: "leave the cluster's files for a look"),
        ]
    }

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `bench`: the name of a benchmark and its options.
    /// - Returns: 0 when all went well, 1 otherwise, 64 for a bad command line.
    public static func run(arguments: [String]) -> Int32 {
        if arguments.first == "matching" {
            return MatchingCommand.run(Array(arguments.dropFirst()))
        }
        if arguments.first == "catch-up" {
            return CatchUpCommand.run(Array(arguments.dropFirst()))
        }
        if Arguments.asksForHelp(arguments) || arguments == ["list"] {
            Terminal.say(
                Arguments.help(
                    usage: "castle bench load [options]",
                    summary: "load: signed orders at 5000/s for 60 s, every append on disk.",
                    flags: flags
                ) + "\n\(MatchingCommand.summary)\n  castle bench matching --help says more.\n"
                    + "\n\(CatchUpCommand.summary)\n  castle bench catch-up --help says more.\n"
            )
            return 0
        }
        do throws(ArgumentError) {
            let parsed = try Arguments(arguments, flags: flags, wordMax: 1)
            guard parsed.words == ["load"] else {
                throw .badValue(
                    flag: "NAME",
                    value: parsed.words.first ?? "",
                    expected: "a benchmark: load, matching or catch-up"
                )
            }
            let options = try LoadOptions(parsed, rateDefault: 5000, durationDefault: 60)
            return load(options, parsed, command: "bench \(arguments.joined(separator: " "))")
        } catch {
            Terminal.note("castle bench: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static func load(
        _ options: LoadOptions,
        _ arguments: Arguments,
        command: String
    ) -> Int32 {
        do throws(LoadError) {
            let waiter = LoopWaiter(loop: EventLoop())
            waiter.interruptOnSignals()
            let cluster = try OwnCluster(waiter: waiter, topology: arguments.text("--topology"))
            defer { cluster.stop(keepingFiles: arguments.has("--keep")) }
            var options = options
            options.directory = cluster.directory
            let session = try LoadSession(options, waiter: waiter)
            let report = try session.run { Terminal.note($0.text) }
            let machine = MachineFacts()
            Terminal.say("machine     \(machine.text)")
            Terminal.say("command     castle \(command)")
            Terminal.say(report.text)
            if arguments.has("--keep") { Terminal.say("files       \(cluster.directory)") }
            if let path = options.reportPath {
                let whole = Report(machine: machine, command: "castle \(command)", load: report)
                try ReportFile.write(whole, to: path)
            }
            return report.isClean ? 0 : 1
        } catch {
            Terminal.note("castle bench: \(error)")
            return 1
        }
    }
}
