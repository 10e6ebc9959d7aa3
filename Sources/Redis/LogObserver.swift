import Replication
import Trading
import Wire

/// Reads shards' logs on one Redis and writes nothing: for tools that look from outside.
///
/// Every command it sends only reads, answers at once and is bounded by what is asked for. It loads
/// no functions and asserts no settings, as `LogAcceptor` does. Everything is called on the thread
/// of the loop.
public final class LogObserver {
    /// The shard of a key that our functions made, or nil.
    private static func shard(ofMeta key: String) -> ShardID? {
        let (prefix, suffix) = ("castle:{shard-", "}:meta")
        guard key.hasPrefix(prefix), key.hasSuffix(suffix) else { return nil }
        return UInt16(key.dropFirst(prefix.count).dropLast(suffix.count)).map { ShardID($0) }
    }

    private let connection: RedisConnection

    /// Takes a connection that nobody else uses.
    public init(_ connection: RedisConnection) { self.connection = connection }

    /// Tells whether the Redis answers and has loaded its file.
    ///
    /// - Parameter completion: Called once, with what the Redis says instead of `PONG`.
    public func ping(completion: @escaping (_ failure: String?) -> Void) {
        connection.send([[UInt8]](words: "PING")) { reply in
            switch reply {
            case .error(let text), .disconnected(let text): completion(text)
            default: completion(nil)
            }
        }
    }

    /// Finds the shards that have a log here.
    ///
    /// - Parameter completion: Called once: the shards in order, or nil when the Redis is silent.
    public func shards(completion: @escaping ([ShardID]?) -> Void) {
        scan(from: "0", found: [], completion)
    }

    /// In steps of a hundred keys, so that no step holds Redis up.
    private func scan(
        from place: String,
        found: Set<ShardID>,
        _ completion: @escaping ([ShardID]?) -> Void
    ) {
        let command = [[UInt8]](words: "SCAN", place, "MATCH", "castle:*:meta", "COUNT", "100")
        connection.send(command) { [self] reply in
            guard let parts = reply.elements, parts.count == 2, let next = parts[0].text,
                let keys = parts[1].elements
            else { return completion(nil) }
            let found = found.union(keys.compactMap(\.text).compactMap(Self.shard(ofMeta:)))
            if next == "0" { return completion(found.sorted()) }
            scan(from: next, found: found, completion)
        }
    }

    /// Reads what the acceptor says about a log.
    ///
    /// - Parameters:
    ///   - shard: Whose.
    ///   - completion: Called once: nil in the result for an acceptor that has nothing of the
    ///     shard; a text when the Redis does not say.
    public func state(
        of shard: ShardID,
        completion: @escaping (Result<AcceptorState?, LogObserverError>) -> Void
    ) {
        let fields = [
            "incarnation", "prepared", "prom", "open", "tail", "hash", "snapshot", "snapshotHash",
            "snapshotState", "snapshotSize", "snapshotChunks",
        ]
        var command = [[UInt8]](words: "HMGET") + [LogKeys(shard: shard).meta]
        for field in fields { command.append(word: field) }
        connection.send(command) { reply in completion(Self.state(reply)) }
    }

    /// Reads entries of a log, oldest first.
    ///
    /// - Parameters:
    ///   - shard: Whose log.
    ///   - id: The entries after this one.
    ///   - limit: At most so many.
    ///   - completion: Called once.
    public func entries(
        of shard: ShardID,
        after id: EntryID,
        limit: Int,
        completion: @escaping (Result<[LogRecord], LogObserverError>) -> Void
    ) {
        ask(.read(after: id, limit: limit), shard) { reply in
            if case .records(let records) = reply { return .success(records) }
            return .failure(LogObserverError(reply))
        } completion: {
            completion($0)
        }
    }

    /// Reads a chunk of a snapshot.
    ///
    /// - Parameters:
    ///   - index: Which, from 0.
    ///   - manifest: Of which snapshot.
    ///   - shard: Whose.
    ///   - completion: Called once: nil in the result when it is not there.
    public func chunk(
        _ index: Int,
        of manifest: SnapshotManifest,
        shard: ShardID,
        completion: @escaping (Result<[UInt8]?, LogObserverError>) -> Void
    ) {
        ask(.readChunk(manifest, index: index), shard) { reply in
            if case .chunk(let bytes) = reply { return .success(bytes) }
            return .failure(LogObserverError(reply))
        } completion: {
            completion($0)
        }
    }

    /// Closes the connection.
    public func close() { connection.close() }

    private func ask<Value>(
        _ request: AcceptorRequest,
        _ shard: ShardID,
        _ read: @escaping (AcceptorReply?) -> Result<Value, LogObserverError>,
        completion: @escaping (Result<Value, LogObserverError>) -> Void
    ) {
        let shape = request.replyShape
        connection.send(request.command(LogKeys(shard: shard))) { reply in
            completion(read(AcceptorReply(reply, shape: shape)))
        }
    }

    private static func state(
        _ reply: RedisReply
    ) -> Result<AcceptorState?, LogObserverError> {
        guard let fields = reply.elements, fields.count == 11 else {
            return .failure(LogObserverError(AcceptorReply(reply, shape: .records)))
        }
        guard fields[0] != .null || fields[1] != .null else { return .success(nil) }
        let words = fields.map(\.text)
        guard let promised = words[2].flatMap(UInt64.init),
            let opened = words[3].flatMap(UInt64.init),
            let tail = words[4].flatMap(EntryID.init), let hash = words[5].flatMap(ChainHash.init),
            case .manifest(let manifest)? = AcceptorReply(
                .array(Array(fields[6...])),
                shape: .manifest
            )
        else {
            return .failure(LogObserverError("the log's state is not as our functions write it"))
        }
        return .success(
            AcceptorState(
                incarnation: words[0].flatMap(UInt64.init),
                isLearner: fields[1] != .null && fields[0] == .null,
                promised: Epoch(promised),
                opened: Epoch(opened),
                tail: tail,
                hash: hash,
                manifest: manifest
            )
        )
    }
}

/// Why a Redis did not answer a question about a log.
public struct LogObserverError: Error, Equatable, CustomStringConvertible {
    /// One line for the operator.
    public let description: String

    init(_ description: String) { self.description = description }

    fileprivate init(_ reply: AcceptorReply?) {
        switch reply {
        case nil: self.init("the connection was lost")
        case .failed(let text): self.init(text)
        default: self.init("an answer of the wrong shape")
        }
    }
}
