import EventLoop
import HTTP

/// The open WebSockets of one kind: pings them, cuts off the silent and the slow, ends the old.
final class SocketTable {
    /// The times of a connection's life, in milliseconds.
    struct Times {
        /// Between server pings.
        var ping: UInt64 = 20_000
        /// Until a client that answers none is cut off.
        var silence: UInt64 = 60_000
        /// Until a connection is closed, however lively.
        var life: UInt64 = 24 * 3_600_000
        /// How long before its end it is told.
        var notice: UInt64 = 600_000
    }

    /// What the owner does with a connection.
    struct Handlers {
        /// A text message came.
        var received: (Int, [UInt8]) -> Void
        /// A ping or a pong came.
        var controlled: (Int) -> Void = { _ in }
        /// Makes the message that tells of the coming end.
        var notice: (Int) -> [UInt8]
        /// The connection is gone, for whatever reason; called once.
        var closed: (Int) -> Void
    }

    /// A listener that lets so much pile up is told and cut off: no stream with holes.
    static let queuedSizeMax = 8 << 20

    private struct Entry {
        let socket: WebSocket
        let openedAt: UInt64
        var lastHeard: UInt64
        var isTold = false
    }

    private let loop: EventLoop
    private let times: Times
    private let handlers: Handlers
    private var entries: [Int: Entry] = [:]
    private var nextID = 1

    init(loop: EventLoop, times: Times = Times(), handlers: Handlers) {
        self.loop = loop
        self.times = times
        self.handlers = handlers
    }

    /// Number of open connections.
    var count: Int { entries.count }

    func start() {
        _ = loop.schedule(afterMilliseconds: times.ping, repeatingMilliseconds: times.ping) {
            [weak self] in self?.tick()
        }
    }

    /// Takes in a connection.
    func add(_ socket: WebSocket) -> Int {
        let id = nextID
        nextID += 1
        let now = loop.nowNanoseconds
        entries[id] = Entry(socket: socket, openedAt: now, lastHeard: now)
        socket.onText = { [weak self] text in
            self?.heard(id)
            self?.handlers.received(id, Array(text.utf8))
        }
        socket.onPing = { [weak self] in self?.controlled(id) }
        socket.onPong = { [weak self] in self?.controlled(id) }
        socket.onClose = { [weak self] _, _ in self?.forget(id) }
        return id
    }

    /// Sends a message; a reader that is too slow is told and cut off instead.
    func send(_ payload: [UInt8], to id: Int) {
        guard let socket = entries[id]?.socket else { return }
        guard socket.queuedWriteSize < Self.queuedSizeMax else {
            return cut(id, "too slow a reader")
        }
        socket.send(text: payload)
    }

    /// Closes a connection for what its client does or does not do.
    func cut(_ id: Int, _ reason: String) { end(id, code: 1008, reason) }

    /// Tells every client of the end, and closes.
    func endAll() {
        for (id, entry) in entries {
            if !entry.isTold { send(handlers.notice(id), to: id) }
            end(id, code: 1001, "the server is stopping")
        }
    }

    // MARK: Inside

    private func controlled(_ id: Int) {
        heard(id)
        handlers.controlled(id)
    }

    private func heard(_ id: Int) { entries[id]?.lastHeard = loop.nowNanoseconds }

    private func tick() {
        for (id, entry) in entries { look(at: id, entry) }
    }

    private func look(at id: Int, _ entry: Entry) {
        let now = loop.nowNanoseconds
        let age = (now - entry.openedAt) / 1_000_000
        if age + times.notice >= times.life, !entry.isTold {
            entries[id]?.isTold = true
            send(handlers.notice(id), to: id)
        }
        guard age < times.life else { return end(id, code: 1001, "open for 24 hours") }
        guard (now - entry.lastHeard) / 1_000_000 <= times.silence else {
            return cut(id, "no pong")
        }
        // The time, in milliseconds: any payload shows a client that pongs must repeat it.
        entry.socket.ping(Array(String(loop.wallClockMicroseconds / 1000).utf8))
    }

    private func end(_ id: Int, code: Int, _ reason: String) {
        entries[id]?.socket.close(code: code, reason: reason)
        forget(id)
    }

    private func forget(_ id: Int) {
        guard entries.removeValue(forKey: id) != nil else { return }
        handlers.closed(id)
    }
}
