/// One ordinary request on the server's side, and the way to answer it exactly once.
public final class HTTPExchange: HTTP2StreamReceiver {
    /// Called when the client goes away before the answer; nothing can be sent any more.
    public var onAbort: (() -> Void)?

    private var stream: HTTP2Stream?
    private let bodySizeMax: Int
    private var body: [UInt8] = []
    private var onRequest: ((HTTPRequest, HTTPExchange) -> Void)?

    init(
        stream: HTTP2Stream,
        bodySizeMax: Int,
        onRequest: @escaping (HTTPRequest, HTTPExchange) -> Void
    ) {
        self.stream = stream
        self.bodySizeMax = bodySizeMax
        self.onRequest = onRequest
    }

    /// Whether it is too late to answer: it was answered, or the client is gone.
    public var isClosed: Bool { stream == nil }

    /// Answers the request; a second answer, or one to a client that is gone, is dropped.
    ///
    /// - Parameters:
    ///   - status: Status code, 200...599.
    ///   - headers: Fields beside `content-length`, which is added.
    ///   - body: The whole body.
    public func respond(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]
    ) {
        guard let stream else { return }
        self.stream = nil
        onAbort = nil
        onRequest = nil
        // What still arrives of the request is of no interest.
        stream.receiver = nil
        stream.deadlineMilliseconds = 0
        stream.session?.respond(to: stream, status: status, headers: headers, body: body)
    }

    func didReceiveResponse(_: HTTP2Stream) {}

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        guard body.count + bytes.count <= bodySizeMax else { return refuseBody() }
        body.append(contentsOf: bytes)
    }

    func didEnd() {
        guard let stream, let onRequest else { return }
        self.onRequest = nil
        stream.head.body = body
        body = []
        onRequest(stream.head, self)
    }

    func didClose(_ reason: String) {
        let onAbort = self.onAbort
        stream = nil
        self.onAbort = nil
        onRequest = nil
        onAbort?()
    }

    func refuseBody() {
        body = []
        respondJSON(status: 413, #"{"code":-1100,"msg":"Request body too large."}"#)
    }

    func respondJSON(status: Int, _ text: String) {
        let headers = [(name: "content-type", value: "application/json")]
        respond(status: status, headers: headers, body: [UInt8](text.utf8))
    }
}
