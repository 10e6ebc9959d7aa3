import Testing
import Trading

@testable import API

@Suite struct OrderLimitTests {
    private let plan = RenderPlan(
        kind: .placement(.ack),
        unit: .milliseconds,
        now: Timestamp(microseconds: 86_400_000_000 + 12_500_000)
    )

    @Test func orderTooManySaysWhenToComeBack() {
        let reply = Reply.rejected(.tooManyOrders(.tenSeconds))
        let response = Fixtures.gateway.render(plan, reply)
        expect(
            response,
            code: -1015,
            "Too many new orders; current limit is 100 orders per 10 SECOND.",
            status: 429
        )
        #expect(response.headers.first { $0.name == "retry-after" }?.value == "8")
        let day = Fixtures.gateway.render(plan, .rejected(.tooManyOrders(.day)))
        expect(
            day,
            code: -1015,
            "Too many new orders; current limit is 200000 orders per 1 DAY.",
            status: 429
        )
        #expect(day.headers.first { $0.name == "retry-after" }?.value == "86388")
    }

    @Test func usageIsAskedOfEveryShardAndShown() {
        let request = Fixtures.signed("GET", "/api/v3/rateLimit/order")
        #expect(Fixtures.gateway.weight(of: request) == 40)
        guard
            case .queryAll(let query, let plan) = Fixtures.gateway.interpret(
                request,
                now: Fixtures.now
            )
        else {
            Issue.record("a question to all")
            return
        }
        #expect(query == .orderUsage(account: Fixtures.account))
        let start = Timestamp(microseconds: 20_000_000)
        let day = OrderUsage(start: .zero, used: 5, free: 1)
        let merged = Reply.merge([
            .orderUsage([OrderUsage(start: start, used: 2, free: 1), day]),
            .orderUsage([OrderUsage(start: .zero, used: 9, free: 1), day]),
            .orderUsage([OrderUsage(start: start, used: 1, free: 1), day]),
        ])
        expect(
            Fixtures.gateway.render(plan, merged),
            """
            [{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":3},
            {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000,"count":15}]
            """
        )
    }

    @Test func headersNameTheIntervals() {
        let headers = Gateway.orderCountHeaders([3, 15])
        #expect(headers.map(\.name) == ["x-mbx-order-count-10s", "x-mbx-order-count-1d"])
        #expect(headers.map(\.value) == ["3", "15"])
        #expect(Gateway.orderCountHeaders([]).isEmpty)
    }

    @Test func announcedLimitsHaveRawRequestsIfThereAreAny() {
        var writer = JSONWriter(capacity: 256)
        RateLimits(requestsPerFiveMinutes: 61_000).write(to: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text.hasSuffix(
                #"{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":61000}]"#
            )
        )
    }
}

@Suite struct AddressLimitTests {
    private let minute: Int64 = 60_000_000

    @Test func requestsAreCountedOverFiveMinutes() {
        var limiter = WeightLimiter(limitPerMinute: 1000, requestsPerFiveMinutes: 2)
        let start = Timestamp(microseconds: 10 * minute)
        for _ in 0..<2 { _ = limiter.charge("a", weight: 1, now: start) }
        let later = Timestamp(microseconds: 14 * minute)
        guard case .refused(let error) = limiter.charge("a", weight: 1, now: later) else {
            Issue.record("the third is one too many")
            return
        }
        #expect(error.status == 429 && error.code == -1003)
        #expect(error.headers.first?.value == "60")
        #expect(limiter.charge("b", weight: 1, now: later) == .accepted(used: 1))
        let next = Timestamp(microseconds: 15 * minute)
        #expect(limiter.charge("a", weight: 1, now: next) == .accepted(used: 1))
    }

    @Test func attemptsToConnectAreCountedAndCarryingOnIsABan() {
        var limiter = WeightLimiter(limitPerMinute: 1000, connectionsPerFiveMinutes: 3)
        let now = Timestamp(microseconds: 10 * minute)
        for _ in 0..<3 { #expect(limiter.connect("a", now: now) == nil) }
        #expect(limiter.connect("a", now: now)?.status == 429)
        #expect(limiter.connect("b", now: now) == nil)
        for _ in 0..<100 { _ = limiter.connect("a", now: now) }
        #expect(limiter.connect("a", now: now)?.status == 418)
        guard case .refused(let error) = limiter.charge("a", weight: 1, now: now) else {
            Issue.record("a ban is for everything")
            return
        }
        #expect(error.status == 418)
    }

    @Test func banIsShortAgainForWhoBehavedForADay() {
        var limiter = WeightLimiter(limitPerMinute: 1)
        func ban(at time: Int64) -> String? {
            let now = Timestamp(microseconds: time)
            for _ in 0..<102 { _ = limiter.charge("a", weight: 1, now: now) }
            guard case .refused(let error) = limiter.charge("a", weight: 1, now: now) else {
                return nil
            }
            return error.headers.first?.value
        }
        #expect(ban(at: 60 * minute) == "120")
        #expect(ban(at: 70 * minute) == "240")
        #expect(ban(at: 70 * minute + 25 * 60 * minute) == "120")
    }
}
