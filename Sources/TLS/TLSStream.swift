public import EventLoop

/// TLS over a stream of bytes; what is written before the handshake is over waits for it.
public final class TLSStream: ByteStream, Flushable {
    private static let handshakeMilliseconds: UInt64 = 10_000
    private static let plainSize = 65536

    /// The loop that serves the stream.
    public var loop: EventLoop { stream.loop }
    /// Called with decrypted bytes; they are valid during the call only.
    public var onRead: ((UnsafeRawBufferPointer) -> Void)?
    /// Called exactly once with the reason, after which nothing else is called.
    public var onClose: ((String) -> Void)?
    /// Called when all that was held up has gone to the kernel.
    public var onDrain: (() -> Void)?

    private let stream: any ByteStream
    private let context: TLSContext
    private let session: SessionHandle
    private var output = OutputBuffer()
    private var isOpen = false
    private var isClosed = false
    private var isFlushing = false
    private var closeReason: String?
    private var handshakeTimer: LoopTimer?

    /// Begins the handshake.
    ///
    /// - Parameters:
    ///   - stream: Carries the encrypted bytes; belongs to the new stream from now on.
    ///   - context: Certificate or trust.
    ///   - isServer: Which end we are.
    ///   - serverName: Name or address the server must prove; for clients.
    public init(
        stream: any ByteStream,
        context: TLSContext,
        isServer: Bool,
        serverName: String?
    ) {
        self.stream = stream
        self.context = context
        session = SessionHandle(context: context.handle, isServer: isServer, serverName: serverName)
        stream.onRead = { [unowned self] in didRead($0) }
        stream.onDrain = { [unowned self] in onDrain?() }
        // The stream's last call: it keeps us alive until then.
        stream.onClose = { self.didClose($0) }
        handshakeTimer = stream.loop.schedule(afterMilliseconds: Self.handshakeMilliseconds) {
            [weak self] in self?.fail("TLS handshake too slow")
        }
        if !isServer { advance() }
    }

    /// Size in bytes of what the kernel has not taken yet, in part encrypted.
    public var queuedWriteSize: Int { output.count + stream.queuedWriteSize }

    /// The other end, as "address:port".
    public var remoteAddress: String { stream.remoteAddress }

    /// Queues the bytes; all of one loop iteration are encrypted and sent together.
    public func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Queues a copy of the bytes; all of one loop iteration are encrypted and sent together.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        output.append(bytes)
        askForFlush()
    }

    /// Sends what can be sent, then closes; `onClose` is called with "closed locally".
    public func close() {
        guard !isClosed else { return }
        encryptOutput()
        isClosed = true
        if isOpen { session.shutDown() }
        sendEncrypted()
        stream.close()
    }

    /// Stops calling `onRead`; the peer is held back by its window.
    public func pauseReading() {
        stream.pauseReading()
    }

    /// Calls `onRead` again.
    public func resumeReading() {
        stream.resumeReading()
    }

    /// Encrypts what was queued; called by the loop.
    public func flush() {
        isFlushing = false
        guard !isClosed else { return }
        encryptOutput()
        sendEncrypted()
    }

    // MARK: Inside

    private func askForFlush() {
        guard isOpen, !isFlushing else { return }
        isFlushing = true
        loop.flushBeforeSleep(self)
    }

    private func didRead(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        session.receive(bytes)
        advance()
    }

    /// Goes on with the handshake, or decrypts what has arrived.
    private func advance() {
        if !isOpen {
            switch session.handshake() {
            case .done: open()
            case .needsMore: break
            case .failed(let reason):
                // The alert tells the peer why.
                sendEncrypted()
                return fail("TLS handshake: \(reason)")
            }
        }
        if isOpen { decryptInput() }
        if !isClosed { sendEncrypted() }
    }

    private func open() {
        guard session.hasAgreedOnHTTP2 else { return fail("peer does not speak HTTP/2") }
        isOpen = true
        handshakeTimer?.cancel()
        handshakeTimer = nil
        if !output.isEmpty { askForFlush() }
    }

    private func decryptInput() {
        withUnsafeTemporaryAllocation(byteCount: Self.plainSize, alignment: 16) { plain in
            while !isClosed {
                switch session.read(into: plain) {
                case .bytes(let count): onRead?(UnsafeRawBufferPointer(rebasing: plain[..<count]))
                case .needsMore: return
                case .ended: return fail("closed by peer")
                case .failed(let reason): return fail("TLS: \(reason)")
                }
            }
        }
    }

    private func encryptOutput() {
        guard isOpen, !output.isEmpty else { return }
        let isTaken = session.write(output.bytes)
        output.removeAll()
        if !isTaken { fail("TLS: cannot encrypt") }
    }

    private func sendEncrypted() {
        session.takeEncrypted { stream.write($0) }
    }

    private func fail(_ reason: String) {
        guard !isClosed else { return }
        isClosed = true
        closeReason = reason
        stream.close()
    }

    private func didClose(_ reason: String) {
        isClosed = true
        handshakeTimer?.cancel()
        handshakeTimer = nil
        output.removeAll()
        let onClose = self.onClose
        onRead = nil
        onDrain = nil
        self.onClose = nil
        onClose?(closeReason ?? reason)
    }
}
