import Configuration
import Glibc

/// What the supervisor asks of the system beyond sockets and children.
enum OperatingSystem {
    /// Our own process.
    static var pid: Int32 { getpid() }

    /// The program that is running, which is also the program of every role.
    static var executablePath: String { link("/proc/self/exe") ?? "castle" }

    /// Whether a process runs; one that has ended and was not yet collected does not.
    static func isRunning(_ pid: Int32) -> Bool {
        guard pid > 0, let status = text("/proc/\(pid)/stat") else { return false }
        // The state follows the name, which may itself hold parentheses.
        return !(status.split(separator: ")").last ?? "").hasPrefix(" Z")
    }

    /// The words a process was started with; empty when it is gone.
    static func commandLine(of pid: Int32) -> [String] {
        (text("/proc/\(pid)/cmdline") ?? "").split(separator: "\0").map(String.init)
    }

    /// What a process is called, at most 15 characters.
    static func name(of pid: Int32) -> String? {
        text("/proc/\(pid)/comm").map { String($0.prefix { $0 != "\n" }) }
    }

    /// Where a process works.
    static func workingDirectory(of pid: Int32) -> String? { link("/proc/\(pid)/cwd") }

    /// A variable a process was started with.
    static func environment(_ variable: String, of pid: Int32) -> String? {
        let prefix = "\(variable)="
        let entry = (text("/proc/\(pid)/environ") ?? "").split(separator: "\0").first {
            $0.hasPrefix(prefix)
        }
        return entry.map { String($0.dropFirst(prefix.count)) }
    }

    static func send(_ signal: Int32, to pid: Int32) { _ = kill(pid, signal) }

    static func setEnvironment(_ variable: String, to value: String) { setenv(variable, value, 1) }

    static func environment(_ variable: String) -> String? {
        getenv(variable).map { String(cString: $0) }
    }

    /// The full path of a program, looked for on `PATH` and where daemons are.
    static func findProgram(_ name: String) -> String? {
        let path = environment("PATH") ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return directories.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Takes the lock of a file until this process ends, however it ends.
    ///
    /// - Returns: Whether nobody else holds it.
    static func lock(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return false
        }
        return true
    }

    /// Whether a process that runs holds the lock of a file.
    static func isLocked(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Adds bytes at the end of a file; a log that cannot be written must not stop the cluster.
    static func append(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        bytes.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Replaces the content of a file in place, since its lock is tied to this very file.
    static func overwrite(_ path: String, with text: String) {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Size in bytes of a file; 0 when it is not there.
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The bytes of a file from an offset, at most 64 KB of them.
    static func read(_ path: String, from offset: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)))
        }
    }

    /// The last lines of a file.
    static func tail(_ path: String, lineMax: Int) -> String {
        let bytes = read(path, from: max(0, size(path) - 16_384))
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n").suffix(lineMax).joined(separator: "\n")
    }

    static func writeToStandardError(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func writeToStandardOutput(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    /// Waits without a loop; for `castle down`, which has nothing else to do.
    static func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

    /// The name that a symbolic link holds.
    static func link(_ path: String) -> String? {
        let target = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else { return 0 }
                return max(0, readlink(path, start, text.count))
            }
        }
        return target.isEmpty ? nil : String(decoding: target, as: UTF8.self)
    }

    /// Names in a directory.
    static func entries(of path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The whole of a file of `/proc`, or `nil`.
    static func text(_ path: String) -> String? {
        do throws(ConfigurationError) {
            return String(decoding: try FileStore.read(path), as: UTF8.self)
        } catch {
            // The process ended meanwhile, or is not ours to look into.
            return nil
        }
    }
}
