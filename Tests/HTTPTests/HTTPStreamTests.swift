import EventLoop
import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPStreamTests {
    @Test(arguments: [false, true]) func bytesPassBothWays(isTLS: Bool) throws {
        let fixture = try Fixture(isTLS: isTLS)
        defer { fixture.close() }
        let size = 6 << 20
        let sent = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 4) }
        var received: [UInt8] = []
        fixture.handlers.onStream = { _, stream in
            stream.onData = { stream.write($0) }
        }
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/stream")
            stream.onData = {
                received.append(contentsOf: $0)
                if received.count == size { fixture.done() }
            }
            for start in stride(from: 0, to: size, by: 1 << 16) {
                stream.write([UInt8](sent[start..<start + (1 << 16)]))
            }
            #expect(stream.queuedWriteSize == size)
        }
        #expect(received == sent)
    }

    @Test(arguments: [false, true]) func closeIsSeenByThePeerAfterTheLastBytes(isServer: Bool)
        throws
    {
        let fixture = try Fixture()
        defer { fixture.close() }
        var events: [String] = []
        func follow(_ stream: HTTPStream, _ name: String) {
            stream.onData = { events.append("\(name) \($0.count)") }
            stream.onClose = {
                events.append("\(name) \($0)")
                if events.count == 3 { fixture.done() }
            }
        }
        fixture.handlers.onStream = { _, stream in
            follow(stream, "server")
            if isServer {
                stream.write([1, 2, 3])
                stream.close()
                stream.write([4])
            }
        }
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/stream")
            follow(stream, "client")
            if !isServer {
                stream.write([1, 2, 3])
                stream.close()
                stream.write([4])
            }
        }
        let (near, far) = isServer ? ("server", "client") : ("client", "server")
        #expect(
            events.sorted()
                == [
                    "\(far) 3", "\(far) closed by peer", "\(near) closed locally",
                ].sorted()
        )
    }

    @Test func refusedStreamTellsItsStatus() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var reason = ""
        fixture.handlers.onRequest = { $1.respond(status: 404, body: [1]) }
        fixture.run { client in
            let stream = client.openStream(method: "GET", path: "/other")
            stream.onClose = {
                reason = $0
                fixture.done()
            }
            stream.close()
        }
        #expect(reason == "closed locally", "closing ends our interest")
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/other")
            stream.onClose = {
                reason = $0
                fixture.done()
            }
            fixture.handlers.onRequest = { _, _ in }
            stream.write([UInt8](repeating: 0, count: 2 << 20))
        }
        #expect(reason == "refused with status 413")
    }

    @Test func streamThatNeverEndsIsRefusedAtItsHeader() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var reason = ""
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/busy")
            stream.onClose = {
                reason = $0
                fixture.done()
            }
            stream.write([1, 2, 3])
        }
        #expect(reason == "refused with status 503")
    }

    @Test func slowReaderLosesItsStreamOnly() throws {
        var limits = HTTPLimits()
        limits.maxQueuedWriteSize = 2 << 20
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var reason = ""
        var status = 0
        fixture.handlers.onStream = { _, stream in
            stream.onClose = { reason = $0 }
            stream.write([UInt8](repeating: 0, count: (2 << 20) + 1))
        }
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/stream")
            stream.onClose = { _ in
                client.request(method: "GET", path: "/") {
                    status = (try? $0.get().status) ?? 0
                    fixture.done()
                }
            }
        }
        #expect(reason == "reads too slowly")
        #expect(status == 200)
    }

    @Test func longLivedStreamKeepsItsMemorySmall() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var rounds = 0
        fixture.handlers.onStream = { _, stream in stream.onData = { stream.write($0) } }
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/stream")
            stream.onData = { _ in
                rounds += 1
                #expect(stream.queuedWriteSize == 0)
                if rounds == 1000 { fixture.done() } else { stream.write([7]) }
            }
            stream.write([7])
        }
        #expect(rounds == 1000)
    }
}
