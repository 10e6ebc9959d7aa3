/// A long-lived stream of raw bytes both ways; framing is the user's.
///
/// Either end ends it: a peer that closes its half closes the whole.
public final class HTTPStream: HTTP2StreamReceiver {
    /// Called with bytes that arrived; they are valid during the call only.
    public var onData: ((UnsafeRawBufferPointer) -> Void)?
    /// Called exactly once with the reason, after which nothing else is called.
    public var onClose: ((String) -> Void)?

    /// Called with nil once a server has accepted our stream, or with the status of its refusal.
    var onAnswer: ((_ refusal: Int?) -> Void)?

    private let enqueue: (@escaping () -> Void) -> Void
    private let queuedWriteSizeMax: Int
    private var stream: HTTP2Stream?
    private var isClosed = false

    init(
        stream: HTTP2Stream?,
        queuedWriteSizeMax: Int,
        enqueue: @escaping (@escaping () -> Void) -> Void
    ) {
        self.stream = stream
        self.queuedWriteSizeMax = queuedWriteSizeMax
        self.enqueue = enqueue
        stream?.deadlineMilliseconds = 0
        stream?.receiver = self
    }

    /// Size in bytes of what was written and not yet sent; what the socket holds is not counted.
    public var queuedWriteSize: Int { stream?.queuedSize ?? 0 }

    /// Queues the bytes; dropped once the stream is closed.
    public func write(_ bytes: [UInt8]) {
        guard let stream, !isClosed else { return }
        stream.write(bytes)
        checkQueue()
    }

    /// Queues a copy of the bytes; dropped once the stream is closed.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        guard let stream, !isClosed else { return }
        stream.write(bytes)
        checkQueue()
    }

    /// Sends what was written, then ends the stream; `onClose` is called with "closed locally".
    public func close() {
        close("closed locally")
    }

    func close(_ reason: String) {
        guard !isClosed else { return }
        isClosed = true
        stream?.receiver = nil
        stream?.end()
        stream = nil
        enqueue { self.finish(reason) }
    }

    func didReceiveResponse(_ stream: HTTP2Stream) {
        let onAnswer = self.onAnswer
        self.onAnswer = nil
        guard stream.status == 200 else {
            onAnswer?(stream.status)
            reset(.cancel)
            return end("refused with status \(stream.status)")
        }
        onAnswer?(nil)
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        if !isClosed { onData?(bytes) }
    }

    func didEnd() {
        stream?.receiver = nil
        stream?.end()
        end("closed by peer")
    }

    func didClose(_ reason: String) {
        end(reason)
    }

    private func checkQueue() {
        guard queuedWriteSize > queuedWriteSizeMax else { return }
        isClosed = true
        reset(.tooMuch)
        enqueue { self.finish("reads too slowly") }
    }

    private func reset(_ code: HTTP2ResetCode) {
        stream?.reset(code)
        stream = nil
    }

    private func end(_ reason: String) {
        stream = nil
        guard !isClosed else { return }
        isClosed = true
        finish(reason)
    }

    private func finish(_ reason: String) {
        let onClose = self.onClose
        onData = nil
        onAnswer = nil
        self.onClose = nil
        onClose?(reason)
    }
}
