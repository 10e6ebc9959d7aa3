extension EventLoop {
    /// Connects to a TCP listener, without waiting.
    ///
    /// - Parameters:
    ///   - host: Numeric address, or "localhost".
    ///   - port: Port of the listener.
    ///   - timeoutMilliseconds: Time after which the attempt is given up.
    ///   - completion: Called once, never before this call returns.
    public func connect(
        host: String,
        port: Int,
        timeoutMilliseconds: UInt64,
        completion: @escaping (Result<TCPConnection, NetworkError>) -> Void
    ) {
        TCPConnector(loop: self, address: "\(host):\(port)", completion: completion)
            .start(host: host, port: port, timeoutMilliseconds: timeoutMilliseconds)
    }
}

/// One attempt to connect, which ends in success, failure or a timeout.
final class TCPConnector {
    private let loop: EventLoop
    private let address: String
    private let connection: TCPConnection
    private var timer: LoopTimer?
    private var completion: ((Result<TCPConnection, NetworkError>) -> Void)?

    init(
        loop: EventLoop,
        address: String,
        completion: @escaping (Result<TCPConnection, NetworkError>) -> Void
    ) {
        self.loop = loop
        self.address = address
        self.completion = completion
        connection = TCPConnection(loop: loop)
    }

    func start(host: String, port: Int, timeoutMilliseconds: UInt64) {
        do throws(NetworkError) {
            try connection.connect(host: host, port: port, connector: self)
        } catch {
            loop.enqueue { self.finish(.failure(error)) }
            return
        }
        timer = loop.schedule(afterMilliseconds: timeoutMilliseconds) {
            self.finish(.failure(.connectTimedOut(address: self.address)))
        }
    }

    /// The attempt ended; a refusal is told apart, since it alone proves that nobody listens.
    func didConnect(failure: String?, isRefusal: Bool) {
        // A loop that closes calls nobody.
        if loop.isClosed { completion = nil }
        if isRefusal {
            finish(.failure(.connectRefused(address: address)))
        } else if let failure {
            finish(.failure(.connectFailed(address: address, reason: failure)))
        } else {
            finish(.success(connection))
        }
    }

    private func finish(_ result: Result<TCPConnection, NetworkError>) {
        guard let completion else { return }
        self.completion = nil
        timer?.cancel()
        timer = nil
        guard case .success = result else {
            connection.closeHandle()
            completion(result)
            return
        }
        connection.willOpen()
        completion(result)
        connection.didOpen()
    }
}
