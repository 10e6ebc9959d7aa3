import EventLoop
import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPServerTests {
    @Test(arguments: [false, true]) func requestReachesTheHandlerAndIsAnswered(isTLS: Bool) throws {
        let fixture = try Fixture(isTLS: isTLS)
        defer { fixture.close() }
        var seen: HTTPRequest?
        var answer: HTTPResponse?
        fixture.handlers.onRequest = { request, exchange in
            seen = request
            exchange.respond(
                status: 201,
                headers: [("x-word", "yes")],
                body: [UInt8]("made".utf8)
            )
            #expect(exchange.isClosed)
            exchange.respond(status: 500, body: [])
        }
        fixture.run { client in
            client.request(
                method: "POST",
                path: "/api/v3/order?symbol=A%20B&x=1",
                headers: [("x-mbx-apikey", "key"), ("x-empty", "")],
                body: [1, 2, 3]
            ) {
                answer = try? $0.get()
                fixture.done()
            }
        }
        let request = try #require(seen)
        #expect(request.method == "POST")
        #expect(text(request.path) == "/api/v3/order")
        #expect(text(request.query) == "symbol=A%20B&x=1")
        #expect(request.header("x-mbx-apikey") == "key")
        #expect(request.header("x-empty") == "")
        #expect(request.header("x-none") == nil)
        #expect(request.header("host") == "127.0.0.1:\(fixture.port)")
        #expect(request.body == [1, 2, 3])
        #expect(request.remoteAddress.hasPrefix("127.0.0.1:"))
        let response = try #require(answer)
        #expect(response.status == 201)
        #expect(text(response.body) == "made")
        #expect(response.header("x-word") == "yes")
        #expect(response.header("content-length") == "4")
    }

    @Test(arguments: [false, true]) func thousandRequestsAtOnceAreAnsweredEach(isTLS: Bool) throws {
        let fixture = try Fixture(isTLS: isTLS)
        defer { fixture.close() }
        var waiting: [(HTTPRequest, HTTPExchange)] = []
        var answers: Set<Int> = []
        fixture.handlers.onRequest = { request, exchange in
            waiting.append((request, exchange))
            guard waiting.count == 1000 else { return }
            // Answered in another order than asked.
            for (request, exchange) in waiting.reversed() {
                exchange.respond(status: 200, body: request.query)
            }
        }
        fixture.run { client in
            for index in 0..<1000 {
                client.request(method: "GET", path: "/?\(index)") {
                    guard case .success(let response) = $0, text(response.body) == "\(index)" else {
                        return
                    }
                    answers.insert(index)
                    if answers.count == 1000 { fixture.done() }
                }
            }
        }
        #expect(answers.count == 1000)
    }

    @Test(arguments: [false, true]) func bigBodiesPassBothWays(isTLS: Bool) throws {
        var limits = HTTPLimits()
        limits.maxBodySize = 8 << 20
        let fixture = try Fixture(isTLS: isTLS, limits: limits)
        defer { fixture.close() }
        let body = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
        var echo: [UInt8] = []
        fixture.run { client in
            client.request(method: "POST", path: "/", body: body) {
                if case .success(let response) = $0 { echo = response.body }
                fixture.done()
            }
        }
        #expect(echo == body)
    }

    @Test(arguments: [true, false]) func bodyBeyondTheLimitIsAnswered413(hasLength: Bool) throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var statuses: [Int] = []
        var bodies: [String] = []
        fixture.handlers.onRequest = { _, exchange in exchange.respond(status: 200, body: []) }
        fixture.run { client in
            let size = (1 << 20) + 1
            client.request(
                method: "POST",
                path: "/",
                headers: hasLength ? [("content-length", "\(size)")] : [],
                body: [UInt8](repeating: 0, count: size)
            ) {
                guard case .success(let response) = $0 else { return }
                statuses.append(response.status)
                bodies.append(text(response.body))
                client.request(method: "GET", path: "/") {
                    statuses.append((try? $0.get().status) ?? 0)
                    fixture.done()
                }
            }
        }
        #expect(statuses == [413, 200], "the connection goes on")
        #expect(bodies == [#"{"code":-1100,"msg":"Request body too large."}"#])
    }

    @Test func headerBeyondTheLimitIsAnswered431() throws {
        var limits = HTTPLimits()
        limits.maxHeaderListSize = 1000
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var status = 0
        fixture.run { client in
            let long = String(repeating: "x", count: 1000)
            client.request(method: "GET", path: "/", headers: [("x-long", long)]) {
                status = (try? $0.get().status) ?? 0
                fixture.done()
            }
        }
        #expect(status == 431)
    }

    @Test func requestThatNeverEndsIsAnswered408() throws {
        var limits = HTTPLimits()
        limits.requestTimeoutMilliseconds = 1
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var reason = ""
        fixture.run { client in
            let stream = client.openStream(method: "POST", path: "/slow")
            stream.onClose = {
                reason = $0
                fixture.done()
            }
        }
        #expect(reason == "refused with status 408")
    }

    @Test func connectionBeyondTheLimitIsClosed() throws {
        var limits = HTTPLimits()
        limits.maxConnections = 1
        let fixture = try Fixture(limits: limits)
        defer { fixture.close() }
        var failure: NetworkError?
        fixture.run { _ in
            HTTPClient.connect(
                loop: fixture.loop,
                host: "127.0.0.1",
                port: fixture.port,
                timeoutMilliseconds: 5000
            ) {
                if case .failure(let error) = $0 { failure = error }
                fixture.done()
            }
        }
        #expect(
            failure
                == .handshakeFailed(
                    address: "127.0.0.1:\(fixture.port)",
                    reason: "closed by peer"
                )
        )
        #expect(fixture.server.connectionCount == 1)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nrubbish!!",
    ])
    func otherProtocolsAreClosed(greeting: String) throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var reason = ""
        fixture.loop.connect(host: "127.0.0.1", port: fixture.port, timeoutMilliseconds: 5000) {
            guard case .success(let connection) = $0 else { return fixture.loop.stop() }
            connection.write([UInt8](greeting.utf8))
            connection.onClose = {
                reason = $0
                fixture.done()
            }
        }
        fixture.serve()
        #expect(reason == "closed by peer")
        #expect(fixture.server.connectionCount == 0)
    }

    @Test func clientThatLeavesAbortsItsExchanges() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var aborted = 0
        fixture.run { client in
            fixture.handlers.onRequest = { _, exchange in
                exchange.onAbort = {
                    aborted += 1
                    #expect(exchange.isClosed)
                    exchange.respond(status: 200, body: [])
                    fixture.done()
                }
                client.close()
            }
            client.request(method: "GET", path: "/") { result in
                #expect(throws: HTTPError.streamClosed("closed locally")) { try result.get() }
            }
        }
        #expect(aborted == 1)
    }

    @Test func shutdownLetsOpenRequestsFinish() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var events: Set<String> = []
        func add(_ event: String) {
            events.insert(event)
            if events.count == 3 { fixture.done() }
        }
        fixture.handlers.onRequest = { _, exchange in
            fixture.server.shutdown(graceMilliseconds: 10_000) {
                #expect(fixture.server.connectionCount == 0)
                add("down")
            }
            fixture.loop.schedule(afterMilliseconds: 20) { exchange.respond(status: 200, body: []) }
        }
        fixture.run { client in
            client.onClose = { _ in add("closed") }
            client.request(method: "GET", path: "/") { result in
                #expect(client.isClosed, "the server has said that it goes away")
                add("answer \((try? result.get().status) ?? 0)")
            }
        }
        #expect(events == ["answer 200", "down", "closed"])
    }

    @Test func requestsThatCrossTheGoodbyeAreServed() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var statuses: [Int] = []
        fixture.handlers.onRequest = { _, exchange in exchange.respond(status: 200, body: []) }
        fixture.run { client in
            fixture.server.shutdown(graceMilliseconds: 10_000) { fixture.done() }
            // The loop sends what the server says before it reads what the client says.
            fixture.loop.schedule(afterMilliseconds: 0) {
                client.request(method: "GET", path: "/") {
                    statuses.append((try? $0.get().status) ?? 0)
                }
            }
        }
        #expect(statuses == [200])
    }

    @Test func shutdownEndsStreamsAfterTheGrace() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        var reasons: [String] = []
        fixture.handlers.onStream = { _, stream in
            stream.onClose = { reasons.append($0) }
            fixture.server.shutdown(graceMilliseconds: 1) { fixture.done() }
        }
        fixture.run { _ = $0.openStream(method: "POST", path: "/stream") }
        #expect(reasons == ["shut down"])
    }
}
