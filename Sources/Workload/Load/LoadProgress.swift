/// How a load stands, once a second.
struct LoadProgress {
    /// Since the start.
    var second: Int
    /// Orders acknowledged in the last second.
    var ackedInSecond: UInt64
    /// Requests without an answer.
    var inFlight: Int
    /// Of the last second.
    var p50Nanoseconds: UInt64
    /// Of the last second.
    var p99Nanoseconds: UInt64
    /// Refusals and unknowns since the start.
    var errors: UInt64

    /// One line.
    var text: String {
        let p99 = LatencySummary.milliseconds(p99Nanoseconds)
        return "\(second) s  acked \(ackedInSecond)/s  in flight \(inFlight)"
            + "  p99 \(p99) ms  errors \(errors)"
    }
}
