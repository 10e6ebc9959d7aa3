import EventLoop

/// A connection that comes back: reconnects to its endpoint whenever it is lost.
public final class ClientLane {
    private static let retryMillisecondsMin: UInt64 = 10
    private static let retryMillisecondsMax: UInt64 = 160

    private let loop: EventLoop
    private var retryMilliseconds = ClientLane.retryMillisecondsMin
    private var isStopped = false
    /// Where it connects to.
    public let endpoint: Endpoint
    /// The connection; `nil` while there is none.
    public private(set) var client: PublicClient?
    /// Connections that were made and lost.
    public private(set) var lossCount = 0
    /// Why the last attempt or connection ended; empty before the first end.
    public private(set) var lastFailure = ""
    /// Called when there is a connection again.
    public var onOpen: (() -> Void)?

    /// Starts to connect.
    public init(endpoint: Endpoint, loop: EventLoop) {
        self.endpoint = endpoint
        self.loop = loop
        connect()
    }

    /// Whether requests can be made.
    public var isOpen: Bool { client.map { !$0.isClosed } ?? false }

    /// Ends the connection for good.
    public func stop() {
        isStopped = true
        client?.close()
        client = nil
    }

    private func connect() {
        PublicClient.connect(to: endpoint, loop: loop, timeoutMilliseconds: 1000) {
            [weak self] result in
            guard let self, !isStopped else { return }
            switch result {
            case .success(let client): adopt(client)
            case .failure(let error):
                lastFailure = "\(error)"
                retry()
            }
        }
    }

    private func adopt(_ client: PublicClient) {
        self.client = client
        retryMilliseconds = Self.retryMillisecondsMin
        client.onClose = { [weak self] reason in
            guard let self, !isStopped else { return }
            lossCount += 1
            lastFailure = reason
            self.client = nil
            retry()
        }
        onOpen?()
    }

    private func retry() {
        let delay = retryMilliseconds
        retryMilliseconds = min(retryMilliseconds * 2, Self.retryMillisecondsMax)
        loop.schedule(afterMilliseconds: delay) { [weak self] in
            guard let self, !isStopped else { return }
            connect()
        }
    }
}
