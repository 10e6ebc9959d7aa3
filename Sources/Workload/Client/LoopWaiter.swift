import EventLoop

/// Lets a command line tool do one thing after another on an event loop.
///
/// It serves the loop until a condition holds; only the tool's own top level may use it, never a
/// callback.
public final class LoopWaiter {
    /// How often conditions that depend on the time alone are looked at.
    private static let tickMilliseconds: UInt64 = 5

    /// The loop that is served while waiting.
    public let loop: EventLoop
    private var condition: (() -> Bool)?
    /// Ends every wait at once, without its condition: the person at the terminal wants to leave.
    public var isInterrupted = false

    /// Takes a loop that nobody else runs.
    public init(loop: EventLoop) {
        self.loop = loop
        loop.beforeSleep { [weak self] in self?.look() }
    }

    /// Serves the loop until a condition holds.
    ///
    /// - Parameters:
    ///   - timeoutMilliseconds: When to give up.
    ///   - condition: Asked after whatever happens, and every few milliseconds.
    /// - Returns: Whether it held in time.
    @discardableResult
    public func wait(
        timeoutMilliseconds: UInt64,
        until condition: @escaping () -> Bool
    ) -> Bool {
        let deadline = loop.nowNanoseconds + timeoutMilliseconds * 1_000_000
        let timer = loop.schedule(
            afterMilliseconds: Self.tickMilliseconds,
            repeatingMilliseconds: Self.tickMilliseconds
        ) {}
        defer { timer.cancel() }
        var isTrue = false
        self.condition = { [unowned self] in
            isTrue = condition()
            return isTrue || isInterrupted || loop.nowNanoseconds >= deadline
        }
        loop.run()
        self.condition = nil
        return isTrue
    }

    /// Serves the loop for a while.
    public func pause(milliseconds: UInt64) {
        wait(timeoutMilliseconds: milliseconds) { false }
    }

    /// Starts something and serves the loop until it has its result.
    ///
    /// - Parameters:
    ///   - timeoutMilliseconds: When to give up.
    ///   - start: Is handed the callback that takes the result.
    /// - Returns: The result, or `nil` when none came in time.
    public func result<Value>(
        timeoutMilliseconds: UInt64 = 30_000,
        _ start: (@escaping (Value) -> Void) -> Void
    ) -> Value? {
        var value: Value?
        start { value = $0 }
        wait(timeoutMilliseconds: timeoutMilliseconds) { value != nil }
        return value
    }

    /// Lets SIGINT and SIGTERM end every wait.
    public func interruptOnSignals() {
        for signal in [2, 15] as [Int32] {
            loop.onSignal(signal) { [weak self] in self?.isInterrupted = true }
        }
    }

    private func look() {
        guard let condition, condition() else { return }
        loop.stop()
    }
}
