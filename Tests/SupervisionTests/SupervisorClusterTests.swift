import Configuration
import EventLoop
import FoundationEssentials
import Supervision
import Testing

/// Supervises small shell scripts; no process and no file is left behind.
@Suite(.timeLimit(.minutes(1)), .serialized) struct SupervisorClusterTests {
    private let directory = "/tmp/castle-supervisor-\(UUID().uuidString)"

    init() throws { try FileStore.createDirectory(directory) }

    private func service(_ id: String, _ script: String, stopMillisecondsMax: UInt64 = 3000)
        -> Service
    {
        Service(
            id: id,
            workingDirectory: directory,
            logPath: "\(directory)/\(id).log",
            stopMillisecondsMax: stopMillisecondsMax,
            command: { ["sh", "-c", script] }
        )
    }

    /// Runs a supervisor until the body calls its last argument, then stops it.
    private func supervise(
        _ body: (EventLoop, Supervisor, @escaping () -> Void) -> Void
    ) -> [Int32] {
        // The directory goes with the test whatever happens in it.
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let loop = EventLoop()
        defer { loop.close() }
        let supervisor = Supervisor(
            loop: loop,
            log: SupervisorLog(path: "\(directory)/supervisor.log")
        )
        loop.schedule(afterMilliseconds: 20_000) {
            Issue.record("the deadline passed")
            supervisor.stop { loop.stop() }
        }
        body(loop, supervisor) { supervisor.stop { loop.stop() } }
        loop.run()
        return supervisor.pids
    }

    private func runs(_ pid: Int32) -> Bool { FileStore.exists("/proc/\(pid)") }

    /// Calls back once the condition holds.
    private func when(
        _ loop: EventLoop,
        _ condition: @escaping () -> Bool,
        then body: @escaping () -> Void
    ) {
        guard !condition() else { return body() }
        loop.schedule(afterMilliseconds: 10) { when(loop, condition, then: body) }
    }

    @Test func killedProcessStartsAgainAfterASecondAndStopLeavesNone() {
        var pids: [Int32] = []
        var diedAt: UInt64 = 0
        var gapMilliseconds: UInt64 = 0
        let left = supervise { loop, supervisor, done in
            supervisor.onDeath = { death in
                #expect(death == Supervisor.Death(id: "a", reason: "signal 9", count: 1))
                diedAt = loop.nowNanoseconds
            }
            supervisor.start([service("a", "exec sleep 60"), service("b", "exec sleep 60")])
            guard let first = supervisor.pid(of: "a"), let other = supervisor.pid(of: "b") else {
                Issue.record("nothing was started")
                return done()
            }
            pids = [first, other]
            _ = try? loop.spawn(ProcessOptions(path: "kill", arguments: ["-9", "\(first)"])) {
                _,
                _ in
            }
            when(loop, { diedAt > 0 && supervisor.pid(of: "a") != nil }) {
                gapMilliseconds = (loop.nowNanoseconds - diedAt) / 1_000_000
                pids.append(supervisor.pid(of: "a") ?? 0)
                #expect(supervisor.pid(of: "b") == other)
                done()
            }
        }
        #expect((950..<3000).contains(gapMilliseconds))
        #expect(Set(pids).count == 3)
        #expect(left.isEmpty)
        for pid in pids { #expect(!runs(pid)) }
    }

    @Test func groupsStopInTheOppositeOrderOfTheirStart() throws {
        var order: [String] = []
        _ = supervise { loop, supervisor, done in
            var running: Set<String> = ["first", "second", "third"]
            supervisor.onChange = {
                guard supervisor.isStopping else { return }
                for id in running.sorted() where supervisor.pid(of: id) == nil {
                    running.remove(id)
                    order.append(id)
                }
            }
            for id in ["first", "second", "third"] {
                supervisor.start([service(id, "exec sleep 60")])
            }
            loop.schedule(afterMilliseconds: 50) { done() }
        }
        #expect(order == ["third", "second", "first"])
    }

    @Test func processThatIgnoresTheSignalIsKilled() {
        var pid: Int32 = 0
        let marker = "\(directory)/ready"
        _ = supervise { loop, supervisor, done in
            let script = "trap '' TERM; touch \(marker); while :; do sleep 0.05; done"
            supervisor.start([service("deaf", script, stopMillisecondsMax: 100)])
            pid = supervisor.pid(of: "deaf") ?? 0
            when(loop, { FileStore.exists(marker) }, then: done)
        }
        #expect(pid > 0)
        #expect(!runs(pid))
    }

    @Test func outputIsAppendedToTheLogAndDeathsAreLogged() throws {
        var output = ""
        var log = ""
        _ = supervise { loop, supervisor, done in
            supervisor.onDeath = { death in
                #expect(death.reason == "exit status 3")
                // Reading fails only when there is no log, which the expectations then show.
                output = (try? String(contentsOfFile: "\(directory)/a.log", encoding: .utf8)) ?? ""
                log =
                    (try? String(contentsOfFile: "\(directory)/supervisor.log", encoding: .utf8))
                    ?? ""
                done()
            }
            supervisor.start([service("a", "echo out; echo err >&2; exit 3")])
        }
        #expect(output == "out\nerr\n")
        let lines = log.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.contains("\"message\":\"process died\"") == true)
        #expect(lines.last?.contains("\"process\":\"a\"") == true)
        #expect(lines.last?.contains("exit status 3, starts again in 1000 ms") == true)
    }

    @Test func childrenEndWithASupervisorThatIsKilled() throws {
        // A shell stands in for the supervisor: what ends the child is how it was started.
        let loop = EventLoop()
        defer {
            loop.close()
            try? FileManager.default.removeItem(atPath: directory)
        }
        let pidFile = "\(directory)/child.pid"
        let parent = try loop.spawn(
            ProcessOptions(
                path: "sh",
                arguments: [
                    "-c",
                    "setpriv --pdeathsig TERM setsid sh -c 'echo $$ > \(pidFile).tmp;"
                        + " mv \(pidFile).tmp \(pidFile); exec sleep 60' & wait",
                ]
            )
        ) { _, _ in }
        var child: Int32 = 0
        loop.schedule(afterMilliseconds: 20_000) { loop.stop() }
        when(loop, { FileStore.exists(pidFile) }) {
            let text = (try? String(contentsOfFile: pidFile, encoding: .utf8)) ?? ""
            child = Int32(text.prefix { $0.isNumber }) ?? 0
            parent.kill(9)
            when(loop, { !runs(child) }) { loop.stop() }
        }
        loop.run()
        #expect(child > 0)
        #expect(!runs(child))
    }
}
