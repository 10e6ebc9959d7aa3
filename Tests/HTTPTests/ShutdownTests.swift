import EventLoop
import HTTP
import Testing

/// A peer that reads a server's goodbye late.
@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    private enum FrameType {
        static let headers: UInt8 = 1
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
    }

    /// GET / on stream 1, whole.
    private static let request: [UInt8] = [
        0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x01, 1, 0x78,
    ]

    /// Frames as they arrive: type, flags, payload.
    private final class FrameReader {
        private var bytes: [UInt8] = []

        func append(_ more: UnsafeRawBufferPointer) { bytes += more }

        func next() -> (type: UInt8, flags: UInt8, payload: [UInt8])? {
            guard bytes.count >= 9 else { return nil }
            let size = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
            guard bytes.count >= 9 + size else { return nil }
            defer { bytes.removeFirst(9 + size) }
            return (bytes[3], bytes[4], Array(bytes[9..<9 + size]))
        }
    }

    @Test func aRequestIsServedUntilTheClientHasReadTheGoodbye() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        fixture.handlers.onRequest = { _, exchange in exchange.respond(status: 204, body: []) }
        var events: [String] = []
        let reader = FrameReader()
        var held: TCPConnection?
        func begin(_ connection: TCPConnection) {
            held = connection
            connection.onRead = {
                reader.append($0)
                while let frame = reader.next() {
                    take(frame.type, frame.flags, frame.payload, connection)
                }
            }
            connection.onClose = { _ in fixture.done() }
            connection.write(
                Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            )
        }
        func take(_ type: UInt8, _ flags: UInt8, _ payload: [UInt8], _ peer: TCPConnection) {
            switch type {
            case FrameType.settings where flags == 0:
                fixture.server.shutdown(graceMilliseconds: 1, requestMilliseconds: 30_000) {}
            case FrameType.goAway:
                events.append("goodbye \(payload[0] == 0x7f ? "to come" : "\(payload[3])")")
            case FrameType.ping:
                // A client that sleeps for longer than any pause a server could choose.
                fixture.loop.schedule(afterMilliseconds: 100) { peer.write(Self.request) }
            case FrameType.headers:
                events.append("answer")
                peer.write(
                    [0, 0, 8, FrameType.ping, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
                )
            default: break
            }
        }
        fixture.loop.connect(host: "127.0.0.1", port: fixture.port, timeoutMilliseconds: 5000) {
            guard case .success(let connection) = $0 else { return fixture.done() }
            begin(connection)
        }
        fixture.serve()
        #expect(events == ["goodbye to come", "answer", "goodbye 1"])
        held?.close()
    }

    @Test func aClientThatNeverReadsIsClosedInTheEnd() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var isClosed = false
        fixture.loop.connect(host: "127.0.0.1", port: fixture.port, timeoutMilliseconds: 5000) {
            guard case .success(let connection) = $0 else { return fixture.done() }
            connection.onRead = { _ in
                guard !isClosed else { return }
                isClosed = true
                fixture.server.shutdown(graceMilliseconds: 1, requestMilliseconds: 20) {
                    fixture.done()
                }
            }
            connection.write(
                Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            )
        }
        fixture.serve()
        #expect(isClosed)
        #expect(fixture.server.connectionCount == 0)
    }
}
