import EventLoop

/// Runs a program to its end, before the cluster's own loop runs.
enum ProgramRun {
    /// Runs a program.
    ///
    /// - Parameters:
    ///   - words: Program and arguments.
    ///   - output: File its output and errors are appended to.
    /// - Returns: Its exit status; -1 when a signal or the deadline ended it.
    /// - Throws: `NetworkError.spawnFailed`.
    static func status(of words: [String], output: String) throws(NetworkError) -> Int32 {
        let loop = EventLoop()
        defer { loop.close() }
        var result: Int32 = -1
        let options = ProcessOptions(
            path: words[0],
            arguments: Array(words.dropFirst()),
            standardOutputPath: output,
            standardErrorPath: output
        )
        let child = try loop.spawn(options) { status, signal in
            result = signal == 0 ? status : -1
            loop.stop()
        }
        loop.schedule(afterMilliseconds: 30_000) { child.kill(9) }
        loop.run()
        return result
    }
}
