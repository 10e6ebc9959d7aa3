import EventLoop
import Observability

/// Measures what a bare append to the cluster's Redis costs while the load runs: the floor under
/// every acknowledgement.
///
/// Ten times a second it appends 4 KB to a key of its own, on its own connection; Redis answers
/// after its fsync. The key is deleted at the end.
public final class RedisProbe {
    private static let key = "castle:probe"
    private static let valueSize = 4096
    private static let intervalMilliseconds: UInt64 = 100

    private let loop: EventLoop
    private let append: [UInt8]
    private var connection: TCPConnection?
    private var timer: LoopTimer?
    private var sentNanoseconds: UInt64?
    private var answer: [UInt8] = []
    private var latencies = LatencyHistogram()
    /// Why nothing is measured any more; empty while all is well.
    public private(set) var failure = ""

    /// Starts to measure.
    ///
    /// - Parameters:
    ///   - endpoint: The Redis.
    ///   - loop: Serves the connection.
    public init(_ endpoint: Endpoint, loop: EventLoop) {
        self.loop = loop
        let value = [UInt8](repeating: UInt8(ascii: "v"), count: Self.valueSize)
        append = Self.command(
            ["XADD", Self.key, "MAXLEN", "100", "*", "b"].map { Array($0.utf8) } + [value]
        )
        loop.connect(host: endpoint.host, port: endpoint.port, timeoutMilliseconds: 2000) {
            [weak self] in self?.didConnect($0)
        }
    }

    /// What was measured so far.
    public var summary: LatencySummary { LatencySummary(latencies) }

    /// Ends the measurement and deletes the key.
    public func stop() {
        timer?.cancel()
        timer = nil
        connection?.write(Self.command([Array("DEL".utf8), Array(Self.key.utf8)]))
        connection?.close()
        connection = nil
    }

    private func didConnect(_ result: Result<TCPConnection, NetworkError>) {
        switch result {
        case .failure(let error): failure = "\(error)"
        case .success(let connection):
            self.connection = connection
            connection.onRead = { [weak self] in self?.didRead($0) }
            connection.onClose = { [weak self] in self?.didClose($0) }
            timer = loop.schedule(
                afterMilliseconds: Self.intervalMilliseconds,
                repeatingMilliseconds: Self.intervalMilliseconds
            ) { [weak self] in self?.probe() }
        }
    }

    private func probe() {
        // One in flight: a slow append must not be hidden behind a second one.
        guard sentNanoseconds == nil, let connection else { return }
        sentNanoseconds = loop.nowNanoseconds
        connection.write(append)
    }

    private func didRead(_ bytes: UnsafeRawBufferPointer) {
        answer.append(contentsOf: bytes)
        guard let isRefusal = Self.isRefusal(answer), let sent = sentNanoseconds else { return }
        if isRefusal {
            failure = String(decoding: answer.prefix(120), as: UTF8.self)
            timer?.cancel()
        } else {
            latencies.record(nanoseconds: loop.nowNanoseconds - sent)
        }
        answer.removeAll(keepingCapacity: true)
        sentNanoseconds = nil
    }

    private func didClose(_ reason: String) {
        guard connection != nil else { return }
        failure = reason
        timer?.cancel()
        connection = nil
    }

    /// Judges a reply to XADD, which is an id as a bulk string, or an error.
    ///
    /// - Returns: `nil` while it is not complete.
    static func isRefusal(_ reply: [UInt8]) -> Bool? {
        let lines = reply.split(separator: UInt8(ascii: "\n"))
        let wanted = reply.first == UInt8(ascii: "$") ? 2 : 1
        guard reply.last == UInt8(ascii: "\n"), lines.count >= wanted else { return nil }
        return reply.first == UInt8(ascii: "-")
    }

    /// A command in RESP: an array of bulk strings.
    static func command(_ words: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words {
            bytes.append(contentsOf: "$\(word.count)\r\n".utf8)
            bytes.append(contentsOf: word)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }
}
