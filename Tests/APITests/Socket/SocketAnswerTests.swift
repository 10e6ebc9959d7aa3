import Testing
import Trading

@testable import API

@Suite struct SocketAnswerTests {
    private func answer(
        _ response: APIResponse,
        _ usage: RateLimitUsage? = RateLimitUsage(weight: 7)
    ) -> APIResponse {
        let bytes = Fixtures.gateway.socketAnswer(
            to: Array(#""u-1""#.utf8),
            response,
            usage: usage,
            now: Fixtures.now
        )
        return APIResponse(status: 200, body: bytes)
    }

    private let weight = """
        {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000,"count":7}
        """

    @Test func bodyOfRestBecomesTheResult() {
        expect(
            answer(APIResponse(status: 200, body: Array(#"{"a":1}"#.utf8))),
            #"{"id":"u-1","status":200,"result":{"a":1},"rateLimits":[\#(weight)]}"#
        )
    }

    @Test func limitsAreLeftOutWhenNotWanted() {
        expect(
            answer(APIResponse(status: 200, body: Array("[]".utf8)), nil),
            #"{"id":"u-1","status":200,"result":[]}"#
        )
    }

    @Test func ordersAreCountedBeforeTheWeight() {
        let usage = RateLimitUsage(weight: 7, ordersPerTenSeconds: 2, ordersPerDay: 30)
        expect(
            answer(APIResponse(status: 200, body: Array("{}".utf8)), usage),
            """
            {"id":"u-1","status":200,"result":{},"rateLimits":[{"rateLimitType":"ORDERS",\
            "interval":"SECOND","intervalNum":10,"limit":100,"count":2},{"rateLimitType":"ORDERS",\
            "interval":"DAY","intervalNum":1,"limit":200000,"count":30},\(weight)]}
            """
        )
    }

    @Test func errorsHaveTheirStatusAndTheLimitsToo() {
        expect(
            answer(APIResponse(.invalidSymbol)),
            """
            {"id":"u-1","status":400,"error":{"code":-1121,"msg":"Invalid symbol."},\
            "rateLimits":[\(weight)]}
            """
        )
        let half = APIResponse(
            status: 409,
            body: Array(#"{"code":-2021,"msg":"m","data":{"cancelResult":"SUCCESS"}}"#.utf8)
        )
        expect(
            answer(half, nil),
            """
            {"id":"u-1","status":409,"error":{"code":-2021,"msg":"m",\
            "data":{"cancelResult":"SUCCESS"}}}
            """
        )
    }

    @Test func waitIsToldInsideTheError() {
        let response = answer(APIResponse(.tooMuchWeight(limit: 6000, retryAfterSeconds: 7)), nil)
        #expect(response.text.hasPrefix(#"{"id":"u-1","status":429,"error":{"code":-1003,"#))
        #expect(
            response.text.hasSuffix(
                #","data":{"serverTime":1499827319559,"retryAfter":1499827326559}}}"#
            )
        )
        #expect(response.isJSON)
    }

    @Test func eventsNameTheirSubscription() {
        let event = EndEvent.streamTerminated.json(Fixtures.now, in: .milliseconds)
        let framed = Gateway.socketEvent(event, of: 3)
        #expect(
            String(decoding: framed, as: UTF8.self)
                == #"{"subscriptionId":3,"event":{"e":"eventStreamTerminated","E":1499827319559}}"#
        )
        let shutdown = EndEvent.serverShutdown.json(Fixtures.now, in: .microseconds)
        #expect(
            String(decoding: Gateway.socketEvent(shutdown, of: nil), as: UTF8.self)
                == #"{"event":{"e":"serverShutdown","E":1499827319559000}}"#
        )
    }
}
