/// A listening TCP socket.
public final class TCPListener: HandleOwner {
    private let loop: EventLoop
    private var handle = TCPHandle()
    private let onAccept: (TCPConnection) -> Void

    /// The port listened on; the one the system chose when 0 was asked for.
    public private(set) var port = 0

    init(
        loop: EventLoop,
        host: String,
        port: Int,
        backlog: Int,
        onAccept: @escaping (TCPConnection) -> Void
    ) throws(NetworkError) {
        self.loop = loop
        self.onAccept = onAccept
        handle = TCPHandle(on: loop.handle, owner: self)
        do throws(NetworkError) {
            try handle.listen(host: host, port: port, backlog: backlog)
        } catch {
            handle.close()
            throw error
        }
        self.port = handle.localPort
    }

    /// Stops listening; accepted connections stay.
    public func close() {
        closeHandle()
    }

    func isReadyToAccept() {
        let connection = TCPConnection(loop: loop)
        guard handle.accept(into: connection) else {
            connection.closeHandle()
            return
        }
        onAccept(connection)
        connection.didOpen()
    }

    func closeHandle() {
        handle.close()
    }
}

extension EventLoop {
    /// Listens for TCP connections.
    ///
    /// - Parameters:
    ///   - host: Numeric address, or "localhost".
    ///   - port: 0 lets the system choose; see `TCPListener.port`.
    ///   - backlog: Connections the kernel holds before they are accepted.
    ///   - onAccept: Called for each connection, before any of its bytes is read.
    /// - Returns: The listener.
    /// - Throws: `NetworkError` when the address is wrong or taken.
    public func listen(
        host: String,
        port: Int,
        backlog: Int = 1024,
        onAccept: @escaping (TCPConnection) -> Void
    ) throws(NetworkError) -> TCPListener {
        try TCPListener(loop: self, host: host, port: port, backlog: backlog, onAccept: onAccept)
    }
}
