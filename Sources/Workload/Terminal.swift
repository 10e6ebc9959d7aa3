import Glibc

/// Lines for the person at the terminal, each written at once even into a pipe.
public enum Terminal {
    /// Writes to the standard output.
    public static func say(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes to the standard error: progress and complaints.
    public static func note(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)
        if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // Nobody reads any more: the exit code still tells.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
