import EventLoop
import Trading
import Wire

/// Follows one shard's log on one Redis, on a connection of its own, which may wait in `XREAD`.
///
/// It goes on after the last delivered record when a connection is lost. Records rise in id but
/// may jump over some that were trimmed or dropped: the consumer checks the chain. Everything is
/// called on the thread of the loop.
public final class LogTail {
    /// Records asked for at once, at most.
    public static let recordLimit = 256
    /// Records asked for at first, when their size is not known: 64 MB if all are the largest.
    public static let recordLimitAtFirst = 16
    /// Bytes of one delivery above which fewer records are asked for next time.
    public static let deliverySizeTarget = 4 << 20
    /// How long Redis holds an `XREAD`; the answer also shows that the connection is alive.
    static let blockMilliseconds: UInt64 = 100

    /// Called with records that follow those before.
    public var onRecords: (([LogRecord]) -> Void)?
    /// Called whenever the log is being followed.
    public var onReady: (() -> Void)?
    /// Called when that ends, and when an attempt to connect fails for a new reason.
    public var onLost: ((_ reason: String) -> Void)?

    /// The last record delivered, or where it was told to start.
    public private(set) var position = EntryID.zero
    /// When Redis last answered, on the clock of the loop; 0 before.
    public private(set) var heardNanoseconds: UInt64 = 0
    /// Whether nothing is delivered for now.
    public private(set) var isPaused = false

    private let loop: EventLoop
    private let endpoint: RedisEndpoint
    private let timeouts: RedisTimeouts
    private let log: [UInt8]
    private var session: RedisSession?
    private var countLimit = LogTail.recordLimitAtFirst
    private var held: [LogRecord] = []
    private var isReading = false

    /// Prepares to follow; nothing happens before `start(after:)`.
    ///
    /// - Parameters:
    ///   - loop: The loop to be served by.
    ///   - endpoint: Where the Redis listens.
    ///   - shard: Whose log it is.
    ///   - timeouts: How long it may take to connect and to answer; a waiting `XREAD` comes on top.
    public init(
        loop: EventLoop,
        endpoint: RedisEndpoint,
        shard: ShardID,
        timeouts: RedisTimeouts = RedisTimeouts()
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.timeouts = RedisTimeouts(
            connectMilliseconds: timeouts.connectMilliseconds,
            requestMilliseconds: timeouts.requestMilliseconds + Self.blockMilliseconds
        )
        log = LogKeys(shard: shard).log
    }

    deinit { session?.close() }

    /// Follows from an id; may be called again to go elsewhere, after a snapshot for example.
    public func start(after id: EntryID) {
        // An answer to the old position may be on its way: a new connection cannot deliver it.
        stop()
        position = id
        countLimit = Self.recordLimitAtFirst
        let session = RedisSession(loop: loop, endpoint: endpoint, timeouts: timeouts) {
            connection,
            completion in
            connection.send([[UInt8]](words: "PING")) { completion($0.failure) }
        }
        session.onReady = { [weak self] _ in self?.didConnect() }
        session.onLost = { [weak self] reason in
            self?.isReading = false
            self?.onLost?(reason)
        }
        self.session = session
        session.start()
    }

    /// Stops following; `start(after:)` begins again.
    public func stop() {
        session?.close()
        session = nil
        held = []
        isReading = false
    }

    /// Holds deliveries back; at most one delivery is kept waiting in memory, asked for before.
    public func pause() { isPaused = true }

    /// Goes on delivering.
    public func resume() {
        guard isPaused else { return }
        isPaused = false
        // Outside of the caller's stack: the consumer may resume from where it applies records.
        loop.enqueue { [weak self] in
            guard let self, !isPaused else { return }
            let records = held
            held = []
            if !records.isEmpty { deliver(records) }
            read()
        }
    }

    private func didConnect() {
        isReading = false
        onReady?()
        read()
    }

    private func read() {
        guard !isPaused, !isReading, held.isEmpty, let connection = session?.connection else {
            return
        }
        isReading = true
        var command = [[UInt8]](
            words: "XREAD",
            "COUNT",
            "\(countLimit)",
            "BLOCK",
            "\(Self.blockMilliseconds)",
            "STREAMS"
        )
        command.append(log)
        command.append(word: "\(position)")
        connection.send(command) { [weak self, weak connection] reply in
            guard let self, let connection, session?.connection === connection else { return }
            didRead(reply, on: connection)
        }
    }

    private func didRead(_ reply: RedisReply, on connection: RedisConnection) {
        if case .disconnected = reply { return }
        heardNanoseconds = loop.nowNanoseconds
        isReading = false
        if let failure = reply.failure { return connection.close(failure) }
        if reply != .null {
            // One stream was asked for: a list of one pair of its key and its entries.
            guard let pair = reply.elements?.first?.elements, pair.count == 2,
                let records = [LogRecord](pair[1])
            else { return connection.close("a record that no acceptor wrote") }
            guard !isPaused else {
                held = records
                return
            }
            deliver(records)
        }
        read()
    }

    private func deliver(_ records: [LogRecord]) {
        guard let last = records.last else { return }
        position = last.id
        let size = records.reduce(0) { $0 + $1.bytes.count }
        countLimit =
            size > Self.deliverySizeTarget
            ? max(countLimit / 2, 1) : min(countLimit * 2, Self.recordLimit)
        // Redis looks for the next ones while these are applied.
        read()
        session?.connection?.flush()
        onRecords?(records)
    }
}

extension RedisReply {
    /// Why there is no proper answer; nil when there is one.
    fileprivate var failure: String? {
        switch self {
        case .error(let text), .disconnected(let text): text
        default: nil
        }
    }
}
