import Configuration
import EventLoop

/// Recordings on disk.
enum RecordingFile {
    /// Where `--flow recording` looks, from the root of the repository.
    static let standardPath = "../shared/data/spot_ethusdt_20240808.gz"
    private static let unpackMilliseconds: UInt64 = 60_000

    /// Reads a recording.
    ///
    /// A name that ends in `.gz` is unpacked by gzip(1) into a temporary file: every Debian has
    /// it, and it saves us a C library.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - waiter: Waits for gzip.
    /// - Returns: The recording.
    /// - Throws: `LoadError` naming the file.
    static func load(_ path: String, _ waiter: LoopWaiter) throws(LoadError) -> Recording {
        var file = path
        if path.hasSuffix(".gz") {
            file = "/tmp/castle-recording-\(SecureRandom.alphanumeric(count: 8))"
            try unpack(path, to: file, waiter)
        }
        defer { if file != path { FileStore.remove(file) } }
        do {
            return try Recording(parsing: FileStore.read(file))
        } catch {
            throw LoadError("\(path): \(error)")
        }
    }

    private static func unpack(
        _ path: String,
        to file: String,
        _ waiter: LoopWaiter
    ) throws(LoadError) {
        let options = ProcessOptions(
            path: "gzip",
            arguments: ["-dc", "--", path],
            standardOutputPath: file
        )
        var status: Int32?
        do throws(NetworkError) {
            _ = try waiter.loop.spawn(options) { code, _ in status = code }
        } catch {
            throw LoadError("\(error)")
        }
        waiter.wait(timeoutMilliseconds: unpackMilliseconds) { status != nil }
        guard status == 0 else {
            FileStore.remove(file)
            throw LoadError("\(path) cannot be unpacked")
        }
    }
}

/// Why a load or a drill cannot begin, or go on; one line for the terminal.
public struct LoadError: Error, Equatable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// Takes the line.
    public init(_ description: String) { self.description = description }
}
