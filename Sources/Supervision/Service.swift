import EventLoop

/// A program to keep running, such as a Redis, a node or the edge.
public struct Service {
    /// Its name, unique among the services of a supervisor.
    public var id: String
    /// Program and arguments; asked for at every start, since a restart may need others.
    public var command: () -> [String]
    /// Directory it works in.
    public var workingDirectory: String
    /// File that its output and errors are appended to.
    public var logPath: String
    /// How long it may take to end by itself before it is killed.
    public var stopMillisecondsMax: UInt64

    /// States every field.
    public init(
        id: String,
        workingDirectory: String,
        logPath: String,
        stopMillisecondsMax: UInt64 = 3000,
        command: @escaping () -> [String]
    ) {
        self.id = id
        self.workingDirectory = workingDirectory
        self.logPath = logPath
        self.stopMillisecondsMax = stopMillisecondsMax
        self.command = command
    }

    /// How to start it now.
    ///
    /// `setpriv` has the kernel end it when the supervisor is gone, even by `kill -9`; `setsid`
    /// keeps a Ctrl-C in the terminal from it, so that the supervisor alone decides the order in
    /// which processes end. Both become the program: its process id is the one we started.
    var processOptions: ProcessOptions {
        ProcessOptions(
            path: "setpriv",
            arguments: ["--pdeathsig", "TERM", "setsid"] + command(),
            workingDirectory: workingDirectory,
            standardOutputPath: logPath,
            standardErrorPath: logPath
        )
    }
}
