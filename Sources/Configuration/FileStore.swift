import Glibc

/// Whole files in and out: bounded reads, and writes that appear whole or not at all.
///
/// Called at start-up and by the supervisor only, never on a path that serves a client.
public enum FileStore {
    /// Size in bytes of the largest file that is read.
    public static let sizeMax = 16 << 20

    /// Reads a whole file.
    ///
    /// - Parameter path: Where it is.
    /// - Returns: Its bytes, at most `sizeMax`.
    /// - Throws: `ConfigurationError.unreadable`.
    public static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: lastError()) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            switch readChunk(descriptor, into: &bytes) {
            case 0: return bytes
            case ..<0: throw .unreadable(file: path, reason: lastError())
            default: break
            }
            guard bytes.count <= sizeMax else {
                throw .unreadable(file: path, reason: "larger than \(sizeMax) bytes")
            }
        }
    }

    /// Replaces a file as a whole: a reader sees the old bytes or the new ones.
    ///
    /// - Parameters:
    ///   - path: Where it goes.
    ///   - bytes: The new content.
    ///   - mode: Permission bits; the file never exists with wider ones.
    /// - Throws: `ConfigurationError.unwritable`; the old file is then untouched.
    public static func replace(
        _ path: String,
        with bytes: [UInt8],
        mode: UInt32 = 0o644
    ) throws(ConfigurationError) {
        let temporary = "\(path).\(getpid()).tmp"
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: lastError()) }
        let isWritten = writeAll(descriptor, bytes) && fsync(descriptor) == 0
        let writeFailure = lastError()
        _ = close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let reason = isWritten ? lastError() : writeFailure
            _ = unlink(temporary)
            throw .unwritable(file: path, reason: reason)
        }
    }

    /// Makes a directory and those above it.
    ///
    /// - Parameter path: The directory; one that is there already is no error.
    /// - Throws: `ConfigurationError.unwritable`.
    public static func createDirectory(_ path: String) throws(ConfigurationError) {
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            prefix += "/\(part)"
            guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
                throw .unwritable(file: path, reason: lastError())
            }
        }
    }

    /// Whether there is anything of that name.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Removes a file; one that is not there is no error.
    public static func remove(_ path: String) { _ = unlink(path) }

    /// The absolute form of a path, without `.`, `..` and doubled slashes.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - directory: What a relative path starts from; the working directory when `nil`.
    /// - Returns: An absolute path; symbolic links are kept as they are.
    public static func absolute(_ path: String, in directory: String? = nil) -> String {
        var parts: [Substring] = []
        let start = path.hasPrefix("/") ? "" : absoluteStart(directory)
        for part in start.split(separator: "/") + path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Permission bits of a file, or `nil` when it is not there.
    public static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    private static func absoluteStart(_ directory: String?) -> String {
        if let directory { return absolute(directory) }
        guard let current = getcwd(nil, 0) else { return "" }
        defer { free(current) }
        return String(cString: current)
    }

    private static func readChunk(_ descriptor: Int32, into bytes: inout [UInt8]) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
            return count
        }
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { writeAll(descriptor, $0) }
    }

    /// Writes until nothing is left.
    ///
    /// - Parameters:
    ///   - descriptor: An open file.
    ///   - bytes: All of what is to be written.
    /// - Returns: Whether it was all written; `errno` says why not.
    package static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let count = write(descriptor, rest.baseAddress, rest.count)
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
