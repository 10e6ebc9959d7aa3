import API
import EventLoop
import HTTP
import Testing
import Trading

@testable import Node

@Suite(.timeLimit(.minutes(1))) struct SocketDeskTests {
    private func limits(_ count: Int) -> String {
        """
        "rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,\
        "limit":6000,"count":\(count)}]
        """
    }

    @Test func everyRequestIsAnsweredWithItsIDAndTheLimits() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        let answers = fixture.exchange(
            [#"{"id":1,"method":"ping"}"#, #"{"id":"a","method":"dance"}"#, "x"],
            count: 3
        )
        #expect(answers[0] == #"{"id":1,"status":200,"result":{},\#(limits(1))}"#)
        #expect(answers[1].hasPrefix(#"{"id":"a","status":400,"error":{"code":-1020,"#))
        #expect(answers[1].hasSuffix(limits(2) + "}"))
        #expect(answers[2].hasPrefix(#"{"id":null,"status":400,"error":{"code":-1135,"#))
        #expect(answers[2].hasSuffix(limits(3) + "}"))
        #expect(fixture.backend.statuses == [400, 400])
    }

    @Test func limitsAreLeftOutWhenPathOrRequestSaysSo() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        let answers = fixture.exchange(
            [
                #"{"id":1,"method":"ping"}"#,
                #"{"id":2,"method":"ping","params":{"returnRateLimits":true}}"#,
            ],
            "returnRateLimits=false",
            count: 2
        )
        #expect(answers[0] == #"{"id":1,"status":200,"result":{}}"#)
        #expect(answers[1] == #"{"id":2,"status":200,"result":{},\#(limits(2))}"#)
    }

    @Test func weightThatIsUsedUpIsToldWithTheWait() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.backend.limiter = WeightLimiter(limitPerMinute: 1)
        let answers = fixture.exchange(
            [#"{"id":1,"method":"ping"}"#, #"{"id":2,"method":"ping"}"#],
            count: 2
        )
        #expect(answers[1].hasPrefix(#"{"id":2,"status":429,"error":{"code":-1003,"#))
        #expect(answers[1].contains(#""retryAfter":"#))
        #expect(answers[1].hasSuffix(limits(1) + "}"))
    }

    @Test func requestsInFlightAreBoundedAndAnsweredInAnyOrder() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.backend.isHeld = true
        let most = SocketDesk.inFlightMax
        var answers: [String] = []
        fixture.run { socket in
            socket.onText = { text in
                answers.append(text)
                if answers.count == 1 {
                    let ok = APIResponse(status: 200, body: Array("{}".utf8))
                    for finish in fixture.backend.waiting.reversed() {
                        finish(ok, RateLimitUsage(weight: 1))
                    }
                }
                if answers.count == most + 1 { fixture.done() }
            }
            for id in 0...most { socket.send(text: Array(#"{"id":\#(id),"method":"ping"}"#.utf8)) }
        }
        #expect(answers[0].hasPrefix(#"{"id":\#(most),"status":503,"error":{"code":-1008,"#))
        #expect(answers[1].hasPrefix(#"{"id":\#(most - 1),"status":200,"#))
        #expect(answers.last?.hasPrefix(#"{"id":0,"status":200,"#) == true)
    }

    @Test func answerToAClientThatIsGoneIsDropped() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.backend.isHeld = true
        fixture.run { socket in
            socket.send(text: Array(#"{"id":1,"method":"ping"}"#.utf8))
            socket.onClose = { _, _ in
                let ok = APIResponse(status: 200, body: Array("{}".utf8))
                for finish in fixture.backend.waiting { finish(ok, RateLimitUsage(weight: 1)) }
                fixture.done()
            }
            socket.close(code: 1000, reason: "")
        }
        #expect(fixture.backend.waiting.count == 1)
        #expect(fixture.desk.connections.isEmpty)
    }
}
