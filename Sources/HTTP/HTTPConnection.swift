internal import EventLoop

/// One HTTP/2 connection: a session over a stream of bytes, for a server or a client.
final class HTTPConnection: HTTP2SessionOwner, Flushable {
    /// Output handed to the socket ahead of what the kernel takes; the rest waits in the streams.
    private static let aheadSize = 1 << 20

    let loop: EventLoop
    let remoteAddress: String
    var onRequest: ((HTTP2Stream) -> Void)?
    var onSettings: (() -> Void)?
    var onGoAway: (() -> Void)?
    /// Called once, after all streams were told.
    var onClose: ((String) -> Void)?

    private(set) var hasSettings = false
    private(set) var lastReadMilliseconds: UInt64
    private let stream: any ByteStream
    private let limits: HTTPLimits
    private var heldSession: HTTP2Session?
    private var isFlushing = false
    private var closeReason: String?
    private var isClosed = false
    /// Bytes taken from the session so far.
    private var pulledSize = 0
    private var sentSize = 0
    private var sentMilliseconds: UInt64 = 0

    init(stream: any ByteStream, isServer: Bool, limits: HTTPLimits) {
        self.stream = stream
        self.limits = limits
        let loop = stream.loop
        self.loop = loop
        remoteAddress = stream.remoteAddress
        lastReadMilliseconds = loop.iterationMilliseconds
        heldSession = HTTP2Session(owner: self, isServer: isServer, limits: limits) {
            loop.iterationMilliseconds
        }
        stream.onRead = { [unowned self] in didRead($0) }
        stream.onDrain = { [unowned self] in sessionNeedsFlush() }
        // The stream's last call: it keeps us alive until then.
        stream.onClose = { self.didClose($0) }
        sessionNeedsFlush()
    }

    /// The session; nil once the connection is closed or about to be.
    var session: HTTP2Session? { closeReason == nil ? heldSession : nil }

    var queuedWriteSize: Int {
        stream.queuedWriteSize + (heldSession?.queuedSize ?? 0)
    }

    /// Gives up what the peer has not taken for too long: its streams, or the whole connection.
    func dropStalled(timeoutMilliseconds: UInt64) {
        guard let session else { return }
        let now = loop.iterationMilliseconds
        let sent = pulledSize - stream.queuedWriteSize
        if stream.queuedWriteSize == 0 || sent != sentSize {
            sentSize = sent
            sentMilliseconds = now
        } else if now > sentMilliseconds + timeoutMilliseconds {
            return close("reads too slowly")
        }
        if now > timeoutMilliseconds { session.resetStalled(since: now - timeoutMilliseconds) }
    }

    /// Whether no request waits for its answer and none can come.
    var isSettled: Bool {
        guard let session else { return true }
        return session.hasGoneAway && queuedWriteSize == 0
            && !session.streams.contains { $0.receiver is HTTPExchange }
    }

    /// Says goodbye, sends what can be sent and closes, all before the next poll.
    ///
    /// Not at once: the caller may stand in a callback of the session, which must not be entered
    /// twice.
    func close(_ reason: String) {
        guard closeReason == nil else { return }
        heldSession?.goAway()
        sessionNeedsFlush()
        closeReason = reason
    }

    func flush() {
        isFlushing = false
        guard !isClosed, let heldSession else { return }
        pull(heldSession)
        if closeReason != nil {
            isClosed = true
            stream.close()
        } else if heldSession.isFinished {
            close("closed by peer")
        } else if queuedWriteSize > 8 * limits.maxQueuedWriteSize {
            // Not the whole connection: behind a proxy it carries clients that do read.
            heldSession.resetFullest(until: 8 * limits.maxQueuedWriteSize)
        }
    }

    // MARK: Called by the session

    func sessionNeedsFlush() {
        guard !isFlushing, closeReason == nil else { return }
        isFlushing = true
        loop.flushBeforeSleep(self)
    }

    func sessionDidReceiveRequest(_ stream: HTTP2Stream) {
        stream.head.remoteAddress = remoteAddress
        onRequest?(stream)
    }

    func sessionDidReceiveSettings() {
        hasSettings = true
        onSettings?()
    }

    func sessionDidReceiveGoAway() {
        onGoAway?()
    }

    // MARK: Inside

    private func didRead(_ bytes: UnsafeRawBufferPointer) {
        guard let session else { return }
        lastReadMilliseconds = loop.iterationMilliseconds
        if let failure = session.receive(bytes) { return close(failure) }
        sessionNeedsFlush()
    }

    private func pull(_ session: HTTP2Session) {
        while stream.queuedWriteSize < Self.aheadSize, let bytes = session.nextOutput() {
            pulledSize += bytes.count
            stream.write(bytes)
        }
    }

    private func didClose(_ reason: String) {
        let reason = closeReason ?? reason
        closeReason = reason
        isClosed = true
        heldSession?.closeStreams(reason)
        let onClose = self.onClose
        onRequest = nil
        onSettings = nil
        onGoAway = nil
        self.onClose = nil
        onClose?(reason)
    }
}
