import Glibc

/// This process' id.
func currentProcessID() -> Int32 { getpid() }
