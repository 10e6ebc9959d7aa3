import Configuration
import EventLoop
import FoundationEssentials

/// `castle load`: order flow through the public API, measured.
public enum LoadCommand {
    /// One line for the list of subcommands.
    public static let summary = "drive order flow through the public API and measure it"

    /// Runs the command.
    ///
    /// - Parameter arguments: What follows `load`.
    /// - Returns: 0 when every request had the outcome it should have, 1 otherwise, 64 for a bad
    ///   command line.
    public static func run(arguments: [String]) -> Int32 {
        if Arguments.asksForHelp(arguments) {
            Terminal.say(
                Arguments.help(
                    usage: "castle load [options]",
                    summary: "Drives orders through the public API, open loop, and measures them.",
                    flags: LoadOptions.flags
                )
            )
            return 0
        }
        do throws(ArgumentError) {
            return run(try LoadOptions(arguments))
        } catch {
            Terminal.note("castle load: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static func run(_ options: LoadOptions) -> Int32 {
        do throws(LoadError) {
            let session = try LoadSession(options, waiter: LoopWaiter(loop: EventLoop()))
            let report = try session.run { Terminal.note($0.text) }
            Terminal.say(report.text)
            if let path = options.reportPath { try ReportFile.write(report, to: path) }
            return report.isClean ? 0 : 1
        } catch {
            Terminal.note("castle load: \(error)")
            return 1
        }
    }
}

/// Reports as JSON files.
public enum ReportFile {
    /// Writes a report.
    ///
    /// - Parameters:
    ///   - report: What goes in.
    ///   - path: The file, replaced as a whole.
    /// - Throws: `LoadError` when it cannot be written.
    public static func write(_ report: some Encodable, to path: String) throws(LoadError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try FileStore.replace(path, with: Array(encoder.encode(report)) + [UInt8(ascii: "\n")])
        } catch {
            throw LoadError("\(path): \(error)")
        }
    }
}
