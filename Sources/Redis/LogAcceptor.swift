import EventLoop
import Replication
import Trading

/// One shard's log on one Redis, over a connection that comes back by itself.
///
/// A connection is ready once the Redis was found fit (version, settings, functions). Requests are
/// pipelined and answered in order; they never wait for a connection. Everything is called on the
/// thread of the loop.
public final class LogAcceptor {
    /// Called whenever requests can be sent.
    public var onReady: (() -> Void)?
    /// Called when that ends, and when an attempt to connect fails for a new reason.
    public var onLost: ((_ reason: String) -> Void)?

    /// Where the Redis listens.
    public let endpoint: RedisEndpoint
    /// Whose log it is.
    public let shard: ShardID

    private let loop: EventLoop
    private let keys: LogKeys
    private let session: RedisSession

    /// Begins to connect; set the callbacks before the loop runs on.
    ///
    /// - Parameters:
    ///   - loop: The loop to be served by.
    ///   - endpoint: Where the Redis listens.
    ///   - shard: Whose log it is.
    ///   - durability: What the Redis must promise.
    ///   - timeouts: How long it may take to connect and to answer.
    public convenience init(
        loop: EventLoop,
        endpoint: RedisEndpoint,
        shard: ShardID,
        durability: RedisDurability = .always,
        timeouts: RedisTimeouts = RedisTimeouts()
    ) {
        self.init(
            loop: loop,
            endpoint: endpoint,
            shard: shard,
            fitness: RedisFitness(durability: durability),
            timeouts: timeouts
        )
    }

    package init(
        loop: EventLoop,
        endpoint: RedisEndpoint,
        shard: ShardID,
        fitness: RedisFitness,
        timeouts: RedisTimeouts
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.shard = shard
        keys = LogKeys(shard: shard)
        session = RedisSession(
            loop: loop,
            endpoint: endpoint,
            timeouts: timeouts,
            prepare: fitness.check
        )
        session.onReady = { [weak self] _ in self?.onReady?() }
        session.onLost = { [weak self] reason in self?.onLost?(reason) }
        session.start()
    }

    deinit { session.close() }

    /// Whether requests can be sent.
    public var isReady: Bool { session.connection != nil }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - completion: Called exactly once, never before this call returns; nil when there was no
    ///     connection or it was lost or too slow, so that the outcome is unknown.
    public func send(
        _ request: AcceptorRequest,
        completion: @escaping (AcceptorReply?) -> Void
    ) {
        guard let connection = session.connection else {
            loop.enqueue { completion(nil) }
            return
        }
        let shape = request.replyShape
        connection.send(request.command(keys)) { [weak connection] reply in
            completion(AcceptorReply(reply, shape: shape))
            // Someone flushed the functions: a new connection loads them again.
            if case .error("ERR Function not found") = reply {
                connection?.close("the functions are gone")
            }
        }
    }

    /// Hands what was sent to the kernel now, not at the end of the loop's turn.
    func flush() { session.connection?.flush() }

    /// Ends for good; requests without an answer complete with nil.
    public func close() {
        onReady = nil
        onLost = nil
        session.close()
    }
}
