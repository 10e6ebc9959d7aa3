public import EventLoop
public import TLS

/// One HTTP/2 connection to a server, with prior knowledge or over TLS with ALPN "h2".
public final class HTTPClient {
    /// Called exactly once when the connection is gone, after all pending requests have failed.
    public var onClose: ((String) -> Void)?

    private let loop: EventLoop
    private let limits: HTTPLimits
    private let authority: String
    private let scheme: String
    private let connection: HTTPConnection
    private var isGoingAway = false
    private var isGone = false

    private init(
        loop: EventLoop,
        limits: HTTPLimits,
        authority: String,
        scheme: String,
        connection: HTTPConnection
    ) {
        self.loop = loop
        self.limits = limits
        self.authority = authority
        self.scheme = scheme
        self.connection = connection
        connection.onGoAway = { [unowned self] in isGoingAway = true }
        connection.onClose = { reason in
            self.isGone = true
            let onClose = self.onClose
            self.onClose = nil
            onClose?(reason)
        }
    }

    /// Connects, and waits until the server has shown that it speaks HTTP/2.
    ///
    /// - Parameters:
    ///   - loop: The loop that serves the connection.
    ///   - host: Numeric address, or "localhost".
    ///   - port: Port of the server.
    ///   - tls: How to check the server; nil for clear text.
    ///   - limits: What the server may use.
    ///   - timeoutMilliseconds: Time after which the attempt is given up.
    ///   - completion: Called once, never before this call returns.
    public static func connect(
        loop: EventLoop,
        host: String,
        port: Int,
        tls: TLSContext? = nil,
        limits: HTTPLimits = .init(),
        timeoutMilliseconds: UInt64,
        completion: @escaping (Result<HTTPClient, NetworkError>) -> Void
    ) {
        let deadline = loop.nowNanoseconds + timeoutMilliseconds * 1_000_000
        loop.connect(host: host, port: port, timeoutMilliseconds: timeoutMilliseconds) { result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(let tcp):
                let stream: any ByteStream
                if let tls {
                    stream = TLSStream(stream: tcp, context: tls, isServer: false, serverName: host)
                } else {
                    stream = tcp
                }
                let now = loop.nowNanoseconds
                greet(
                    HTTPClient(
                        loop: loop,
                        limits: limits,
                        authority: "\(host):\(port)",
                        scheme: tls == nil ? "http" : "https",
                        connection: HTTPConnection(stream: stream, isServer: false, limits: limits)
                    ),
                    timeoutMilliseconds: (deadline - min(now, deadline)) / 1_000_000 + 1,
                    completion
                )
            }
        }
    }

    private static func greet(
        _ client: HTTPClient,
        timeoutMilliseconds: UInt64,
        _ completion: @escaping (Result<HTTPClient, NetworkError>) -> Void
    ) {
        let timer = client.loop.schedule(afterMilliseconds: timeoutMilliseconds) {
            client.connection.close("no HTTP/2 greeting in time")
        }
        client.onClose = {
            timer.cancel()
            completion(.failure(.handshakeFailed(address: client.authority, reason: $0)))
        }
        client.connection.onSettings = {
            timer.cancel()
            client.onClose = nil
            completion(.success(client))
        }
    }

    /// Whether no new request can be made: closed, or the server has said that it goes away.
    public var isClosed: Bool { isGoingAway || isGone || connection.session == nil }

    /// Sends what can be sent and closes; pending requests fail.
    public func close() {
        connection.close("closed locally")
    }

    /// Makes one request.
    ///
    /// - Parameters:
    ///   - method: Method, in upper case.
    ///   - path: Path and query.
    ///   - headers: Fields beside the pseudo-headers.
    ///   - body: The whole body.
    ///   - timeoutMilliseconds: Time for the whole response, 0 for no limit.
    ///   - completion: Called once, never before this call returns.
    public func request(
        method: String,
        path: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeoutMilliseconds: UInt64 = 0,
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) {
        guard let stream = open(method, path, headers, body) else {
            return loop.enqueue { completion(.failure(.connectionClosed("no new requests"))) }
        }
        let pending = PendingRequest(
            stream: stream,
            bodySizeMax: limits.maxResponseBodySize,
            completion: completion
        )
        stream.receiver = pending
        if timeoutMilliseconds > 0 { pending.expire(after: timeoutMilliseconds, on: loop) }
    }

    /// Opens a stream of raw bytes; its `onClose` tells of every failure.
    ///
    /// - Parameters:
    ///   - method: Method, in upper case.
    ///   - path: Path and query.
    ///   - headers: Fields beside the pseudo-headers.
    /// - Returns: The stream, which can be written to at once.
    public func openStream(
        method: String,
        path: String,
        headers: [(name: String, value: String)] = []
    ) -> HTTPStream {
        wrap(open(method, path, headers, nil))
    }

    /// Opens a WebSocket by an extended CONNECT (RFC 8441).
    ///
    /// - Parameters:
    ///   - path: Path and query.
    ///   - headers: Fields beside the pseudo-headers and `sec-websocket-version`.
    ///   - completion: Called once, never before this call returns.
    public func openWebSocket(
        path: String,
        headers: [(name: String, value: String)] = [],
        completion: @escaping (Result<WebSocket, HTTPError>) -> Void
    ) {
        guard connection.session?.peerAllowsExtendedConnect != false else {
            return loop.enqueue { completion(.failure(.webSocketUnsupported)) }
        }
        let fields = headers + [(name: "sec-websocket-version", value: "13")]
        let stream = wrap(open("CONNECT", path, fields, nil))
        stream.onClose = { completion(.failure(.streamClosed($0))) }
        stream.onAnswer = { [unowned stream] refusal in
            stream.onClose = nil
            if let refusal { return completion(.failure(.refused(status: refusal))) }
            completion(
                .success(
                    WebSocket(
                        stream: stream,
                        isServer: false,
                        messageSizeMax: self.limits.maxMessageSize,
                        loop: self.loop
                    )
                )
            )
        }
    }

    private func open(
        _ method: String,
        _ path: String,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]?
    ) -> HTTP2Stream? {
        guard !isClosed, let session = connection.session else { return nil }
        var pseudo = [
            (name: ":method", value: method), (name: ":scheme", value: scheme),
            (name: ":authority", value: authority), (name: ":path", value: path),
        ]
        if method == "CONNECT" { pseudo.append((name: ":protocol", value: "websocket")) }
        return session.request(pseudo, headers: headers, body: body)
    }

    private func wrap(_ stream: HTTP2Stream?) -> HTTPStream {
        let opened = HTTPStream(
            stream: stream,
            queuedWriteSizeMax: limits.maxQueuedWriteSize,
            enqueue: loop.enqueue
        )
        if stream == nil { opened.close("connection closed") }
        return opened
    }
}
