import Configuration

/// What every subcommand does with its command line, its help and its errors.
enum CommandLineFace {
    static func run(
        _ name: String,
        _ words: [String],
        usage: String,
        summary: String,
        flags: [Arguments.Flag],
        body: ([String]) throws(SupervisorError) -> Int32
    ) -> Int32 {
        if Arguments.asksForHelp(words) {
            OperatingSystem.writeToStandardOutput(
                Arguments.help(usage: usage, summary: summary, flags: flags)
            )
            return 0
        }
        do throws(SupervisorError) {
            return try body(words)
        } catch {
            OperatingSystem.writeToStandardError("castle \(name): \(error)\n")
            guard case .arguments = error else { return 1 }
            OperatingSystem.writeToStandardError("see: castle \(name) --help\n")
            return ArgumentError.exitCode
        }
    }
}
