/// A timer of an event loop, alive until it fires for the last time or is cancelled.
public final class LoopTimer: HandleOwner {
    private var handle = TimerHandle()
    private var body: (() -> Void)?
    private let isRepeating: Bool

    init(
        loop: EventLoop,
        afterMilliseconds: UInt64,
        repeatingMilliseconds: UInt64,
        body: @escaping () -> Void
    ) {
        self.body = body
        isRepeating = repeatingMilliseconds > 0
        handle = TimerHandle(on: loop.handle, owner: self)
        handle.start(after: afterMilliseconds, repeating: repeatingMilliseconds)
    }

    /// Whether the timer will not fire any more.
    public var isCancelled: Bool { body == nil }

    /// Prevents every later call; harmless when there would be none.
    public func cancel() {
        closeHandle()
    }

    func didFire() {
        let body = self.body
        if !isRepeating { closeHandle() }
        body?()
    }

    func closeHandle() {
        body = nil
        handle.close()
    }
}
