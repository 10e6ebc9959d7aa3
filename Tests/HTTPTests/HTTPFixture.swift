import EventLoop
import HTTP
import TLS
import Testing

/// Handlers made of closures.
final class Handlers: HTTPHandlers {
    var onRequest: (HTTPRequest, HTTPExchange) -> Void = { request, exchange in
        exchange.respond(status: 200, body: request.body)
    }
    var onStream: (HTTPRequest, HTTPStream) -> Void = { $1.close() }
    var onWebSocket: (HTTPRequest, WebSocket) -> Void = { _, socket in
        socket.onText = { socket.send(text: [UInt8]($0.utf8)) }
        socket.onBinary = { socket.send(binary: $0) }
    }

    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) { onRequest(request, exchange) }

    func admission(_ request: HTTPRequest) -> StreamAdmission {
        if request.path == [UInt8]("/busy".utf8) { return .refused }
        return request.path == [UInt8]("/stream".utf8) ? .accepted : .request
    }

    func handleStream(_ request: HTTPRequest, _ stream: HTTPStream) { onStream(request, stream) }

    func webSocketAdmission(_ request: HTTPRequest) -> WebSocketAdmission {
        switch text(request.path) {
        case "/ws": .accepted(headers: [(name: "x-mbx-uuid", value: "one")])
        case "/full": .refused(status: 429, headers: [(name: "retry-after", value: "7")], body: [])
        default: .unknown
        }
    }

    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        onWebSocket(request, socket)
    }
}

/// A server and the means to reach it, over clear text or TLS.
final class Fixture {
    let loop = EventLoop()
    let handlers = Handlers()
    let server: HTTPServer
    let port: Int
    private let clientTLS: TLSContext?
    private var isDone = false

    init(isTLS: Bool = false, limits: HTTPLimits = .init()) throws {
        var serverTLS: TLSContext?
        var clientTLS: TLSContext?
        if isTLS {
            let certificate = try Certificate()
            defer { certificate.remove() }
            let path = certificate.certificatePath
            serverTLS = try .server(certificatePath: path, keyPath: certificate.keyPath)
            clientTLS = try .client(verifyPeer: true, caPath: path)
        }
        self.clientTLS = clientTLS
        server = HTTPServer(loop: loop, limits: limits, tls: serverTLS, routes: handlers)
        port = try server.listen(host: "127.0.0.1", port: 0)
    }

    /// Lets go of every socket, and of what the handlers hold.
    func close() {
        loop.close()
        handlers.onRequest = { _, _ in }
        handlers.onStream = { _, _ in }
        handlers.onWebSocket = { _, _ in }
    }

    func done() {
        isDone = true
        loop.stop()
    }

    /// Connects, calls the body and serves until `done()`; fails the test after the deadline.
    func run(_ body: @escaping (HTTPClient) -> Void) {
        HTTPClient.connect(
            loop: loop,
            host: "127.0.0.1",
            port: port,
            tls: clientTLS,
            timeoutMilliseconds: 5000
        ) { result in
            switch result {
            case .success(let client): body(client)
            case .failure(let error):
                Issue.record("\(error)")
                self.loop.stop()
            }
        }
        serve()
    }

    /// Serves until `done()`; fails the test after the deadline.
    func serve() {
        let deadline = loop.schedule(afterMilliseconds: 20_000) { self.loop.stop() }
        if !isDone { loop.run() }
        deadline.cancel()
        #expect(isDone, "the deadline passed")
        isDone = false
    }
}

/// A certificate for this machine that signs itself, in a directory of its own.
struct Certificate {
    private let directory = "/tmp/castle-http-\(UInt64.random(in: 0...UInt64.max))"
    var certificatePath: String { directory + "/certificate.pem" }
    var keyPath: String { directory + "/key.pem" }

    init() throws {
        try run(
            """
            mkdir \(directory) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
            -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
            -keyout \(keyPath) -out \(certificatePath)
            """
        )
    }

    func remove() {
        do { try run("rm -rf \(directory)") } catch { Issue.record(error) }
    }

    private func run(_ script: String) throws {
        let loop = EventLoop()
        defer { loop.close() }
        var status: Int32 = -1
        _ = try loop.spawn(
            ProcessOptions(path: "sh", arguments: ["-c", script], standardErrorPath: "/dev/null")
        ) { code, _ in
            status = code
            loop.stop()
        }
        loop.run()
        #expect(status == 0)
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
