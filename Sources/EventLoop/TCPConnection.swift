/// A TCP connection: writes of one loop iteration leave together, Nagle's delay is off.
public final class TCPConnection: ByteStream, HandleOwner, Flushable {
    /// How long a closed connection may still send and wait for the peer to close.
    private static let lingerMilliseconds: UInt64 = 5000

    private enum Phase {
        case opening, open, lingering, closed
    }

    /// The loop that serves the connection.
    public let loop: EventLoop
    /// Called with bytes that arrived; they are valid during the call only.
    public var onRead: ((UnsafeRawBufferPointer) -> Void)?
    /// Called exactly once with the reason, after which nothing else is called.
    public var onClose: ((String) -> Void)?
    /// Called when all that was held up has gone to the kernel.
    public var onDrain: (() -> Void)?
    /// The other end, as "address:port".
    public private(set) var remoteAddress = "unknown"

    private var handle = TCPHandle()
    private var phase = Phase.opening
    private var output = OutputBuffer()
    private var inFlightSize = 0
    private var isFlushing = false
    private var isPaused = false
    private var isShutDown = false
    private var lingerTimer: LoopTimer?

    init(loop: EventLoop) {
        self.loop = loop
        handle = TCPHandle(on: loop.handle, owner: self)
    }

    /// Size in bytes of what the kernel has not taken yet.
    public var queuedWriteSize: Int { output.count + inFlightSize }

    /// Queues the bytes; all of one loop iteration leave in one write.
    public func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Queues a copy of the bytes; all of one loop iteration leave in one write.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        guard phase == .open || phase == .opening, bytes.count > 0 else { return }
        output.append(bytes)
        askForFlush()
    }

    /// Sends what can be sent within a few seconds, then closes; `onClose` is called at once.
    public func close() {
        guard phase == .open || phase == .opening else { return }
        phase = .lingering
        loop.enqueue { self.finish("closed locally") }
        // What the peer still sends is read and dropped: closing a socket with unread bytes makes
        // the kernel send a reset, which can destroy our last answer on its way.
        handle.setReading(true)
        lingerTimer = loop.schedule(afterMilliseconds: Self.lingerMilliseconds) {
            self.closeHandle()
        }
        askForFlush()
    }

    /// Stops calling `onRead`; the peer is held back by its window.
    public func pauseReading() {
        isPaused = true
        if phase == .open { handle.setReading(false) }
    }

    /// Calls `onRead` again.
    public func resumeReading() {
        isPaused = false
        if phase == .open { handle.setReading(true) }
    }

    /// Hands what was queued to the kernel; called by the loop.
    public func flush() {
        isFlushing = false
        guard phase == .open || phase == .lingering, inFlightSize == 0 else { return }
        if !output.isEmpty {
            let sent = handle.tryWrite(output.bytes)
            if sent < 0 { return fail(errorText(sent)) }
            if Int(sent) < output.count {
                let rest = UnsafeRawBufferPointer(rebasing: output.bytes[Int(sent)...])
                inFlightSize = rest.count
                handle.write(rest)
            }
            output.removeAll()
        }
        if phase == .lingering, inFlightSize == 0 { shutDown() }
    }

    // MARK: Called by the loop

    func connect(host: String, port: Int, connector: TCPConnector) throws(NetworkError) {
        try handle.connect(host: host, port: port, connector: connector)
    }

    func accept(_ accept: (borrowing TCPHandle) -> Bool) -> Bool {
        guard accept(handle) else { return false }
        willOpen()
        return true
    }

    /// The socket is connected; the owner has not been told yet.
    func willOpen() {
        handle.setNoDelay()
        remoteAddress = handle.remoteAddress
        phase = .open
    }

    /// The owner has set its callbacks.
    func didOpen() {
        if phase == .open, !isPaused { handle.setReading(true) }
    }

    func didRead(_ bytes: UnsafeRawBufferPointer) {
        if phase == .open { onRead?(bytes) }
    }

    func didEnd(_ reason: String) {
        fail(reason)
    }

    func didWrite(failure: String?) {
        inFlightSize = 0
        guard phase != .closed else { return }
        if let failure { return fail(failure) }
        flush()
        if queuedWriteSize == 0, phase == .open { onDrain?() }
    }

    func closeHandle() {
        phase = .closed
        lingerTimer?.cancel()
        lingerTimer = nil
        output.removeAll()
        handle.close()
    }

    // MARK: Ends

    private func askForFlush() {
        guard !isFlushing else { return }
        isFlushing = true
        loop.flushBeforeSleep(self)
    }

    private func shutDown() {
        guard !isShutDown else { return }
        isShutDown = true
        if !handle.shutDown() { closeHandle() }
    }

    private func fail(_ reason: String) {
        guard phase != .closed else { return }
        let wasLingering = phase == .lingering
        closeHandle()
        // A lingering connection has its only call to `onClose` already enqueued.
        if !wasLingering { finish(reason) }
    }

    private func finish(_ reason: String) {
        let onClose = self.onClose
        onRead = nil
        onDrain = nil
        self.onClose = nil
        onClose?(reason)
    }
}
