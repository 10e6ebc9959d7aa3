import EventLoop
import HTTP
import Testing

/// A peer that opens streams and lets nothing be sent on them.
@Suite(.timeLimit(.minutes(1))) struct SlowReaderTests {
    private func connect(
        to fixture: Fixture,
        streams count: Int,
        _ body: @escaping (TCPConnection) -> Void = { _ in }
    ) {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        // SETTINGS_INITIAL_WINDOW_SIZE 0.
        var bytes = preface + [0, 0, 6, 4, 0, 0, 0, 0, 0] + [0, 4, 0, 0, 0, 0]
        let path = Array("/stream".utf8)
        let block: [UInt8] = [0x83, 0x86, 0x01, 1, 0x78, 0x04, UInt8(path.count)] + path
        for index in 0..<count {
            bytes += [0, 0, UInt8(block.count), 1, 4, 0, 0, 0, UInt8(2 * index + 1)] + block
        }
        fixture.loop.connect(host: "127.0.0.1", port: fixture.port, timeoutMilliseconds: 5000) {
            guard case .success(let connection) = $0 else { return fixture.done() }
            connection.write(bytes)
            body(connection)
        }
        fixture.serve()
    }

    @Test func streamOfWhichNothingIsTakenIsReset() throws {
        var limits = HTTPLimits()
        limits.stallTimeoutMilliseconds = 50
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var reasons: [String] = []
        var connections = 0
        var held: TCPConnection?
        fixture.handlers.onStream = { _, stream in
            stream.onClose = {
                reasons.append($0)
                connections = fixture.server.connectionCount
                fixture.done()
            }
            stream.write([1, 2, 3])
        }
        connect(to: fixture, streams: 1) { held = $0 }
        #expect(reasons == ["reads too slowly"])
        #expect(connections == 1, "others may use the connection")
        held?.close()
    }

    @Test func fullestStreamIsResetAndNotTheConnection() throws {
        var limits = HTTPLimits()
        limits.maxQueuedWriteSize = 1000
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var streams: [HTTPStream] = []
        var closed: [Int] = []
        var held: TCPConnection?
        fixture.handlers.onStream = { _, stream in
            let index = streams.count
            streams.append(stream)
            stream.onClose = { reason in
                #expect(reason == "reads too slowly")
                closed.append(index)
                fixture.loop.enqueue { fixture.done() }
            }
            // In all 8050 bytes, where 8000 may wait; the third has most.
            stream.write([UInt8](repeating: 0, count: index == 2 ? 1000 : 705))
        }
        connect(to: fixture, streams: 11) { held = $0 }
        #expect(closed == [2])
        #expect(fixture.server.connectionCount == 1)
        held?.close()
    }

    @Test func fullestStreamIsResetWhenAllConnectionsTogetherAreTooMuch() throws {
        var limits = HTTPLimits()
        limits.maxQueuedTotalSize = 1000
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var reason = ""
        var held: TCPConnection?
        fixture.handlers.onStream = { _, stream in
            stream.onClose = {
                reason = $0
                fixture.done()
            }
            stream.write([UInt8](repeating: 0, count: 1001))
        }
        connect(to: fixture, streams: 1) { held = $0 }
        #expect(reason == "reads too slowly")
        held?.close()
    }
}
