import Glibc

/// This process' id.
func currentProcessID() -> Int32 { getpid() }

/// Ends this process with a failure, for its supervisor to start it again.
func endProcess() -> Never { exit(1) }
