import EventLoop

/// One connection to a Redis: commands go out in order, replies come back in the same order.
///
/// Commands of one loop iteration leave in one write. A command without an answer in time ends the
/// connection: a Redis that was stopped may still run it later, and replies could no longer be told
/// apart. Everything is called on the thread of the loop.
public final class RedisConnection {
    /// Commands without an answer; one more ends the connection.
    public static let pendingLimit = 4096
    /// Bytes that wait for the socket; more end the connection.
    public static let queuedSizeMax = 64 << 20

    private struct Pending {
        let sentNanoseconds: UInt64
        var completion: ((RedisReply) -> Void)?
    }

    /// Called once with the reason, after the completions of all commands without an answer.
    public var onClose: ((String) -> Void)?
    /// Whether commands are taken.
    public private(set) var isOpen = true

    private let loop: EventLoop
    private let stream: any ByteStream
    private let timeoutMilliseconds: UInt64
    private let reader = RESPReader()
    private var pending: [Pending] = []
    private var pendingHead = 0
    private var watch: LoopTimer?

    init(stream: any ByteStream, timeoutMilliseconds: UInt64) {
        self.stream = stream
        self.timeoutMilliseconds = timeoutMilliseconds
        loop = stream.loop
        stream.onRead = { [weak self] bytes in self?.receive(bytes) }
        stream.onClose = { [weak self] reason in self?.end(reason) }
        let period = max(timeoutMilliseconds / 8, 1)
        watch = loop.schedule(afterMilliseconds: period, repeatingMilliseconds: period) {
            [weak self] in self?.checkOldest()
        }
    }

    deinit {
        watch?.cancel()
        stream.close()
    }

    /// Connects, without waiting.
    ///
    /// - Parameters:
    ///   - endpoint: Where Redis listens.
    ///   - loop: The loop to be served by.
    ///   - timeouts: How long to wait for the connection, and later for each answer.
    ///   - completion: Called once, never before this call returns.
    public static func connect(
        to endpoint: RedisEndpoint,
        on loop: EventLoop,
        timeouts: RedisTimeouts = RedisTimeouts(),
        completion: @escaping (Result<RedisConnection, NetworkError>) -> Void
    ) {
        loop.connect(
            host: endpoint.host,
            port: endpoint.port,
            timeoutMilliseconds: timeouts.connectMilliseconds
        ) { result in
            completion(
                result.map {
                    RedisConnection(stream: $0, timeoutMilliseconds: timeouts.requestMilliseconds)
                }
            )
        }
    }

    /// Sends one command.
    ///
    /// - Parameters:
    ///   - arguments: The command's name and its arguments.
    ///   - completion: Called exactly once, never before this call returns.
    public func send(_ arguments: [[UInt8]], completion: @escaping (RedisReply) -> Void) {
        guard isOpen else {
            loop.enqueue { completion(.disconnected("closed")) }
            return
        }
        pending.append(Pending(sentNanoseconds: loop.nowNanoseconds, completion: completion))
        guard pendingCount <= Self.pendingLimit, stream.queuedWriteSize <= Self.queuedSizeMax else {
            loop.enqueue { [weak self] in self?.end("too much is waiting for an answer") }
            return
        }
        stream.write(RESPCommand.encoded(arguments))
    }

    /// Hands what was sent to the kernel now, not at the end of the loop's turn: what it asks for
    /// is prepared while the caller goes on.
    func flush() { (stream as? any Flushable)?.flush() }

    /// Closes; commands without an answer complete as disconnected before this call returns.
    public func close(_ reason: String = "closed locally") { end(reason) }

    /// Commands without an answer.
    public var pendingCount: Int { pending.count - pendingHead }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        reader.feed(bytes)
        // A completion may close the connection, hence the look at each step.
        while isOpen {
            do throws(RESPError) {
                guard let reply = try reader.next() else { return }
                guard let completion = takePending() else { return end("an answer unasked for") }
                completion(reply)
            } catch {
                end("not the Redis protocol: \(error.reason)")
            }
        }
    }

    private func takePending() -> ((RedisReply) -> Void)? {
        guard pendingHead < pending.count else { return nil }
        let completion = pending[pendingHead].completion
        pending[pendingHead].completion = nil
        pendingHead += 1
        if pendingHead == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingHead = 0
        } else if pendingHead >= 64, pendingHead * 2 >= pending.count {
            pending.removeFirst(pendingHead)
            pendingHead = 0
        }
        return completion
    }

    private func checkOldest() {
        guard pendingHead < pending.count else { return }
        let age = loop.nowNanoseconds - pending[pendingHead].sentNanoseconds
        if age >= timeoutMilliseconds * 1_000_000 {
            end("no answer in \(timeoutMilliseconds) ms")
        }
    }

    private func end(_ reason: String) {
        guard isOpen else { return }
        isOpen = false
        watch?.cancel()
        stream.onRead = nil
        stream.onClose = nil
        stream.close()
        while let completion = takePending() { completion(.disconnected(reason)) }
        let onClose = self.onClose
        self.onClose = nil
        onClose?(reason)
    }
}
