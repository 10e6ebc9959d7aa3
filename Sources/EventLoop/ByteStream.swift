/// An ordered stream of bytes in both directions: a TCP connection, or TLS over one.
///
/// Everything is called on the thread of the loop.
public protocol ByteStream: AnyObject {
    /// The loop that serves the stream.
    var loop: EventLoop { get }

    /// Called with bytes that arrived; they are valid during the call only.
    var onRead: ((UnsafeRawBufferPointer) -> Void)? { get set }

    /// Called exactly once with the reason, after which nothing else is called.
    var onClose: ((String) -> Void)? { get set }

    /// Called when all that was queued has gone to the kernel after it had been held up.
    var onDrain: (() -> Void)? { get set }

    /// Size in bytes of what was accepted and not yet handed to the kernel.
    var queuedWriteSize: Int { get }

    /// The other end, as "address:port".
    var remoteAddress: String { get }

    /// Queues the bytes; all of one loop iteration leave in one write before the loop polls.
    func write(_ bytes: [UInt8])

    /// Queues a copy of the bytes; all of one loop iteration leave in one write.
    func write(_ bytes: UnsafeRawBufferPointer)

    /// Sends what can be sent, then closes; `onClose` is called with "closed locally".
    func close()

    /// Stops calling `onRead`; the peer is held back by its window.
    func pauseReading()

    /// Calls `onRead` again.
    func resumeReading()
}

/// Something that collects output during a loop iteration and sends it before the loop polls.
public protocol Flushable: AnyObject {
    /// Sends what was collected; called once for each `EventLoop.flushBeforeSleep(_:)`.
    func flush()
}
