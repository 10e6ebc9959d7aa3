/// What a stream of HTTP/2 tells the object it belongs to.
protocol HTTP2StreamReceiver: AnyObject {
    /// The header of a response is whole; servers get requests from their connection instead.
    func didReceiveResponse(_ stream: HTTP2Stream)
    func didReceive(_ bytes: UnsafeRawBufferPointer)
    /// The peer has sent all it wanted.
    func didEnd()
    /// The stream is gone; the last call.
    func didClose(_ reason: String)
}

/// One stream of a session: what has arrived of its header, and what is still to be sent.
final class HTTP2Stream {
    /// Set while the stream lives.
    private(set) var session: HTTP2Session?
    var id: Int32
    var receiver: (any HTTP2StreamReceiver)?

    /// The request, or the response's fields.
    var head = HTTPRequest()
    var status = 0
    /// Size of the header list as RFC 9113 6.5.2 counts it.
    var headSize = 0
    var isHeadWhole = false
    /// Whether the peer has sent all it wanted.
    var isEnded = false
    /// Loop time by which the request must have arrived; 0 for none.
    var deadlineMilliseconds: UInt64 = 0
    /// Loop time at which bytes last left the queue, or began to wait in it.
    private(set) var movedMilliseconds: UInt64 = 0
    /// Place among the streams of the session.
    var slot = 0

    private var output: [UInt8] = []
    private var outputOffset = 0
    private var isOutputEnded = false
    private var isDeferred = false

    init(session: HTTP2Session, id: Int32) {
        self.session = session
        self.id = id
    }

    var queuedSize: Int { output.count - outputOffset }

    /// Sets all that will be sent.
    func setOutput(_ bytes: [UInt8]) {
        willQueue(bytes.count)
        output = bytes
        isOutputEnded = true
    }

    func write(_ bytes: UnsafeRawBufferPointer) {
        guard !isOutputEnded, session != nil else { return }
        willQueue(bytes.count)
        output.append(contentsOf: bytes)
        resume()
    }

    func write(_ bytes: [UInt8]) {
        guard !isOutputEnded, session != nil else { return }
        willQueue(bytes.count)
        // The first piece needs no copy.
        if output.isEmpty { output = bytes } else { output.append(contentsOf: bytes) }
        resume()
    }

    /// Ends our half once what was written has been sent.
    func end() {
        guard !isOutputEnded, session != nil else { return }
        isOutputEnded = true
        resume()
    }

    /// Ends both halves now and tells nobody.
    func reset(_ code: HTTP2ResetCode) {
        receiver = nil
        drop()
        session?.reset(self, code)
    }

    /// Ends both halves now because the peer does not read, and tells the object it belongs to.
    func giveUp() {
        let receiver = self.receiver
        reset(.tooMuch)
        receiver?.didClose("reads too slowly")
    }

    /// Forgets what is queued: a peer that takes nothing does not take the reset either, and the
    /// stream lives until that has been sent.
    private func drop() {
        session?.queuedSize -= queuedSize
        output = []
        outputOffset = 0
        // Not the end of what was meant to be sent.
        isOutputEnded = false
    }

    private func willQueue(_ size: Int) {
        guard let session else { return }
        if queuedSize == 0 { movedMilliseconds = session.now() }
        session.queuedSize += size
    }

    func detach() -> (any HTTP2StreamReceiver)? {
        session?.queuedSize -= queuedSize
        session = nil
        output = []
        outputOffset = 0
        defer { receiver = nil }
        return receiver
    }

    /// What a session takes: a number of bytes, with the end or not; nil when there is nothing yet.
    func takeOutput(into target: UnsafeMutableRawBufferPointer) -> (size: Int, isEnd: Bool)? {
        let size = min(queuedSize, target.count)
        guard size > 0 || isOutputEnded else {
            isDeferred = true
            return nil
        }
        output.withUnsafeBytes {
            target.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: $0[outputOffset..<outputOffset + size])
            )
        }
        outputOffset += size
        session?.queuedSize -= size
        if let session { movedMilliseconds = session.now() }
        if outputOffset == output.count {
            if isOutputEnded {
                output = []
            } else {
                output.removeAll(keepingCapacity: output.capacity < 65536)
            }
            outputOffset = 0
        } else if outputOffset > 1 << 20 {
            // What was sent must not be kept as long as something follows.
            output.removeFirst(outputOffset)
            outputOffset = 0
        }
        return (size, isOutputEnded && queuedSize == 0)
    }

    private func resume() {
        guard let session else { return }
        if isDeferred {
            isDeferred = false
            session.resume(self)
        }
    }
}
