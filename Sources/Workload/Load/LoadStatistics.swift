import Observability

/// What became of the requests of a load.
struct LoadStatistics {
    /// Kinds of refusals and of unknowns that are told apart; more are counted as "other".
    private static let kindsMax = 64

    private(set) var ackedOrders: UInt64 = 0
    private(set) var ackedCancels: UInt64 = 0
    /// Cancels that came after the order had been filled: part of every market.
    private(set) var lateCancels: UInt64 = 0
    private(set) var refusals: [Refusal: UInt64] = [:]
    private(set) var unknowns: [String: UInt64] = [:]
    private(set) var orderLatency = LatencyHistogram()
    private(set) var cancelLatency = LatencyHistogram()
    /// Since the last progress line.
    private(set) var recentLatency = LatencyHistogram()

    /// Refusals and unknowns: none of them should happen.
    var errorCount: UInt64 {
        refusals.values.reduce(0, +) + unknowns.values.reduce(0, +)
    }

    /// Counts the end of a request.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - outcome: How it ended.
    ///   - nanoseconds: Since its intended send time.
    mutating func note(_ request: FlowRequest, _ outcome: RequestOutcome, nanoseconds: UInt64) {
        switch (request, outcome) {
        case (.place, .acknowledged):
            ackedOrders += 1
            orderLatency.record(nanoseconds: nanoseconds)
            recentLatency.record(nanoseconds: nanoseconds)
        case (.cancel, .acknowledged):
            ackedCancels += 1
            cancelLatency.record(nanoseconds: nanoseconds)
        case (.cancel, .refused(let refusal)) where refusal.code == -2011:
            lateCancels += 1
            cancelLatency.record(nanoseconds: nanoseconds)
        case (_, .refused(let refusal)), (_, .unavailable(let refusal)):
            count(refusal)
        case (_, .unknown(let reason)):
            noteUnknown(reason)
        }
    }

    /// Counts a request whose outcome nobody will tell.
    mutating func noteUnknown(_ reason: String, count: UInt64 = 1) {
        let isKnown = unknowns[reason] != nil || unknowns.count < Self.kindsMax
        unknowns[isKnown ? reason : "other", default: 0] += count
    }

    /// Begins the next second.
    mutating func resetRecent() { recentLatency.reset() }

    private mutating func count(_ refusal: Refusal) {
        let isKnown = refusals[refusal] != nil || refusals.count < Self.kindsMax
        let other = Refusal(status: 0, code: 0, message: "other")
        refusals[isKnown ? refusal : other, default: 0] += 1
    }
}
