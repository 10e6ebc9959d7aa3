import Configuration
import EventLoop

/// `castle up`: a whole cluster on this machine, supervised.
public enum UpCommand {
    /// One line for the list of commands.
    public static let summary = "Start a whole cluster on this machine and keep it running."
    private static let tailLines = 15

    /// Runs the command.
    ///
    /// - Parameter words: What follows `up`.
    /// - Returns: The exit code: 0 after a clean stop, 1 when the cluster could not be started, 64
    ///   for a bad command line.
    public static func run(_ words: [String]) -> Int32 {
        CommandLineFace.run(
            "up",
            words,
            usage: "castle up [options]",
            summary: summary,
            flags: UpOptions.flags
        ) { words throws(SupervisorError) in
            let options: UpOptions
            do throws(ArgumentError) {
                options = try UpOptions(words)
            } catch {
                throw .arguments(error)
            }
            return try options.isDetached ? DetachedStart(options).run() : stay(options)
        }
    }

    private static func stay(_ options: UpOptions) throws(SupervisorError) -> Int32 {
        let run = ClusterRun(try ClusterSetup(options))
        run.onProgress = { OperatingSystem.writeToStandardError("\($0)\n") }
        run.onReady = { OperatingSystem.writeToStandardOutput($0) }
        do throws(SupervisorError) {
            try run.run()
        } catch {
            if case .processFailed(_, _, let log) = error {
                let tail = OperatingSystem.tail(log, lineMax: tailLines)
                OperatingSystem.writeToStandardError("\(tail)\n")
            }
            throw error
        }
        return 0
    }
}

/// `castle up --detach`: a supervisor of its own session, and a wait until the cluster answers.
final class DetachedStart {
    private static let pollMilliseconds: UInt64 = 20

    private let options: UpOptions
    private let directory: ClusterDirectory
    private let loop = EventLoop()
    private var shownSize = 0
    private var result: Int32 = 1

    init(_ options: UpOptions) {
        self.options = options
        directory = ClusterDirectory(path: options.directory)
    }

    func run() throws(SupervisorError) -> Int32 {
        do throws(ConfigurationError) {
            try FileStore.createDirectory(directory.logs)
        } catch {
            throw .configuration(error)
        }
        // Asked here too: a second start must not write into the first one's files.
        guard !OperatingSystem.isLocked(directory.supervisorPID) else {
            throw .directoryInUse(directory: directory.path, pid: directory.runningSupervisor)
        }
        FileStore.remove(directory.ready)
        FileStore.remove(directory.startLog)
        try start()
        loop.run()
        return result
    }

    private func start() throws(SupervisorError) {
        let child: ChildProcess
        let options = ProcessOptions(
            path: "setsid",
            arguments: [OperatingSystem.executablePath, "up"] + self.options.words,
            standardOutputPath: "/dev/null",
            standardErrorPath: directory.startLog
        )
        do throws(NetworkError) {
            child = try loop.spawn(options) { [unowned self] status, _ in
                showProgress()
                result = status == 0 ? 1 : status
                loop.stop()
            }
        } catch {
            throw .programFailed(name: "setsid", log: error.description)
        }
        for signal: Int32 in [2, 15] { loop.onSignal(signal) { child.kill(signal) } }
        loop.schedule(
            afterMilliseconds: Self.pollMilliseconds,
            repeatingMilliseconds: Self.pollMilliseconds
        ) { [unowned self] in poll() }
    }

    private func poll() {
        showProgress()
        guard FileStore.exists(directory.ready) else { return }
        let report = OperatingSystem.read(directory.ready, from: 0)
        OperatingSystem.writeToStandardOutput(String(decoding: report, as: UTF8.self))
        result = 0
        loop.stop()
    }

    /// Passes on what the supervisor says while it starts.
    private func showProgress() {
        let bytes = OperatingSystem.read(directory.startLog, from: shownSize)
        shownSize += bytes.count
        OperatingSystem.writeToStandardError(String(decoding: bytes, as: UTF8.self))
    }
}
