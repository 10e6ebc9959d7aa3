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
    init?(_ text: String) { self.init(Array(text.utf8)) }
}

extension ChainHash {
    /// Reads sixteen hexadecimal digits.
    init?(_ text: String) { self.init(Array(text.utf8)) }
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
    ///
    /// A replica that catches up does this for every entry of a log: no text is made on the way.
    fileprivate init?(_ reply: RedisReply) {
        guard case .array(let parts) = reply, parts.count == 2,
            case .bulk(let idText) = parts[0], let id = EntryID(idText),
            case .array(let fields) = parts[1], fields.count == 4,
            case .bulk(let firstName) = fields[0], firstName == [UInt8(ascii: "b")],
            case .bulk(let bytes) = fields[1],
            case .bulk(let secondName) = fields[2], secondName == [UInt8(ascii: "h")],
            case .bulk(let hashText) = fields[3], let hash = ChainHash(hashText)
        else { return nil }
        self.init(id: id, hash: hash, bytes: bytes)
    }
}

extension EntryID {
    /// Reads the bytes of `epoch-seq`.
    init?(_ text: [UInt8]) {
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")),
            let epoch = UInt64(decimal: text[..<dash]),
            let sequence = UInt64(decimal: text[(dash + 1)...])
        else { return nil }
        self.init(epoch: Epoch(epoch), sequence: SequenceNumber(sequence))
    }
}

extension ChainHash {
    /// Reads the bytes of sixteen hexadecimal digits.
    init?(_ text: [UInt8]) {
        guard text.count == 16 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        self.init(rawValue: value)
    }
}

extension UInt64 {
    /// Reads decimal digits, at least one.
    fileprivate init?(decimal text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return nil }
        var value: UInt64 = 0
        for byte in text {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, wraps) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflows, !wraps else { return nil }
            value = sum
        }
        self = value
    }
}
