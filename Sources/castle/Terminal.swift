import Glibc

/// Ends the process; what was printed is written first.
func finish(_ code: Int32) -> Never {
    fflush(nil)
    exit(code)
}

/// Refuses a command line: one line on the standard error, and the exit code of sysexits(3).
func refuse(_ message: String) -> Never {
    complain(message)
    finish(64)
}

/// Writes one line on the standard error.
func complain(_ message: String) {
    var text = "\(message)\n"
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
