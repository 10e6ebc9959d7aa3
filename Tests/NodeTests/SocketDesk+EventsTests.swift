import API
import EventLoop
import HTTP
import Testing
import Trading

@testable import Node

@Suite(.timeLimit(.minutes(1))) struct SocketDeskEventsTests {
    private func subscribe(_ fixture: SocketFixture) -> String {
        let milliseconds = fixture.loop.wallClockMicroseconds / 1000
        return """
            {"id":"s","method":"userDataStream.subscribe.signature","params":{\
            "apiKey":"\(BackendDouble.key)","signature":"\(BackendDouble.signature)",\
            "timestamp":\(milliseconds),"returnRateLimits":false}}
            """
    }

    private let answer = #"{"id":"s","status":200,"result":{"subscriptionId":0}}"#
    private let end = #"{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":"#

    @Test func answerPrecedesTheEvents() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.source.onBegun = { stream in
            stream.deliver(Array(#"{"e":"one"}"#.utf8))
            stream.deliver(Array(#"{"e":"two"}"#.utf8))
        }
        let answers = fixture.exchange([subscribe(fixture)], "timeUnit=microsecond", count: 3)
        #expect(
            answers == [
                answer, #"{"subscriptionId":0,"event":{"e":"one"}}"#,
                #"{"subscriptionId":0,"event":{"e":"two"}}"#,
            ]
        )
        #expect(fixture.source.streams.values.map(\.account) == [AccountID(7)])
        #expect(fixture.source.streams.values.map(\.unit) == [.microseconds])
    }

    @Test func eventsThatCannotBeHadAreAnError() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.source.isRefusing = true
        let answers = fixture.exchange([subscribe(fixture), subscribe(fixture)], count: 2)
        for answer in answers {
            #expect(answer.hasPrefix(#"{"id":"s","status":503,"error":{"code":-1001,"#))
        }
    }

    @Test func unsubscribeIsAnsweredBeforeTheEnd() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        let unsubscribe = """
            {"id":2,"method":"userDataStream.unsubscribe","params":{"returnRateLimits":false}}
            """
        let answers = fixture.exchange([subscribe(fixture), unsubscribe], count: 3)
        #expect(answers[1] == #"{"id":2,"status":200,"result":{}}"#)
        #expect(answers[2].hasPrefix(end))
        #expect(fixture.source.closed == [UserStreamID(rawValue: 40)])
    }

    @Test func endOfTheSourceIsToldOnce() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.source.onBegun = { stream in
            stream.ended()
            stream.ended()
        }
        let status =
            #"{"id":3,"method":"session.subscriptions","params":{"returnRateLimits":false}}"#
        let answers = fixture.exchange([subscribe(fixture), status], count: 3)
        #expect(answers[0] == answer)
        #expect(answers[1].hasPrefix(end))
        #expect(answers[2] == #"{"id":3,"status":200,"result":[]}"#)
        #expect(fixture.source.closed.isEmpty)
    }

    @Test func revokedKeyEndsItsSubscriptions() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.source.onBegun = { _ in
            fixture.loop.enqueue { fixture.desk.keysChanged { $0 != BackendDouble.key } }
        }
        let answers = fixture.exchange([subscribe(fixture)], count: 2)
        #expect(answers[1].hasPrefix(end))
        #expect(fixture.source.closed.count == 1)
    }

    @Test func connectionThatGoesClosesItsStreams() throws {
        let fixture = try SocketFixture()
        defer { fixture.close() }
        fixture.run { socket in
            socket.onText = { _ in socket.close(code: 1000, reason: "") }
            socket.onClose = { _, _ in fixture.done() }
            socket.send(text: Array(subscribe(fixture).utf8))
        }
        #expect(fixture.source.closed == [UserStreamID(rawValue: 40)])
    }
}
