import API
import EventLoop
import HTTP
import Testing

@testable import Node

@Suite(.timeLimit(.minutes(1))) struct SocketTableTests {
    private let notice = #"{"event":{"e":"serverShutdown","E":"#

    private func closeOfClient(
        _ times: SocketTable.Times,
        _ body: @escaping (SocketFixture, WebSocket) -> Void = { _, _ in }
    ) throws -> (texts: [String], code: Int, reason: String) {
        let fixture = try SocketFixture(times: times)
        defer { fixture.close() }
        var texts: [String] = []
        var end = (code: 0, reason: "")
        fixture.run { socket in
            socket.onText = { texts.append($0) }
            socket.onClose = {
                end = ($0, $1)
                fixture.done()
            }
            body(fixture, socket)
        }
        #expect(fixture.desk.table.count == 0)
        return (texts, end.code, end.reason)
    }

    @Test func stopIsToldBeforeTheClose() throws {
        let close = try closeOfClient(SocketTable.Times()) { fixture, _ in
            fixture.loop.enqueue { fixture.desk.table.endAll() }
        }
        #expect(close.texts.count == 1)
        #expect(close.texts.first?.hasPrefix(notice) == true)
        #expect(close.code == 1001)
    }

    @Test func lifeIsBoundedAndItsEndIsToldOnceAhead() throws {
        let close = try closeOfClient(SocketTable.Times(ping: 20, life: 200, notice: 120))
        #expect(close.texts.count == 1)
        #expect(close.texts.first?.hasPrefix(notice) == true)
        #expect(close.code == 1001)
    }

    @Test func clientThatIsSilentIsCutOff() throws {
        // Nothing can be heard of it between two looks when it must be heard of at once.
        let close = try closeOfClient(SocketTable.Times(ping: 20, silence: 0))
        #expect(close.code == 1008)
        #expect(close.reason == "no pong")
    }

    @Test func readerThatIsTooSlowIsToldAndCutOff() throws {
        let close = try closeOfClient(SocketTable.Times()) { fixture, _ in
            let payload = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 19)
            // Nothing leaves before the loop goes on.
            fixture.loop.enqueue {
                for _ in 0..<20 { fixture.desk.table.send(payload, to: 1) }
            }
        }
        #expect(close.texts.count == SocketTable.queuedSizeMax >> 19)
        #expect(close.code == 1008)
        #expect(close.reason == "too slow a reader")
    }

    @Test func clientThatAnswersPingsStays() throws {
        let fixture = try SocketFixture(times: SocketTable.Times(ping: 50, silence: 1000))
        defer { fixture.close() }
        var pings = 0
        fixture.run { socket in
            socket.onPing = {
                pings += 1
                if pings == 25 { fixture.done() }
            }
        }
        #expect(fixture.desk.table.count == 1)
    }
}
