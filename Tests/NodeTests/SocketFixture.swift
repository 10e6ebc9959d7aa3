import API
import EventLoop
import HTTP
import Testing
import Trading

@testable import Node

/// A desk behind a real server, with doubles for the router and the source of events.
final class SocketFixture: HTTPHandlers {
    let loop = EventLoop()
    let backend = BackendDouble()
    let source = SourceDouble()
    private(set) var desk: SocketDesk
    private var server: HTTPServer?
    private var port = 0
    private var isDone = false

    init(times: SocketTable.Times = SocketTable.Times()) throws {
        desk = SocketDesk(loop: loop, backend: backend, source: source, times: times)
        let server = HTTPServer(loop: loop, routes: self)
        self.server = server
        port = try server.listen(host: "127.0.0.1", port: 0)
        desk.start()
    }

    func webSocketAdmission(_ request: HTTPRequest) -> WebSocketAdmission { .accepted(headers: []) }

    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        guard let path = SocketPath(path: request.path, query: request.query) else {
            return socket.close(code: 1008, reason: "no such path")
        }
        desk.open(socket, path, client: "10.0.0.1")
    }

    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        exchange.respond(status: 404, body: [])
    }

    func close() {
        loop.close()
        server = nil
    }

    func done() {
        isDone = true
        loop.stop()
    }

    /// Connects to a path, lends the client's end, and serves until `done()` or the deadline.
    func run(_ query: String = "", _ body: @escaping (WebSocket) -> Void) {
        HTTPClient.connect(
            loop: loop,
            host: "127.0.0.1",
            port: port,
            tls: nil,
            timeoutMilliseconds: 5000
        ) { result in
            guard case .success(let client) = result else { return self.loop.stop() }
            client.openWebSocket(path: "/ws-api/v3?" + query) {
                guard case .success(let socket) = $0 else { return self.loop.stop() }
                body(socket)
            }
        }
        let deadline = loop.schedule(afterMilliseconds: 20_000) { self.loop.stop() }
        if !isDone { loop.run() }
        deadline.cancel()
        #expect(isDone, "the deadline passed")
    }

    /// Sends requests and collects what comes back, until there is so much of it.
    func exchange(_ requests: [String], _ query: String = "", count: Int) -> [String] {
        var answers: [String] = []
        run(query) { socket in
            socket.onText = {
                answers.append($0)
                if answers.count == count { self.done() }
            }
            for request in requests { socket.send(text: Array(request.utf8)) }
        }
        return answers
    }
}

/// A router that answers operations when the test says so.
final class BackendDouble: SocketBackend {
    static let key = "key"
    /// The one signature that is right, whatever was signed.
    static let signature = String(repeating: "0", count: 64)

    var gateway = Gateway(
        venue: Venue(assets: [], instruments: []),
        keys: KeyRing([
            APIKey(key: key, account: AccountID(7), material: KeyMaterial([1]))
        ]),
        verify: { $2 == [UInt8](repeating: 0, count: 32) },
        makeClientOrderID: { .none },
        deriveClientOrderID: { _ in .none }
    )
    var limiter = WeightLimiter(limitPerMinute: 1000)
    /// What waits to be answered, if anything is to wait.
    var waiting: [(APIResponse, RateLimitUsage) -> Void] = []
    var isHeld = false
    var statuses: [Int] = []

    func charge(_ client: String, weight: Int, now: Timestamp) -> WeightLimiter.Verdict {
        // A test must not fail because a minute begins.
        limiter.charge(client, weight: weight, now: .zero)
    }

    func usedWeight(of client: String, now: Timestamp) -> Int {
        limiter.refund(client, weight: 0, now: .zero)
    }

    func perform(
        _ operation: Operation,
        for client: ChargedClient,
        _ finish: @escaping (APIResponse, RateLimitUsage) -> Void
    ) {
        if isHeld { return waiting.append(finish) }
        guard case .respond(let response) = operation else {
            return finish(gateway.renderUnavailable(), RateLimitUsage(weight: client.used))
        }
        finish(response, RateLimitUsage(weight: client.used))
    }

    func answered(status: Int, arrival: UInt64) { statuses.append(status) }
}

/// A source whose events are what the test says.
final class SourceDouble: UserStreamSource {
    struct Stream {
        var account: AccountID
        var unit: StreamTimeUnit
        var deliver: ([UInt8]) -> Void
        var ended: () -> Void
    }

    var streams: [UserStreamID: Stream] = [:]
    var closed: [UserStreamID] = []
    var isRefusing = false
    /// Called once a stream has begun.
    var onBegun: (Stream) -> Void = { _ in }

    func open(
        account: AccountID,
        unit: StreamTimeUnit,
        deliver: @escaping ([UInt8]) -> Void,
        ended: @escaping () -> Void,
        begun: @escaping (UserStreamID?) -> Void
    ) {
        guard !isRefusing else { return begun(nil) }
        let id = UserStreamID(rawValue: UInt64(streams.count) + 40)
        let stream = Stream(account: account, unit: unit, deliver: deliver, ended: ended)
        streams[id] = stream
        begun(id)
        onBegun(stream)
    }

    func close(_ id: UserStreamID) { closed.append(id) }
}
