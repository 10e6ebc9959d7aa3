import Configuration
import EventLoop
import Glibc
import Workload

/// A wall clock of its own for each of Castle's processes, by libfaketime; that of the machine is
/// not touched, and neither are the clocks that only count up.
final class FakeClocks {
    private static let folders = [
        "/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime",
    ]
    private static var library: String? {
        folders.map { "\($0)/libfaketime.so.1" }.first(where: FileStore.exists)
    }

    /// Why there can be none here; `nil` when there can.
    static var obstacle: String? {
        library == nil ? "libfaketime is not installed; on Debian: apt-get install faketime" : nil
    }

    private let waiter: LoopWaiter
    private let names: [String]
    private var directory = ""
    private var timer: LoopTimer?
    /// Processes whose clock is wrong.
    private(set) var wrong: Set<String> = []
    /// Why a clock could not be set; empty when all went well.
    private(set) var failure = ""

    /// Clocks for these processes.
    init(_ names: [String], waiter: LoopWaiter) throws(LoadError) {
        self.names = names
        self.waiter = waiter
        // The library leaves shared memory behind: in one of our own it goes with us.
        guard mount("castle-drill", "/dev/shm", "tmpfs", 0, "size=16m") == 0 else {
            throw LoadError("no shared memory of its own: \(String(cString: strerror(errno)))")
        }
    }

    /// Makes a clock for each process, right at first.
    ///
    /// - Returns: How they are to be started.
    func make(in directory: String) throws(LoadError) -> PlacesFile {
        guard let library = Self.library else { throw LoadError("there is no libfaketime") }
        self.directory = "\(directory)/clocks"
        do throws(ConfigurationError) {
            try FileStore.createDirectory(self.directory)
        } catch {
            throw LoadError("\(error)")
        }
        var file = PlacesFile()
        for name in names {
            try set(name, seconds: 0)
            file.places[name] = PlacesFile.Place(
                launcher: [
                    "env", "LD_PRELOAD=\(library)", "FAKETIME_TIMESTAMP_FILE=\(path(of: name))",
                    // Read at every look at the clock, so that a jump is seen at once.
                    "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                    // Set to what is not there: else the library would add it, which moves the
                    // environment away from where Swift finds the arguments.
                    "FAKETIME_SHARED=none none",
                ]
            )
        }
        return file
    }

    /// Lets a clock jump, and back after a while.
    func jump(_ name: String, seconds: Int, milliseconds: UInt64) throws(LoadError) {
        try set(name, seconds: seconds)
        wrong.insert(name)
        timer = waiter.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            self?.setRight(name)
        }
    }

    /// Sets every clock right.
    func setAllRight() {
        timer?.cancel()
        for name in wrong { setRight(name) }
    }

    private func setRight(_ name: String) {
        do throws(LoadError) {
            try set(name, seconds: 0)
        } catch {
            failure = "\(error)"
        }
        wrong.remove(name)
    }

    private func set(_ name: String, seconds: Int) throws(LoadError) {
        let text = (seconds < 0 ? "" : "+") + "\(seconds)\n"
        do throws(ConfigurationError) {
            try FileStore.replace(path(of: name), with: Array(text.utf8))
        } catch {
            throw LoadError("\(error)")
        }
    }

    private func path(of name: String) -> String { "\(directory)/\(name)" }
}
