/// The one loop of a process: sockets, timers, signals, child processes.
///
/// Everything is called on the thread that calls `run()`; nothing here may be used from another.
/// Before each poll it runs the enqueued blocks, the hooks, then the flushes, until none is left.
public final class EventLoop {
    /// Rounds of enqueued work in one iteration, so that sockets are served whatever is enqueued.
    private static let roundLimit = 16

    let handle = LoopHandle()
    private var prepare: LoopHook?
    private var idle: LoopHook?
    private var hooks: [() -> Void] = []
    private var enqueued: [() -> Void] = []
    private var flushing: [any Flushable] = []
    private(set) var isClosed = false

    /// Makes a loop that has nothing to do yet.
    public init() {
        ignoreBrokenPipes()
        prepare = LoopHook(preparing: self)
        idle = LoopHook(idling: self)
    }

    deinit {
        close()
    }

    /// Serves until `stop()`; may be called again afterwards.
    public func run() {
        handle.run()
    }

    /// Makes `run()` return at the end of this iteration.
    public func stop() {
        handle.stop()
    }

    /// Closes every socket, timer, signal and process watcher without calling anyone.
    ///
    /// For tests and the end of a process; the loop cannot be used afterwards.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        hooks.removeAll()
        enqueued.removeAll()
        flushing.removeAll()
        handle.closeAll()
        enqueued.removeAll()
        flushing.removeAll()
        prepare = nil
        idle = nil
    }

    /// Monotonic time in nanoseconds, read now.
    public var nowNanoseconds: UInt64 { LoopHandle.monotonicNanoseconds }

    /// Monotonic time in milliseconds at the start of this iteration; costs nothing.
    public var iterationMilliseconds: UInt64 { handle.iterationMilliseconds }

    /// Wall clock in milliseconds since 1970.
    public var wallClockMilliseconds: Int64 { wallClockMicroseconds / 1000 }

    /// Wall clock in microseconds since 1970.
    public var wallClockMicroseconds: Int64 { LoopHandle.wallClockMicroseconds }

    /// Calls the body later, once or again and again; dropping the timer does not cancel it.
    ///
    /// - Parameters:
    ///   - afterMilliseconds: Time to the first call.
    ///   - repeatingMilliseconds: Time between later calls, 0 for a single call.
    ///   - body: What to do.
    /// - Returns: The timer, to cancel it.
    @discardableResult
    public func schedule(
        afterMilliseconds: UInt64,
        repeatingMilliseconds: UInt64 = 0,
        _ body: @escaping () -> Void
    ) -> LoopTimer {
        LoopTimer(
            loop: self,
            afterMilliseconds: afterMilliseconds,
            repeatingMilliseconds: repeatingMilliseconds,
            body: body
        )
    }

    /// Adds a permanent hook, run at least once every iteration before polling.
    public func beforeSleep(_ body: @escaping () -> Void) {
        hooks.append(body)
    }

    /// Runs the body once, before the next poll and outside of the caller's stack.
    public func enqueue(_ body: @escaping () -> Void) {
        guard !isClosed else { return }
        enqueued.append(body)
    }

    /// Calls `flush()` once, after the hooks and before the next poll.
    public func flushBeforeSleep(_ flushable: any Flushable) {
        guard !isClosed else { return }
        flushing.append(flushable)
    }

    /// Calls the body whenever the process gets the signal.
    public func onSignal(_ signal: Int32, _ body: @escaping () -> Void) {
        SignalWatcher(loop: self, body: body).start(signal)
    }

    func willPoll() {
        for _ in 0..<Self.roundLimit {
            runEnqueued()
            for hook in hooks { hook() }
            guard enqueued.isEmpty else { continue }
            runFlushes()
            if enqueued.isEmpty {
                idle?.setIdling(false)
                return
            }
        }
        // More was enqueued than one iteration may do: poll without waiting, then go on.
        runFlushes()
        idle?.setIdling(true)
    }

    private func runEnqueued() {
        guard !enqueued.isEmpty else { return }
        let batch = enqueued
        enqueued.removeAll(keepingCapacity: true)
        for body in batch { body() }
    }

    private func runFlushes() {
        // A flush may ask for another: a protocol session writes to its socket.
        var index = 0
        while index < flushing.count {
            flushing[index].flush()
            index += 1
        }
        flushing.removeAll(keepingCapacity: true)
    }
}
