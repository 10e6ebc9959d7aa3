/// What to start, and with what surroundings.
public struct ProcessOptions {
    /// Path of the program, or a name to be found on `PATH`.
    public var path: String
    /// Arguments after the program's own name.
    public var arguments: [String]
    /// The whole environment; nil passes ours on.
    public var environment: [String: String]?
    /// Directory to start in; nil is ours.
    public var workingDirectory: String?
    /// File that the standard output is appended to; nil is ours.
    public var standardOutputPath: String?
    /// File that the standard error is appended to; nil is ours.
    public var standardErrorPath: String?

    /// A program with its arguments, and our own surroundings unless others are given.
    public init(
        path: String,
        arguments: [String] = [],
        environment: [String: String]? = nil,
        workingDirectory: String? = nil,
        standardOutputPath: String? = nil,
        standardErrorPath: String? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardOutputPath = standardOutputPath
        self.standardErrorPath = standardErrorPath
    }
}

/// A program we started.
public final class ChildProcess: HandleOwner {
    private var handle = ProcessHandle()
    private var onExit: ((_ status: Int32, _ signal: Int32) -> Void)?

    /// Number of the process.
    public private(set) var pid: Int32 = 0

    init(
        loop: EventLoop,
        options: ProcessOptions,
        onExit: @escaping (_ status: Int32, _ signal: Int32) -> Void
    ) throws(NetworkError) {
        self.onExit = onExit
        var failure: Int32 = 0
        handle = ProcessHandle(
            on: loop.handle,
            owner: self,
            starting: options,
            failure: &failure
        )
        guard failure == 0 else {
            closeHandle()
            throw .spawnFailed(path: options.path, reason: errorText(failure))
        }
        pid = handle.pid
    }

    /// Whether the program has not been seen to end.
    public var isRunning: Bool { onExit != nil }

    /// Sends the signal; harmless once the program has ended.
    public func kill(_ signal: Int32) {
        if isRunning { handle.kill(signal) }
    }

    func didExit(status: Int32, signal: Int32) {
        let onExit = self.onExit
        closeHandle()
        onExit?(status, signal)
    }

    func closeHandle() {
        onExit = nil
        handle.close()
    }
}

extension EventLoop {
    /// Starts a program.
    ///
    /// - Parameters:
    ///   - options: The program and its surroundings.
    ///   - onExit: Called once when it ends, with its status and the signal that ended it, if any.
    /// - Returns: The running program.
    /// - Throws: `NetworkError.spawnFailed` when it cannot be started.
    public func spawn(
        _ options: ProcessOptions,
        onExit: @escaping (_ status: Int32, _ signal: Int32) -> Void
    ) throws(NetworkError) -> ChildProcess {
        try ChildProcess(loop: self, options: options, onExit: onExit)
    }
}
