import EventLoop
import Workload

/// The last entry of every shard's log, as one Redis has it.
///
/// Castle tells nobody yet which of its acceptors have caught up, so a drill asks them itself.
final class LogTails {
    private static let timeoutMilliseconds: UInt64 = 2000
    private static let end = Array("+PONG\r\n".utf8)

    private var connection: TCPConnection?
    private var bytes: [UInt8] = []
    /// What Redis answered, the same bytes for the same entries; `nil` while there is no answer, or
    /// when Redis cannot answer yet.
    private(set) var answer: [UInt8]?
    /// Whether there will be no answer any more.
    private(set) var hasEnded = false

    /// Asks for the logs of so many shards, that of the coordinators among them.
    init(_ endpoint: Endpoint, shards: [Int], loop: EventLoop) {
        // The answer to PING ends the others.
        let commands =
            shards.map { "XREVRANGE castle:{shard-\($0)}:log + - COUNT 1\r\n" } + ["PING\r\n"]
        loop.connect(
            host: endpoint.host,
            port: endpoint.port,
            timeoutMilliseconds: Self.timeoutMilliseconds
        ) { [weak self] in
            guard let self, case .success(let connection) = $0 else {
                self?.hasEnded = true
                return
            }
            self.connection = connection
            connection.onRead = { [weak self] in self?.read($0) }
            connection.onClose = { [weak self] _ in self?.hasEnded = true }
            connection.write(Array(commands.joined().utf8))
        }
    }

    /// Ends the connection.
    func stop() {
        connection?.onClose = nil
        connection?.close()
        connection = nil
    }

    private func read(_ new: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: new)
        // A Redis that loads its file answers each command with an error.
        if bytes.first == UInt8(ascii: "-") { hasEnded = true }
        guard !hasEnded, bytes.suffix(Self.end.count).elementsEqual(Self.end) else { return }
        answer = bytes
        hasEnded = true
    }
}
