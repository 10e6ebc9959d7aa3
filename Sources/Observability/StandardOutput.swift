import Glibc

/// The standard output, written only as far as its reader takes it at once.
enum StandardOutput {
    /// A pipe that polls as writable takes this much without blocking (PIPE_BUF).
    private static let chunkSize = 4096

    /// Writes bytes without waiting for a slow reader.
    static func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while offset < bytes.count {
            var request = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&request, 1, 0) == 1 else { return offset }
            let end = min(offset + chunkSize, bytes.count)
            let chunk = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
            let count = Glibc.write(STDOUT_FILENO, chunk.baseAddress, chunk.count)
            // Nobody reads any more, or the disk is full: the log is lost, the process goes on.
            guard count > 0 else { return errno == EAGAIN || errno == EINTR ? offset : bytes.count }
            offset += count
        }
        return offset
    }
}
