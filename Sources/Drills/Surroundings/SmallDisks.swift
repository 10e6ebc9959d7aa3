import Configuration
import EventLoop
import Glibc
import Workload

/// A small file system in memory for each Redis, which can be filled to the last byte.
///
/// The mounts are in a namespace of the drill's own: the machine never sees them.
final class SmallDisks {
    /// The logs of some hundred runs, and little memory.
    private static let sizeMegabytes = 192

    private let waiter: LoopWaiter
    private let names: [String]
    private var directory = ""
    private var timer: LoopTimer?
    /// Disks that are full.
    private(set) var full: Set<String> = []

    /// Disks for these Redis instances.
    init(_ names: [String], waiter: LoopWaiter) {
        self.names = names
        self.waiter = waiter
    }

    /// Mounts them where the instances will work.
    func mount(in directory: String) throws(LoadError) {
        self.directory = directory
        do throws(ConfigurationError) {
            for name in names { try FileStore.createDirectory(path(of: name)) }
        } catch {
            throw LoadError("\(error)")
        }
        let options = "size=\(Self.sizeMegabytes)m"
        for name in names
        where Glibc.mount("castle-drill", path(of: name), "tmpfs", 0, options) != 0 {
            throw LoadError("no file system in memory: \(Self.lastError())")
        }
    }

    /// Takes all the space of a disk, and gives it back after a while.
    func fill(_ name: String, milliseconds: UInt64) throws(LoadError) {
        let descriptor = open(filler(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LoadError("\(filler(name)): \(Self.lastError())") }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 1 << 20)
        var size = block.count
        // Until not even one byte more is taken.
        while size > 0 {
            let count = block.withUnsafeBytes { write(descriptor, $0.baseAddress, size) }
            if count <= 0 { size /= 2 }
        }
        guard errno == ENOSPC else {
            throw LoadError("\(name)'s disk does not fill: \(Self.lastError())")
        }
        full.insert(name)
        timer = waiter.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            self?.free(name)
        }
    }

    /// Gives the space of every disk back.
    func freeAll() {
        timer?.cancel()
        for name in full { free(name) }
    }

    /// Unmounts them; if the directory stays, so do the files.
    func unmount(keepingFiles: Bool, _ shell: ShellScript) {
        for name in names {
            let path = path(of: name)
            do throws(LoadError) {
                if keepingFiles { try shell.run("cp -a '\(path)' '\(path)-kept'") }
            } catch {
                Terminal.note("the files of \(name) are not kept: \(error)")
            }
            // What is still open goes when it is closed.
            if umount2(path, Int32(MNT_DETACH)) == 0, keepingFiles {
                _ = rmdir(path)
                _ = rename("\(path)-kept", path)
            }
        }
    }

    private func free(_ name: String) {
        FileStore.remove(filler(name))
        full.remove(name)
    }

    private func path(of name: String) -> String { "\(directory)/redis/\(name)" }
    private func filler(_ name: String) -> String { "\(path(of: name))/filler" }
    private static func lastError() -> String { String(cString: strerror(errno)) }
}
