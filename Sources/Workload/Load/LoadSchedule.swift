/// When each request of a load should be sent: open loop, whatever the exchange does.
struct LoadSchedule {
    /// What paces the load.
    enum Pace: Equatable {
        /// This many orders a second; cancels go with the order that follows them.
        case rate(Int)
        /// The flow's own times, divided by a factor.
        case recorded(speed: Int)
        /// As fast as answers return.
        case unpaced
    }

    let pace: Pace
    /// The load ends here.
    let durationNanoseconds: UInt64
    private var orderCount: UInt64 = 0

    init(pace: Pace, durationNanoseconds: UInt64) {
        self.pace = pace
        self.durationNanoseconds = durationNanoseconds
    }

    /// When a request should be sent, since the start of the load.
    ///
    /// Call once for each request, in order.
    ///
    /// - Parameters:
    ///   - request: The next one.
    ///   - now: Nanoseconds since the start.
    /// - Returns: `nil` after the end.
    mutating func intendedTime(of request: TimedRequest, now: UInt64) -> UInt64? {
        let time: UInt64
        switch pace {
        case .unpaced: time = now
        case .recorded(let speed): time = request.nanoseconds / UInt64(speed)
        case .rate(let rate):
            let (product, overflows) = orderCount.multipliedReportingOverflow(by: 1_000_000_000)
            time = overflows ? .max : product / UInt64(rate)
        }
        guard time < durationNanoseconds else { return nil }
        if case .place = request.request { orderCount += 1 }
        return time
    }
}
