/// The loop's own calls from libuv: before polling, and to keep polling from waiting.
final class LoopHook: HandleOwner {
    private weak var loop: EventLoop?
    private var prepare = PrepareHandle()
    private var idle = IdleHandle()

    init(preparing loop: EventLoop) {
        self.loop = loop
        prepare = PrepareHandle(on: loop.handle, owner: self)
        prepare.start()
    }

    init(idling loop: EventLoop) {
        self.loop = loop
        idle = IdleHandle(on: loop.handle, owner: self)
    }

    func setIdling(_ isIdling: Bool) {
        idle.set(isIdling)
    }

    func willPoll() {
        loop?.willPoll()
    }

    func closeHandle() {
        prepare.close()
        idle.close()
    }
}

/// Calls a block for each arrival of a signal.
final class SignalWatcher: HandleOwner {
    private var handle = SignalHandle()
    private let body: () -> Void

    init(loop: EventLoop, body: @escaping () -> Void) {
        self.body = body
        handle = SignalHandle(on: loop.handle, owner: self)
    }

    func start(_ signal: Int32) {
        handle.start(signal)
    }

    func didArrive() {
        body()
    }

    func closeHandle() {
        handle.close()
    }
}
