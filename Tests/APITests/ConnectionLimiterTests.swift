import Testing
import Trading

@testable import API

@Suite struct ConnectionLimiterTests {
    private static let window: Int64 = 300_000_000

    private func at(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

    @Test func attemptsOfAnAddressAreBoundedInFiveMinutes() {
        var limiter = ConnectionLimiter(attemptsMax: 2)
        #expect(limiter.attempt("a", now: at(0)) == nil)
        #expect(limiter.attempt("a", now: at(1)) == nil)
        #expect(limiter.attempt("b", now: at(1)) == nil)
        let refusal = limiter.attempt("a", now: at(Self.window - 1_500_000))
        #expect(refusal == .tooManyConnections(limit: 2, retryAfterSeconds: 2))
        #expect(refusal?.status == 429)
        #expect(refusal?.code == -1003)
        #expect(limiter.attempt("a", now: at(Self.window)) == nil)
    }

    @Test func newcomersShareACountWhenTheTableIsFull() {
        var limiter = ConnectionLimiter(attemptsMax: 2, clientCountMax: 1)
        #expect(limiter.attempt("a", now: at(0)) == nil)
        #expect(limiter.attempt("b", now: at(0)) == nil)
        #expect(limiter.attempt("c", now: at(0)) == nil)
        #expect(limiter.attempt("d", now: at(0)) != nil)
        #expect(limiter.attempt("a", now: at(0)) == nil)
    }
}
