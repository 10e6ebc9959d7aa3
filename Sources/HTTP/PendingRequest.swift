internal import EventLoop

/// A request of a client that waits for its response.
final class PendingRequest: HTTP2StreamReceiver {
    private let bodySizeMax: Int
    private var stream: HTTP2Stream?
    private var body: [UInt8] = []
    private var timer: LoopTimer?
    private var completion: ((Result<HTTPResponse, HTTPError>) -> Void)?

    init(
        stream: HTTP2Stream,
        bodySizeMax: Int,
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) {
        self.stream = stream
        self.bodySizeMax = bodySizeMax
        self.completion = completion
    }

    func expire(after milliseconds: UInt64, on loop: EventLoop) {
        timer = loop.schedule(afterMilliseconds: milliseconds) { [unowned self] in
            fail(.timedOut)
        }
    }

    func didReceiveResponse(_: HTTP2Stream) {}

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        guard body.count + bytes.count <= bodySizeMax else { return fail(.responseTooLarge) }
        body.append(contentsOf: bytes)
    }

    func didEnd() {
        guard let stream, stream.isHeadWhole else { return }
        let response = HTTPResponse(status: stream.status, fields: stream.head.fields, body: body)
        // An answer to half a request: the other half is not wanted.
        if stream.queuedSize > 0 { stream.reset(.cancel) }
        stream.receiver = nil
        finish(.success(response))
    }

    func didClose(_ reason: String) {
        finish(.failure(.streamClosed(reason)))
    }

    private func fail(_ error: HTTPError) {
        let stream = self.stream
        finish(.failure(error))
        stream?.reset(.cancel)
    }

    private func finish(_ result: Result<HTTPResponse, HTTPError>) {
        let completion = self.completion
        self.completion = nil
        stream = nil
        timer?.cancel()
        timer = nil
        completion?(result)
    }
}
