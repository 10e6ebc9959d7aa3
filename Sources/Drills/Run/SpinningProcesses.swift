import EventLoop
import Glibc
import Workload

/// Processes that do nothing but take processor time.
final class SpinningProcesses {
    private var children: [ChildProcess] = []

    /// Twice as many as processors, and at least four.
    static var defaultCount: Int { max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Starts them; each ends with us, even when we are killed.
    init(count: Int, loop: EventLoop) throws(LoadError) {
        let options = ProcessOptions(
            path: "setpriv",
            arguments: ["--pdeathsig", "KILL", "sh", "-c", "while :; do :; done"]
        )
        do throws(NetworkError) {
            for _ in 0..<count {
                children.append(try loop.spawn(options) { _, _ in })
            }
        } catch {
            stop()
            throw LoadError("\(error)")
        }
    }

    /// Ends them.
    func stop() {
        for child in children { child.kill(SIGKILL) }
    }
}
