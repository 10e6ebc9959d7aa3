import EventLoop

/// Keeps one prepared connection to a Redis: connects, prepares, and begins again when it is lost.
final class RedisSession {
    /// Readies a fresh connection; completes with nil, or with why it is unfit.
    typealias Prepare = (RedisConnection, @escaping (String?) -> Void) -> Void

    /// Called with each prepared connection.
    var onReady: ((RedisConnection) -> Void)?
    /// Called when a prepared connection is lost, and when an attempt fails for a new reason.
    var onLost: ((String) -> Void)?
    /// The prepared connection, while there is one.
    private(set) var connection: RedisConnection?

    private let loop: EventLoop
    private let endpoint: RedisEndpoint
    private let timeouts: RedisTimeouts
    private let prepare: Prepare
    private var attempt: RedisConnection?
    private var backoff = ReconnectBackoff()
    private var retry: LoopTimer?
    private var lastFailure: String?
    private var isClosed = false

    init(
        loop: EventLoop,
        endpoint: RedisEndpoint,
        timeouts: RedisTimeouts,
        prepare: @escaping Prepare
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.timeouts = timeouts
        self.prepare = prepare
    }

    deinit { retry?.cancel() }

    /// Begins to connect.
    func start() {
        retry = nil
        RedisConnection.connect(to: endpoint, on: loop, timeouts: timeouts) { [weak self] result in
            guard let self, !isClosed else { return }
            switch result {
            case .success(let connection): didConnect(connection)
            case .failure(let error): didFail("\(error)")
            }
        }
    }

    /// Ends for good; commands without an answer complete as disconnected.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        onReady = nil
        onLost = nil
        retry?.cancel()
        attempt?.close()
        attempt = nil
        connection = nil
    }

    private func didConnect(_ fresh: RedisConnection) {
        attempt = fresh
        fresh.onClose = { [weak self] reason in self?.didClose(reason) }
        prepare(fresh) { [weak self] failure in
            guard let self, !isClosed, fresh.isOpen else { return }
            if let failure { return fresh.close(failure) }
            backoff.reset()
            lastFailure = nil
            connection = fresh
            onReady?(fresh)
        }
    }

    private func didClose(_ reason: String) {
        let wasReady = connection != nil
        connection = nil
        attempt = nil
        guard !isClosed else { return }
        if wasReady { lastFailure = nil }
        didFail("\(endpoint): \(reason)")
    }

    private func didFail(_ reason: String) {
        retry = loop.schedule(afterMilliseconds: backoff.next()) { [weak self] in self?.start() }
        // A Redis that stays away would otherwise fill the log with the same line.
        guard reason != lastFailure else { return }
        lastFailure = reason
        onLost?(reason)
    }
}
