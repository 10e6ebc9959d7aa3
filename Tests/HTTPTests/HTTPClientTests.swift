import EventLoop
import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
    @Test func deathOfTheServerFailsWhatIsPendingOnce() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var events: [String] = []
        var relayed: [TCPConnection] = []
        // A relay between both that dies in the middle of a request.
        let relay = try fixture.loop.listen(host: "127.0.0.1", port: 0) { near in
            relayed.append(near)
            fixture.loop.connect(host: "127.0.0.1", port: fixture.port, timeoutMilliseconds: 5000) {
                guard case .success(let far) = $0 else { return }
                relayed.append(far)
                near.onRead = { far.write($0) }
                far.onRead = { near.write($0) }
            }
        }
        fixture.handlers.onRequest = { _, _ in for connection in relayed { connection.close() } }
        HTTPClient.connect(
            loop: fixture.loop,
            host: "127.0.0.1",
            port: relay.port,
            timeoutMilliseconds: 5000
        ) { result in
            guard case .success(let client) = result else { return fixture.done() }
            client.onClose = {
                events.append("client \($0)")
                #expect(client.isClosed)
                client.request(method: "GET", path: "/") { result in
                    #expect(throws: HTTPError.self) { try result.get() }
                    fixture.done()
                }
            }
            let stream = client.openStream(method: "POST", path: "/stream")
            fixture.handlers.onStream = { _, stream in stream.onData = { _ in } }
            stream.onClose = { events.append("stream \($0)") }
            client.request(method: "GET", path: "/") {
                if case .failure(let error) = $0 { events.append("request \(error)") }
            }
        }
        fixture.serve()
        #expect(
            events.sorted() == [
                "client closed by peer", "request stream closed: closed by peer",
                "stream closed by peer",
            ]
        )
    }

    @Test func requestTimesOutAndIsCancelledAtTheServer() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var isAborted = false
        var failure: HTTPError?
        fixture.handlers.onRequest = { _, exchange in
            exchange.onAbort = {
                isAborted = true
                fixture.done()
            }
        }
        fixture.run { client in
            client.request(method: "GET", path: "/", timeoutMilliseconds: 20) {
                if case .failure(let error) = $0 { failure = error }
            }
        }
        #expect(failure == .timedOut)
        #expect(isAborted)
    }

    @Test func requestThatWaitsForAStreamTimesOutToo() throws {
        var limits = HTTPLimits()
        limits.maxConcurrentStreams = 1
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var events: [String] = []
        var held: HTTPExchange?
        fixture.handlers.onRequest = { request, exchange in
            events.append(request.target)
            if held == nil { held = exchange } else { exchange.respond(status: 200, body: []) }
        }
        fixture.run { client in
            client.request(method: "GET", path: "/first") { _ in events.append("first") }
            client.request(method: "GET", path: "/second", timeoutMilliseconds: 20) {
                if case .failure(let error) = $0 { events.append("\(error)") }
                held?.respond(status: 200, body: [])
                client.request(method: "GET", path: "/third") { _ in fixture.done() }
            }
        }
        #expect(events == ["/first", "timed out", "first", "/third"])
    }

    @Test func responseBeyondTheLimitIsAnError() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var limits = HTTPLimits()
        limits.maxResponseBodySize = 10
        var failure: HTTPError?
        fixture.handlers.onRequest = {
            $1.respond(status: 200, body: [UInt8](repeating: 0, count: 11))
        }
        HTTPClient.connect(
            loop: fixture.loop,
            host: "127.0.0.1",
            port: fixture.port,
            limits: limits,
            timeoutMilliseconds: 5000
        ) { result in
            guard case .success(let client) = result else { return fixture.done() }
            client.request(method: "GET", path: "/") {
                if case .failure(let error) = $0 { failure = error }
                fixture.done()
            }
        }
        fixture.serve()
        #expect(failure == .responseTooLarge)
    }

    @Test func serverThatDoesNotGreetTimesOut() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        let silent = try fixture.loop.listen(host: "127.0.0.1", port: 0) { _ in }
        var failure: NetworkError?
        HTTPClient.connect(
            loop: fixture.loop,
            host: "127.0.0.1",
            port: silent.port,
            timeoutMilliseconds: 50
        ) {
            if case .failure(let error) = $0 { failure = error }
            fixture.done()
        }
        fixture.serve()
        #expect(
            failure
                == .handshakeFailed(
                    address: "127.0.0.1:\(silent.port)",
                    reason: "no HTTP/2 greeting in time"
                )
        )
    }

    @Test func headRequestHasNoBody() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var answer: HTTPResponse?
        fixture.handlers.onRequest = { $1.respond(status: 200, body: [1, 2, 3]) }
        fixture.run { client in
            client.request(method: "HEAD", path: "/") {
                answer = try? $0.get()
                fixture.done()
            }
        }
        #expect(answer?.body == [])
        #expect(answer?.header("content-length") == "3")
    }
}
