import Replication
import Trading
import Wire

extension AcceptorReply {
    /// Reads the answer of Redis; nil when the connection was lost and the outcome is unknown.
    ///
    /// - Parameters:
    ///   - reply: What came.
    ///   - shape: What the request leads to expect.
    init?(_ reply: RedisReply, shape: ReplyShape) {
        switch reply {
        case .disconnected: return nil
        case .error(let text): self = .failed(text)
        default: self = Self.read(reply, shape) ?? .failed("an answer of the wrong shape")
        }
    }

    private static func read(_ reply: RedisReply, _ shape: ReplyShape) -> Self? {
        switch shape {
        case .outcome: outcome(reply)
        case .records: [LogRecord](reply).map(Self.records)
        case .manifest: manifest(reply)
        case .chunk: chunk(reply)
        }
    }

    private static func outcome(_ reply: RedisReply) -> Self? {
        let words = reply.elements?.compactMap(\.text) ?? []
        switch (words.first, words.count) {
        case ("done", 1): return .done
        case ("noIncarnation", 1): return .noIncarnation
        case ("failed", 2): return .failed(words[1])
        case ("gap", 2): return EntryID(words[1]).map { .gap(tail: $0) }
        case ("fenced", 3):
            guard let promised = UInt64(words[1]), let opened = UInt64(words[2]) else { return nil }
            return .fenced(promised: Epoch(promised), opened: Epoch(opened))
        case ("sealed", 3), ("mismatch", 3):
            guard let tail = EntryID(words[1]), let hash = ChainHash(words[2]) else { return nil }
            return words[0] == "sealed"
                ? .sealed(tail: tail, hash: hash) : .mismatch(tail: tail, hash: hash)
        default: return nil
        }
    }

    private static func manifest(_ reply: RedisReply) -> Self? {
        guard let elements = reply.elements, elements.count == 5 else { return nil }
        if elements[0] == .null { return .manifest(nil) }
        let words = elements.compactMap(\.text)
        guard words.count == 5,
            let id = EntryID(words[0]),
            let hash = ChainHash(words[1]),
            let stateHash = UInt64(words[2]),
            let size = Int(words[3]),
            let chunkCount = Int(words[4])
        else { return nil }
        return .manifest(
            SnapshotManifest(
                id: id,
                hash: hash,
                stateHash: stateHash,
                size: size,
                chunkCount: chunkCount
            )
        )
    }

    private static func chunk(_ reply: RedisReply) -> Self? {
        switch reply {
        case .null: .chunk(nil)
        case .bulk(let bytes): .chunk(bytes)
        default: nil
        }
    }
}

extension EntryID {
    /// Reads `epoch-seq`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let epoch = UInt64(parts[0]), let sequence = UInt64(parts[1]) else {
            return nil
        }
        self.init(epoch: Epoch(epoch), sequence: SequenceNumber(sequence))
    }
}

extension ChainHash {
    /// Reads sixteen hexadecimal digits.
    init?(_ text: String) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
        self.init(rawValue: value)
    }
}

extension [LogRecord] {
    /// Reads the entries of a stream; nil when one of them is not ours.
    init?(_ reply: RedisReply) {
        guard let elements = reply.elements else { return nil }
        self = []
        reserveCapacity(elements.count)
        for element in elements {
            guard let record = LogRecord(element) else { return nil }
            append(record)
        }
    }
}

extension LogRecord {
    /// Reads one entry of a stream: its id, then the fields in the order our functions write.
    fileprivate init?(_ reply: RedisReply) {
        guard let parts = reply.elements, parts.count == 2,
            let id = parts[0].text.flatMap(EntryID.init),
            let fields = parts[1].elements, fields.count == 4,
            fields[0].text == "b", case .bulk(let bytes) = fields[1],
            fields[2].text == "h", let hash = fields[3].text.flatMap(ChainHash.init)
        else { return nil }
        self.init(id: id, hash: hash, bytes: bytes)
    }
}
