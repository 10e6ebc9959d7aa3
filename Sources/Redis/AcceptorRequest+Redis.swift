import Replication
import Trading
import Wire

/// The keys of one shard's log; the braces keep them on one node of a Redis Cluster.
struct LogKeys {
    private let prefix: String
    /// Hash with the promise, the open epoch, the tail and the manifest.
    let meta: [UInt8]
    /// Stream with the entries.
    let log: [UInt8]

    init(shard: ShardID) {
        prefix = "castle:{shard-\(shard)}:"
        meta = Array("\(prefix)meta".utf8)
        log = Array("\(prefix)log".utf8)
    }

    /// Hash with the chunks of one snapshot, by index.
    func snapshot(_ id: EntryID) -> [UInt8] { Array("\(prefix)snapshot:\(id)".utf8) }
}

/// What shape of answer a request has in Redis.
enum ReplyShape {
    /// A list that begins with its kind, from one of our functions.
    case outcome
    case records
    case manifest
    case chunk
}

extension AcceptorRequest {
    /// What shape the answer has.
    var replyShape: ReplyShape {
        switch self {
        case .read, .find: .records
        case .readManifest: .manifest
        case .readChunk: .chunk
        default: .outcome
        }
    }

    /// The command that asks for it.
    func command(_ keys: LogKeys) -> [[UInt8]] {
        switch self {
        case .create(let incarnation):
            return Self.call("castle_create", keys, ["\(incarnation)"])
        case .prepare(let incarnation):
            return Self.call("castle_prepare", keys, ["\(incarnation)"])
        case .seal(let epoch, let owner):
            return Self.call("castle_seal", keys, ["\(epoch)", "\(owner)"])
        case .open(let epoch, let base, let baseHash, let records):
            let words = ["\(epoch)", "\(base)", "\(baseHash)", "\(records.count)"]
            return Self.call("castle_open", keys, words) + Self.words(of: records)
        case .admit(let epoch, let base, let baseHash, let records):
            let words = ["\(epoch)", "\(base)", "\(baseHash)", "\(records.count)"]
            return Self.call("castle_admit", keys, words) + Self.words(of: records)
        case .append(let epoch, let previous, let record):
            let words = ["\(epoch)", "\(previous)", "\(record.id)", "\(record.hash)"]
            return Self.call("castle_append", keys, words) + [record.bytes]
        case .verify(let epoch):
            return Self.call("castle_verify", keys, ["\(epoch)"], verb: "FCALL_RO")
        case .trim(let epoch, let before):
            return Self.call("castle_trim", keys, ["\(epoch)", "\(before)"])
        case .read(let after, let limit):
            return [[UInt8]](words: "XRANGE") + [keys.log]
                + [[UInt8]](words: "(\(after)", "+", "COUNT", "\(limit)")
        case .find(let id):
            return [[UInt8]](words: "XREVRANGE") + [keys.log]
                + [[UInt8]](words: "\(id)", "-", "COUNT", "1")
        case .readManifest:
            return Self.readManifest(keys)
        case .readChunk(let manifest, let index):
            return [[UInt8]](words: "HGET") + [keys.snapshot(manifest.id), Array("\(index)".utf8)]
        case .writeChunk(let manifest, let index, let bytes):
            return Self.call(
                "castle_write_chunk",
                keys,
                ["\(manifest.id)", "\(index)"],
                snapshot: manifest.id
            )
                + [bytes]
        case .putManifest(let epoch, let manifest):
            return Self.call(
                "castle_put_manifest",
                keys,
                ["\(epoch)"] + manifest.words,
                snapshot: manifest.id
            )
        }
    }

    private static func readManifest(_ keys: LogKeys) -> [[UInt8]] {
        var command = [[UInt8]](words: "HMGET") + [keys.meta]
        for field in ["", "Hash", "State", "Size", "Chunks"] {
            command.append(word: "snapshot\(field)")
        }
        return command
    }

    private static func words(of records: [LogRecord]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        words.reserveCapacity(3 * records.count)
        for record in records {
            words.append(word: "\(record.id)")
            words.append(word: "\(record.hash)")
            words.append(record.bytes)
        }
        return words
    }

    private static func call(
        _ function: String,
        _ keys: LogKeys,
        _ words: [String],
        snapshot: EntryID? = nil,
        verb: String = "FCALL"
    ) -> [[UInt8]] {
        var command = [[UInt8]](words: verb, function, snapshot == nil ? "2" : "3")
        command.append(keys.meta)
        command.append(keys.log)
        if let snapshot { command.append(keys.snapshot(snapshot)) }
        for word in words { command.append(word: word) }
        return command
    }
}

extension SnapshotManifest {
    /// Its fields in the order our functions take them.
    fileprivate var words: [String] {
        ["\(id)", "\(hash)", "\(stateHash)", "\(size)", "\(chunkCount)"]
    }
}
