import EventLoop
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    @Test func exitStatusIsReported() throws {
        var status: Int32?
        try runLoop { loop, done in
            let child = try loop.spawn(
                ProcessOptions(
                    path: "sh",
                    arguments: ["-c", "test \"$WORD\" = yes && test $PWD = / && exit 7"],
                    environment: ["WORD": "yes", "PATH": "/bin:/usr/bin"],
                    workingDirectory: "/"
                )
            ) { code, _ in
                status = code
                done()
            }
            #expect(child.pid > 0)
        }
        #expect(status == 7)
    }

    @Test func killIsReportedAsItsSignal() throws {
        var signal: Int32?
        try runLoop { loop, done in
            let child = try loop.spawn(ProcessOptions(path: "sleep", arguments: ["60"])) {
                signal = $1
                done()
            }
            child.kill(9)
        }
        #expect(signal == 9)
    }

    @Test func missingProgramIsAnError() {
        let loop = EventLoop()
        defer { loop.close() }
        #expect(throws: NetworkError.self) {
            _ = try loop.spawn(ProcessOptions(path: "/no/such/program")) { _, _ in }
        }
    }

    @Test func unwritableOutputIsAnError() {
        let loop = EventLoop()
        defer { loop.close() }
        #expect(throws: NetworkError.self) {
            _ = try loop.spawn(
                ProcessOptions(path: "true", standardOutputPath: "/no/such/directory/file")
            ) { _, _ in }
        }
    }

    // Ends with the child, not with its signal: a child that nobody waits for stays a zombie, and the
    // thread that watches the exit tests of this process would find it for ever.
    @Test func signalReachesItsWatcher() throws {
        var isSeen = false
        var hasExited = false
        try runLoop { loop, done in
            let endIfComplete = { if isSeen && hasExited { done() } }
            loop.onSignal(12) {
                isSeen = true
                endIfComplete()
            }
            _ = try loop.spawn(
                ProcessOptions(path: "sh", arguments: ["-c", "kill -12 $PPID"])
            ) { _, _ in
                hasExited = true
                endIfComplete()
            }
        }
        #expect(isSeen)
    }
}
