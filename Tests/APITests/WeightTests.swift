import Testing
import Trading

@testable import API

@Suite struct WeightTests {
    @Test(arguments: [
        ("GET", "/api/v3/ping", "", 1), ("GET", "/api/v3/exchangeInfo", "symbol=A", 20),
        ("GET", "/api/v3/depth", "symbol=A", 5), ("GET", "/api/v3/depth", "limit=100", 5),
        ("GET", "/api/v3/depth", "limit=101", 25), ("GET", "/api/v3/depth", "limit=1000", 50),
        ("GET", "/api/v3/depth", "limit=99999", 250), ("GET", "/api/v3/depth", "limit=x", 5),
        ("GET", "/api/v3/trades", "", 25), ("GET", "/api/v3/historicalTrades", "", 25),
        ("GET", "/api/v3/aggTrades", "", 4), ("GET", "/api/v3/klines", "", 2),
        ("GET", "/api/v3/avgPrice", "", 2), ("GET", "/api/v3/ticker/24hr", "symbol=A", 2),
        ("GET", "/api/v3/ticker/24hr", "", 80),
        ("GET", "/api/v3/ticker/24hr", "symbols=%5B%22A%22%2C%22B%22%5D", 2),
        (
            "GET", "/api/v3/ticker/24hr",
            "symbols=" + String(repeating: ",", count: 20), 40
        ),
        (
            "GET", "/api/v3/ticker/24hr",
            "symbols=" + String(repeating: ",", count: 100), 80
        ),
        ("GET", "/api/v3/ticker/price", "symbol=A", 2), ("GET", "/api/v3/ticker/price", "", 4),
        ("GET", "/api/v3/ticker/bookTicker", "", 4), ("POST", "/api/v3/order", "", 1),
        ("DELETE", "/api/v3/order", "", 1), ("GET", "/api/v3/order", "", 4),
        ("GET", "/api/v3/openOrders", "symbol=A", 6), ("GET", "/api/v3/openOrders", "", 80),
        ("GET", "/api/v3/allOrders", "", 20), ("GET", "/api/v3/myTrades", "", 20),
        ("GET", "/api/v3/myTrades", "orderId=1", 5), ("GET", "/api/v3/account", "", 20),
        ("GET", "/nowhere", "", 1),
    ])
    func requestsWeighWhatTheVenueSays(
        method: String,
        path: String,
        query: String,
        weight: Int
    ) {
        var request = Fixtures.get(path, query)
        request.method = method
        #expect(Fixtures.gateway.weight(of: request) == weight)
    }
}

@Suite struct WeightLimiterTests {
    private static let minute: Int64 = 60_000_000

    private func at(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

    @Test func weightAddsUpWithinAMinute() {
        var limiter = WeightLimiter(limitPerMinute: 100)
        #expect(limiter.charge("a", weight: 60, now: at(0)) == .accepted(used: 60))
        #expect(limiter.charge("a", weight: 40, now: at(1)) == .accepted(used: 100))
        #expect(limiter.charge("b", weight: 1, now: at(1)) == .accepted(used: 1))
        let refused = limiter.charge("a", weight: 1, now: at(Self.minute - 1_500_000))
        #expect(refused == .refused(.tooMuchWeight(limit: 100, retryAfterSeconds: 2)))
        #expect(limiter.charge("a", weight: 1, now: at(Self.minute)) == .accepted(used: 1))
    }

    @Test func successfulOrderGivesItsWeightBack() {
        var limiter = WeightLimiter(limitPerMinute: 10)
        _ = limiter.charge("a", weight: 5, now: at(0))
        _ = limiter.charge("a", weight: 1, now: at(0))
        #expect(limiter.refund("a", weight: 1, now: at(1)) == 5)
        #expect(limiter.refund("a", weight: 1, now: at(Self.minute)) == 0)
        #expect(limiter.charge("a", weight: 5, now: at(2)) == .accepted(used: 10))
    }

    @Test func carryingOnIsBannedForLongerEachTime() {
        var limiter = WeightLimiter(limitPerMinute: 1)
        _ = limiter.charge("a", weight: 1, now: at(0))
        for _ in 0..<100 {
            let verdict = limiter.charge("a", weight: 1, now: at(0))
            #expect(verdict == .refused(.tooMuchWeight(limit: 1, retryAfterSeconds: 60)))
        }
        let banned = WeightLimiter.Verdict.refused(
            .banned(untilMilliseconds: 120_000, retryAfterSeconds: 120)
        )
        #expect(limiter.charge("a", weight: 1, now: at(0)) == banned)
        let still = WeightLimiter.Verdict.refused(
            .banned(untilMilliseconds: 120_000, retryAfterSeconds: 1)
        )
        #expect(limiter.charge("a", weight: 1, now: at(119_500_000)) == still)
        let later: Int64 = 120_000_000
        #expect(limiter.charge("a", weight: 1, now: at(later)) == .accepted(used: 1))
        for _ in 0..<100 { _ = limiter.charge("a", weight: 1, now: at(later)) }
        let longer = WeightLimiter.Verdict.refused(
            .banned(untilMilliseconds: 360_000, retryAfterSeconds: 240)
        )
        #expect(limiter.charge("a", weight: 1, now: at(later)) == longer)
    }

    @Test func refusalsCarryRetryAfter() {
        let refused = APIResponse(.tooMuchWeight(limit: 6000, retryAfterSeconds: 7))
        #expect(refused.status == 429)
        #expect(refused.headers.first?.name == "retry-after")
        #expect(refused.headers.first?.value == "7")
        #expect(refused.text.hasPrefix("{\"code\":-1003,"))
        #expect(APIResponse(.banned(untilMilliseconds: 1, retryAfterSeconds: 1)).status == 418)
    }

    @Test func newcomersShareACountWhenTheTableIsFull() {
        var limiter = WeightLimiter(limitPerMinute: 10, clientCountMax: 2)
        _ = limiter.charge("a", weight: 1, now: at(0))
        _ = limiter.charge("b", weight: 1, now: at(0))
        #expect(limiter.charge("c", weight: 1, now: at(0)) == .accepted(used: 1))
        #expect(limiter.charge("d", weight: 1, now: at(0)) == .accepted(used: 2))
        #expect(limiter.charge("a", weight: 1, now: at(0)) == .accepted(used: 2))
        // The longest interval that is counted is over: that makes room.
        #expect(limiter.charge("d", weight: 1, now: at(5 * Self.minute)) == .accepted(used: 1))
        #expect(limiter.charge("c", weight: 1, now: at(5 * Self.minute)) == .accepted(used: 1))
    }
}
