import EventLoop
import Testing

/// Runs the loop until the body calls its argument, and fails the test after the deadline.
func runLoop(
    deadlineMilliseconds: UInt64 = 20_000,
    _ body: (EventLoop, @escaping () -> Void) throws -> Void
) rethrows {
    let loop = EventLoop()
    defer { loop.close() }
    var isDone = false
    loop.schedule(afterMilliseconds: deadlineMilliseconds) { loop.stop() }
    try body(loop) {
        isDone = true
        loop.stop()
    }
    if !isDone { loop.run() }
    #expect(isDone, "the deadline passed")
}
