public import EventLoop
public import TLS

/// What becomes of a request of which only the header is known.
public enum StreamAdmission: Equatable, Sendable {
    /// It is no stream but an ordinary request, to be handled when its body is whole.
    case request
    /// It is a stream of raw bytes, and taken.
    case accepted
    /// It is one, and refused at once: its body may never end.
    case refused
}

/// What a server does with its requests; one object for each server.
public protocol HTTPHandlers: AnyObject {
    /// Takes an ordinary request, its whole body received, to be answered once through the exchange.
    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange)

    /// Whether a request, of which only the header is known, opens a stream of raw bytes.
    func admission(_ request: HTTPRequest) -> StreamAdmission

    /// Takes a stream that was accepted.
    func handleStream(_ request: HTTPRequest, _ stream: HTTPStream)

    /// Whether a WebSocket may be opened; otherwise the answer is 404.
    func acceptsWebSocket(_ request: HTTPRequest) -> Bool

    /// Why a WebSocket is refused, before `acceptsWebSocket(_:)` is asked; `nil` when it is not.
    func webSocketRefusal(_ request: HTTPRequest) -> HTTPRefusal?

    /// Takes a WebSocket that was accepted.
    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket)
}

extension HTTPHandlers {
    /// No streams.
    public func admission(_ request: HTTPRequest) -> StreamAdmission { .request }

    /// Closes the stream: it was accepted without a handler.
    public func handleStream(_ request: HTTPRequest, _ stream: HTTPStream) { stream.close() }

    /// Refuses none.
    public func webSocketRefusal(_ request: HTTPRequest) -> HTTPRefusal? { nil }

    /// No WebSockets.
    public func acceptsWebSocket(_ request: HTTPRequest) -> Bool { false }

    /// Closes the WebSocket: it was accepted without a handler.
    public func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        socket.close(code: 1011, reason: "no handler")
    }
}

/// A server of HTTP/2 with prior knowledge, or over TLS with ALPN "h2".
public final class HTTPServer {
    private static let sweepMilliseconds: UInt64 = 1000
    /// Between two looks at what is left when a shutdown's grace is over.
    private static let lookMilliseconds: UInt64 = 10

    private let loop: EventLoop
    private let limits: HTTPLimits
    private let tls: TLSContext?
    private let routes: any HTTPHandlers
    private var listeners: [TCPListener] = []
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var sweep: LoopTimer?
    private var onDrained: (() -> Void)?
    private lazy var onRequest = { [unowned self] (request: HTTPRequest, exchange: HTTPExchange) in
        routes.handle(request, exchange)
    }

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - loop: The loop that serves it.
    ///   - limits: What peers may use.
    ///   - tls: Certificate and key; nil for clear text.
    ///   - routes: What to do with requests.
    public init(
        loop: EventLoop,
        limits: HTTPLimits = .init(),
        tls: TLSContext? = nil,
        routes: any HTTPHandlers
    ) {
        self.loop = loop
        self.limits = limits
        self.tls = tls
        self.routes = routes
    }

    /// Number of connections that are open.
    public var connectionCount: Int { connections.count }

    /// Listens for connections; may be called for several addresses.
    ///
    /// - Parameters:
    ///   - host: Numeric address, or "localhost".
    ///   - port: 0 lets the system choose.
    /// - Returns: The port.
    /// - Throws: `NetworkError` when the address is wrong or taken.
    public func listen(host: String, port: Int) throws(NetworkError) -> Int {
        let listener = try loop.listen(host: host, port: port) { self.accept($0) }
        listeners.append(listener)
        if sweep == nil {
            let period = Self.sweepMilliseconds
            sweep = loop.schedule(afterMilliseconds: period, repeatingMilliseconds: period) {
                self.closeLateAndIdle()
            }
        }
        return listener.port
    }

    /// Stops listening, lets what is open finish, then closes what is left.
    ///
    /// - Parameters:
    ///   - graceMilliseconds: Time that streams and WebSockets have to end.
    ///   - requestMilliseconds: Time for requests to be answered, and for clients to hear of the end
    ///     so that they send no more; not less than the grace.
    ///   - completion: Called once all connections are closed.
    public func shutdown(
        graceMilliseconds: UInt64,
        requestMilliseconds: UInt64 = 0,
        completion: @escaping () -> Void
    ) {
        for listener in listeners { listener.close() }
        listeners = []
        sweep?.cancel()
        sweep = nil
        guard !connections.isEmpty else { return loop.enqueue(completion) }
        for connection in connections.values { connection.session?.announceGoAway() }
        let deadline = loop.nowNanoseconds + requestMilliseconds * 1_000_000
        let timer = loop.schedule(
            afterMilliseconds: graceMilliseconds,
            repeatingMilliseconds: Self.lookMilliseconds
        ) {
            let isLate = self.loop.nowNanoseconds >= deadline
            for connection in Array(self.connections.values) where isLate || connection.isSettled {
                connection.close("shut down")
            }
        }
        onDrained = {
            timer.cancel()
            completion()
        }
    }

    // MARK: Connections

    private func accept(_ tcp: TCPConnection) {
        guard connections.count < limits.maxConnections else { return tcp.close() }
        let stream: any ByteStream
        if let tls {
            stream = TLSStream(stream: tcp, context: tls, isServer: true, serverName: nil)
        } else {
            stream = tcp
        }
        let connection = HTTPConnection(stream: stream, isServer: true, limits: limits)
        let id = ObjectIdentifier(connection)
        connections[id] = connection
        connection.onRequest = { self.didReceiveHead($0) }
        connection.onClose = { _ in
            self.connections[id] = nil
            if self.connections.isEmpty, let onDrained = self.onDrained {
                self.onDrained = nil
                onDrained()
            }
        }
    }

    private func closeLateAndIdle() {
        let now = loop.iterationMilliseconds
        shedQueues()
        for connection in Array(connections.values) {
            connection.dropStalled(timeoutMilliseconds: limits.stallTimeoutMilliseconds)
            guard let session = connection.session else { continue }
            let quiet = now - min(now, connection.lastReadMilliseconds)
            if !connection.hasSettings {
                if quiet > limits.requestTimeoutMilliseconds { connection.close("no greeting") }
            } else if session.streams.isEmpty {
                if quiet > limits.idleTimeoutMilliseconds { connection.close("idle") }
            } else {
                resetLateStreams(of: connection, session, now)
            }
        }
    }

    /// Many slow readers, each within its own bound, must not use up the memory together.
    private func shedQueues() {
        var total = connections.values.reduce(0) { $0 + $1.queuedWriteSize }
        guard total > limits.maxQueuedTotalSize else { return }
        let share = limits.maxQueuedTotalSize / connections.count
        for connection in connections.values { connection.session?.resetFullest(until: share) }
        // What the sockets hold goes with the connections only.
        total = connections.values.reduce(0) { $0 + $1.queuedWriteSize }
        for connection in connections.values.sorted(by: { $0.queuedWriteSize > $1.queuedWriteSize })
        where total > limits.maxQueuedTotalSize {
            total -= connection.queuedWriteSize
            connection.close("reads too slowly")
        }
    }

    private func resetLateStreams(
        of connection: HTTPConnection,
        _ session: HTTP2Session,
        _ now: UInt64
    ) {
        for stream in session.streams
        where stream.deadlineMilliseconds != 0 && stream.deadlineMilliseconds < now {
            // A header that never ends blocks the whole connection.
            guard stream.isHeadWhole else { return connection.close("header too slow") }
            if let exchange = stream.receiver as? HTTPExchange {
                exchange.respondJSON(status: 408, #"{"code":-1007,"msg":"Request timed out."}"#)
            } else {
                // Answered long ago, and the client has still not ended its half.
                stream.reset(.none)
            }
        }
    }

    // MARK: Requests

    private func didReceiveHead(_ stream: HTTP2Stream) {
        if stream.headSize > limits.maxHeaderListSize {
            refuse(stream, status: 431, #"{"code":-1100,"msg":"Request header too large."}"#)
        } else if stream.head.isWebSocketUpgrade {
            openWebSocket(on: stream)
        } else if stream.head.method == "CONNECT" {
            refuse(stream, status: 405, #"{"code":-1100,"msg":"Method not allowed."}"#)
        } else {
            switch routes.admission(stream.head) {
            case .request: receiveBody(of: stream)
            case .accepted: routes.handleStream(stream.head, open(stream))
            case .refused:
                refuse(stream, status: 503, #"{"code":-1000,"msg":"Not served here now."}"#)
            }
        }
    }

    private func receiveBody(of stream: HTTP2Stream) {
        let exchange = HTTPExchange(
            stream: stream,
            bodySizeMax: limits.maxBodySize,
            onRequest: onRequest
        )
        stream.receiver = exchange
        // A client that waits for 100-continue, or an honest one, need not send it all in vain.
        if stream.head.method != "GET",
            let size = stream.head.header("content-length").flatMap(Int.init),
            size > limits.maxBodySize
        {
            exchange.refuseBody()
        }
    }

    private func openWebSocket(on stream: HTTP2Stream) {
        if let refusal = routes.webSocketRefusal(stream.head) {
            let exchange = HTTPExchange(stream: stream, bodySizeMax: 0, onRequest: onRequest)
            return exchange.respond(
                status: refusal.status,
                headers: refusal.headers,
                body: refusal.body
            )
        }
        guard routes.acceptsWebSocket(stream.head) else {
            return refuse(stream, status: 404, #"{"code":-1100,"msg":"No such stream."}"#)
        }
        let socket = WebSocket(
            stream: open(stream),
            isServer: true,
            messageSizeMax: limits.maxMessageSize,
            loop: loop
        )
        routes.handleWebSocket(stream.head, socket)
    }

    private func open(_ stream: HTTP2Stream) -> HTTPStream {
        let opened = HTTPStream(
            stream: stream,
            queuedWriteSizeMax: limits.maxQueuedWriteSize,
            enqueue: loop.enqueue
        )
        stream.session?.respond(to: stream, status: 200, headers: [], body: nil)
        return opened
    }

    private func refuse(_ stream: HTTP2Stream, status: Int, _ text: String) {
        let exchange = HTTPExchange(stream: stream, bodySizeMax: 0, onRequest: onRequest)
        exchange.respondJSON(status: status, text)
    }
}
