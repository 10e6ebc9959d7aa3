import Configuration

/// `castle down`: stops the cluster of a directory and keeps its data.
public enum DownCommand {
    /// One line for the list of commands.
    public static let summary = "Stop the cluster of a directory; its data stays."
    private static let flags = [
        Arguments.Flag("--dir", "DIR", help: "the directory given to up (var/local)")
    ]
    private static let pauseMilliseconds: UInt32 = 10
    /// Longer than the supervisor takes when it has to kill every group.
    private static let supervisorMillisecondsMax: UInt32 = 30_000
    private static let memberMillisecondsMax: UInt32 = 5000

    /// Runs the command.
    ///
    /// - Parameter words: What follows `down`.
    /// - Returns: The exit code: 0 when nothing is left running.
    public static func run(_ words: [String]) -> Int32 {
        CommandLineFace.run(
            "down",
            words,
            usage: "castle down [options]",
            summary: summary,
            flags: flags
        ) { words throws(SupervisorError) in
            let directory: ClusterDirectory
            do throws(ArgumentError) {
                let arguments = try Arguments(words, flags: flags)
                directory = ClusterDirectory(
                    path: FileStore.absolute(arguments.text("--dir") ?? "var/local")
                )
            } catch {
                throw .arguments(error)
            }
            let count = try stop(directory)
            OperatingSystem.writeToStandardOutput(
                count == 0
                    ? "nothing runs in \(directory.path)\n"
                    : "stopped \(count) processes of the cluster in \(directory.path)\n"
            )
            return 0
        }
    }

    /// Stops a cluster.
    ///
    /// - Parameter directory: Where it was started.
    /// - Returns: How many processes were stopped.
    /// - Throws: `SupervisorError.notStopped`.
    static func stop(_ directory: ClusterDirectory) throws(SupervisorError) -> Int {
        let members = directory.runningMembers
        let supervisor = directory.runningSupervisor.flatMap { isSupervisor($0) ? $0 : nil }
        if let supervisor {
            OperatingSystem.send(15, to: supervisor)
            if !wait(for: [supervisor], milliseconds: supervisorMillisecondsMax) {
                OperatingSystem.send(9, to: supervisor)
            }
        }
        // Members started while we looked are in the file by now.
        try end(Set(members + directory.runningMembers).filter(directory.owns))
        if !OperatingSystem.isLocked(directory.supervisorPID) {
            FileStore.remove(directory.supervisorPID)
        }
        FileStore.remove(directory.ready)
        return members.count + (supervisor == nil ? 0 : 1)
    }

    private static func end(_ pids: Set<Int32>) throws(SupervisorError) {
        for pid in pids { OperatingSystem.send(15, to: pid) }
        guard !wait(for: pids, milliseconds: memberMillisecondsMax) else { return }
        for pid in pids { OperatingSystem.send(9, to: pid) }
        guard !wait(for: pids, milliseconds: memberMillisecondsMax) else { return }
        throw .notStopped(pids: pids.filter(OperatingSystem.isRunning).sorted())
    }

    private static func isSupervisor(_ pid: Int32) -> Bool {
        let words = OperatingSystem.commandLine(of: pid)
        return words.first?.hasSuffix("castle") == true && words.contains("up")
    }

    /// Whether all have ended in time.
    private static func wait(for pids: Set<Int32>, milliseconds: UInt32) -> Bool {
        for _ in 0..<(milliseconds / pauseMilliseconds) {
            guard pids.contains(where: OperatingSystem.isRunning) else { return true }
            OperatingSystem.pause(milliseconds: pauseMilliseconds)
        }
        return false
    }
}
