import Audit
import EventLoop
import Redis
import Replication
import Trading
import Wire
import Workload

/// Reads one acceptor's logs, question by question, and writes nothing.
///
/// On a live cluster it asks for little at a time and rests in between, so that the appends of the
/// primaries do not wait behind it.
final class AcceptorReader {
    /// Bytes of an answer above which fewer entries are asked for.
    private static let liveSizeTarget = 256 << 10
    private static let copySizeTarget = 4 << 20
    private static let limitMax = 512
    private static let limitAtFirst = 16
    /// A large append-only file takes its time to load.
    private static let loadMilliseconds: UInt64 = 120_000

    /// Its name in the topology, or its address.
    let name: String
    private let waiter: LoopWaiter
    private let observer: LogObserver
    private let isLive: Bool

    /// Connects, and waits until the Redis has loaded its file.
    init(
        _ name: String,
        _ endpoint: RedisEndpoint,
        isLive: Bool,
        _ waiter: LoopWaiter
    ) throws(InspectionError) {
        self.name = name
        self.waiter = waiter
        self.isLive = isLive
        let deadline = waiter.loop.nowNanoseconds + Self.loadMilliseconds * 1_000_000
        var failure: String
        repeat {
            switch Self.connect(endpoint, waiter) {
            case .success(let observer):
                self.observer = observer
                return
            case .failure(let error):
                failure = error.reason
                // A private copy was started a moment ago; a live one either answers or does not.
                guard !isLive, !waiter.isInterrupted else { break }
                waiter.pause(milliseconds: 5)
            }
        } while !isLive && !waiter.isInterrupted && waiter.loop.nowNanoseconds < deadline
        throw .unreachable(name, reason: failure)
    }

    private struct Failure: Error {
        var reason: String
    }

    private static func connect(
        _ endpoint: RedisEndpoint,
        _ waiter: LoopWaiter
    ) -> Result<LogObserver, Failure> {
        let timeouts = RedisTimeouts(connectMilliseconds: 1000, requestMilliseconds: 10_000)
        let result = waiter.result(timeoutMilliseconds: 2000) { completion in
            RedisConnection.connect(
                to: endpoint,
                on: waiter.loop,
                timeouts: timeouts,
                completion: completion
            )
        }
        switch result {
        case nil: return .failure(Failure(reason: "no connection in time"))
        case .failure(let error)?: return .failure(Failure(reason: "\(error)"))
        case .success(let connection)?:
            let observer = LogObserver(connection)
            let answer: String?? = waiter.result { observer.ping(completion: $0) }
            guard let answer else { return .failure(Failure(reason: "no answer in time")) }
            guard let text = answer else { return .success(observer) }
            observer.close()
            return .failure(Failure(reason: text))
        }
    }

    /// The shards that have a log here, in order.
    func shards() throws(InspectionError) -> [ShardID] {
        let answer: [ShardID]?? = waiter.result { observer.shards(completion: $0) }
        guard let shards = answer ?? nil else { throw silence("it does not list its keys") }
        return shards
    }

    /// What the acceptor says about a log; nil when it has nothing of the shard.
    func state(of shard: ShardID) throws(InspectionError) -> AcceptorState? {
        try value { observer.state(of: shard, completion: $0) }
    }

    /// Reads a whole snapshot; nil when a chunk of it is not there (any more).
    func snapshot(
        _ manifest: SnapshotManifest,
        of shard: ShardID
    ) throws(InspectionError) -> LogSnapshot? {
        var bytes: [UInt8] = []
        for index in 0..<manifest.chunkCount {
            let chunk = try value { completion in
                observer.chunk(index, of: manifest, shard: shard, completion: completion)
            }
            guard let chunk else { return nil }
            bytes += chunk
            rest()
        }
        return LogSnapshot(manifest: manifest, bytes: bytes)
    }

    /// Reads entries from the first one to the tail, oldest first.
    ///
    /// A log that ends before the tail is for the verifier to name.
    func entries(
        of shard: ShardID,
        through tail: EntryID,
        _ body: (LogRecord) throws(LogDefect) -> Void
    ) throws(InspectionError) {
        var place = EntryID.zero
        var limit = Self.limitAtFirst
        let target = isLive ? Self.liveSizeTarget : Self.copySizeTarget
        while place < tail {
            let records = try value { completion in
                observer.entries(of: shard, after: place, limit: limit, completion: completion)
            }
            guard let last = records.last else { return }
            var size = 0
            for record in records where record.id <= tail {
                size += record.bytes.count
                do throws(LogDefect) { try body(record) } catch {
                    throw .defect(shard, name, error)
                }
            }
            place = last.id
            limit = size > target ? max(limit / 2, 1) : min(limit * 2, Self.limitMax)
            rest()
        }
    }

    /// Closes the connection.
    func close() { observer.close() }

    private func rest() {
        if isLive { waiter.pause(milliseconds: 1) }
    }

    private func value<Value>(
        _ start: (@escaping (Result<Value, LogObserverError>) -> Void) -> Void
    ) throws(InspectionError) -> Value {
        switch waiter.result(start) {
        case nil: throw silence("no answer in time")
        case .failure(let error)?: throw .unreachable(name, reason: error.description)
        case .success(let value)?: return value
        }
    }

    private func silence(_ reason: String) -> InspectionError {
        waiter.isInterrupted ? .interrupted : .unreachable(name, reason: reason)
    }
}
