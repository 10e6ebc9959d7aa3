import Glibc

/// What a measurement asks of the system: a processor of its own and a clock.
///
/// Glibc declares some of it only to C programs that ask for GNU's extensions, so it is looked up
/// by name.
enum MeasuringProcess {
    /// Keeps the process on one processor, the last it may use: interrupts favour the first.
    ///
    /// - Returns: Its number, or `nil` when the system refuses.
    static func pin() -> Int? {
        typealias Call = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32
        guard let get = dlsym(nil, "sched_getaffinity"), let set = dlsym(nil, "sched_setaffinity")
        else { return nil }
        var mask = [UInt64](repeating: 0, count: 16)
        let size = mask.count * 8
        guard unsafeBitCast(get, to: Call.self)(0, size, &mask) >= 0,
            let word = mask.lastIndex(where: { $0 != 0 })
        else { return nil }
        let bit = 63 - mask[word].leadingZeroBitCount
        mask = mask.indices.map { $0 == word ? 1 << UInt64(bit) : 0 }
        return unsafeBitCast(set, to: Call.self)(0, size, &mask) == 0 ? word * 64 + bit : nil
    }

    /// A moment on the monotonic clock, in nanoseconds.
    @inline(__always)
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Median distance between two readings of the clock with nothing between them.
    static func clockNanoseconds() -> UInt64 {
        var distances = (0..<10_001).map { _ in
            let begun = now()
            return now() - begun
        }
        distances.sort()
        return distances[distances.count / 2]
    }
}

/// Glibc's own tracer of allocations: a line for each in the file that `MALLOC_TRACE` names.
///
/// There is one only in a process started with `libc_malloc_debug.so.0` preloaded.
struct AllocationTracer {
    /// Looked up beforehand, since the search itself allocates.
    let start: @convention(c) () -> Void
    let end: @convention(c) () -> Void

    init?() {
        guard getenv("MALLOC_TRACE") != nil, let start = Self.function("mtrace"),
            let end = Self.function("muntrace")
        else { return nil }
        self.start = start
        self.end = end
    }

    private static func function(_ name: String) -> (@convention(c) () -> Void)? {
        typealias Lookup =
            @convention(c) (
                UnsafeMutableRawPointer?, UnsafePointer<CChar>, UnsafePointer<CChar>
            ) -> UnsafeMutableRawPointer?
        // The library hides them from lookups without their version, which is that of the first
        // Glibc of the processor's family.
        guard let lookup = dlsym(nil, "dlvsym") else { return nil }
        for version in ["GLIBC_2.2.5", "GLIBC_2.17"] {
            guard let found = unsafeBitCast(lookup, to: Lookup.self)(nil, name, version) else {
                continue
            }
            return unsafeBitCast(found, to: (@convention(c) () -> Void).self)
        }
        return nil
    }
}
