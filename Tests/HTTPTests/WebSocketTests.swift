import EventLoop
import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    private func open(
        _ fixture: Fixture,
        _ path: String = "/ws?listenKey=1",
        _ body: @escaping (WebSocket) -> Void
    ) {
        fixture.run { client in
            client.openWebSocket(path: path) {
                guard case .success(let socket) = $0 else { return fixture.loop.stop() }
                body(socket)
            }
        }
    }

    @Test(arguments: [false, true]) func messagesComeBack(isTLS: Bool) throws {
        let fixture = try Fixture(isTLS: isTLS)
        defer { fixture.close() }
        let long = String(repeating: "Grüße ", count: 20_000)
        var texts: [String] = []
        var query = ""
        let echo = fixture.handlers.onWebSocket
        fixture.handlers.onWebSocket = {
            query = text($0.query)
            echo($0, $1)
        }
        open(fixture) { socket in
            socket.onText = { texts.append($0) }
            socket.onBinary = {
                texts.append("\($0)")
                fixture.done()
            }
            for text in ["hello", "", long] { socket.send(text: [UInt8](text.utf8)) }
            socket.send(binary: [1, 2, 255])
        }
        #expect(texts == ["hello", "", long, "[1, 2, 255]"])
        #expect(query == "listenKey=1")
    }

    @Test func pingIsAnsweredByEitherEnd() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var pongs: Set<String> = []
        fixture.handlers.onWebSocket = { _, socket in
            socket.onPong = {
                pongs.insert("server"); if pongs.count == 2 { fixture.done() }
            }
            socket.ping()
        }
        open(fixture) { socket in
            socket.onPong = {
                pongs.insert("client"); if pongs.count == 2 { fixture.done() }
            }
            socket.ping()
        }
        #expect(pongs == ["server", "client"])
    }

    @Test(arguments: [false, true]) func closeTellsBothEndsCodeAndReasonOnce(isServer: Bool) throws
    {
        let fixture = try Fixture()
        defer { fixture.close() }
        var events: [String] = []
        func follow(_ socket: WebSocket, _ name: String) {
            socket.onClose = { code, reason in
                events.append("\(name) \(code) \(reason)")
                socket.close(code: 1000, reason: "again")
                socket.send(text: [65])
                #expect(socket.isClosed)
                if events.count == 2 { fixture.done() }
            }
        }
        fixture.handlers.onWebSocket = { _, socket in
            follow(socket, "server")
            if isServer { socket.close(code: 4000, reason: "over") }
        }
        open(fixture) { socket in
            follow(socket, "client")
            if !isServer { socket.close(code: 4000, reason: "over") }
        }
        let (near, far) = isServer ? ("server", "client") : ("client", "server")
        #expect(Set(events) == ["\(far) 4000 over", "\(near) 4000 "])
    }

    @Test func messageBeyondTheLimitCloses1009() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var code = 0
        open(fixture) { socket in
            socket.onClose = { received, _ in
                code = received
                fixture.done()
            }
            socket.send(text: [UInt8](repeating: 65, count: (1 << 20) + 1))
        }
        #expect(code == 1009)
    }

    @Test func textThatIsNotUTF8Closes1007() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var code = 0
        open(fixture) { socket in
            socket.onClose = { received, _ in
                code = received
                fixture.done()
            }
            socket.send(text: [0xff, 0xfe])
        }
        #expect(code == 1007)
    }

    @Test func connectionLostIs1006() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var code = 0
        fixture.handlers.onWebSocket = { _, _ in
            fixture.server.shutdown(graceMilliseconds: 0) {}
        }
        open(fixture) { socket in
            socket.onClose = { received, _ in
                code = received
                fixture.done()
            }
        }
        #expect(code == 1006)
    }

    @Test func refusedWebSocketTellsItsStatus() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var failure: HTTPError?
        fixture.run { client in
            client.openWebSocket(path: "/other") {
                if case .failure(let error) = $0 { failure = error }
                fixture.done()
            }
        }
        #expect(failure == .refused(status: 404))
    }

    @Test func refusalMayHaveAReason() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var failure: HTTPError?
        fixture.run { client in
            client.openWebSocket(path: "/full") {
                if case .failure(let error) = $0 { failure = error }
                fixture.done()
            }
        }
        #expect(failure == .refused(status: 429))
    }

    @Test func pingsOfThePeerAreTold() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var pings = 0
        fixture.handlers.onWebSocket = { _, socket in
            socket.onPing = {
                pings += 1
                fixture.done()
            }
        }
        open(fixture) { $0.ping(Array("1700000000000".utf8)) }
        #expect(pings == 1)
    }
}
