import Trading

/// The place of an entry in a shard's log: the Redis stream id `epoch-seq`.
///
/// `seq` rises by one per entry across epochs; the epoch makes ids of a later term larger.
public struct EntryID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The term the entry was written in.
    public var epoch: Epoch
    /// Its place.
    public var sequence: SequenceNumber

    /// Before the first entry.
    public static let zero = EntryID(epoch: Epoch(0), sequence: SequenceNumber(0))

    /// After every entry.
    public static let max = EntryID(epoch: Epoch(.max), sequence: SequenceNumber(.max))

    /// Makes an id.
    public init(epoch: Epoch, sequence: SequenceNumber) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Orders as Redis does: epoch first.
    public static func < (left: Self, right: Self) -> Bool {
        (left.epoch, left.sequence) < (right.epoch, right.sequence)
    }

    /// `epoch-seq`, as Redis writes it.
    public var description: String { "\(epoch)-\(sequence)" }
}

/// The hash that chains an entry to all before it; 0 before the first entry.
public struct ChainHash: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The bare 64 bits.
    public var rawValue: UInt64

    /// Before the first entry.
    public static let zero = ChainHash(rawValue: 0)

    /// Wraps 64 bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Sixteen hexadecimal digits, as the log shows them.
    public var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What an entry of the log is.
public enum EntryKind: UInt8, Sendable {
    /// A group of commands committed together.
    case batch = 0
    /// The first entry of an epoch; commits before its primary serves (I5).
    case newEpoch = 1
}

/// One entry of a shard's log: a batch of commands, or the marker that opens an epoch.
public struct LogEntry: Equatable, Sendable {
    /// Layout version written by this build.
    public static let version: UInt16 = 2
    /// Bytes before the payload.
    public static let headerSize = 72
    /// The largest payload taken, in bytes.
    public static let payloadSizeMax = 4 << 20

    /// Where it stands.
    public var id: EntryID
    /// Batch or marker.
    public var kind: EntryKind
    /// Hash of the entry before.
    public var previousHash: ChainHash
    /// Number of the first command, counted from 1 over the whole log.
    public var firstCommand: UInt64
    /// How many commands the payload holds.
    public var commandCount: UInt32
    /// Leader time, `max(previous, wall)`: the only clock of the state machine.
    public var time: Timestamp
    /// The last entry the leader knew to be committed when it wrote this one.
    public var committed: SequenceNumber
    /// State digest after applying the entry `committed`; replicas compare theirs (I3).
    public var committedDigest: UInt64
    /// The commands, each a blob.
    public var payload: [UInt8]

    /// Makes an entry of all its fields.
    public init(
        id: EntryID,
        kind: EntryKind,
        previousHash: ChainHash,
        firstCommand: UInt64,
        commandCount: UInt32,
        time: Timestamp,
        committed: SequenceNumber,
        committedDigest: UInt64,
        payload: [UInt8]
    ) {
        self.id = id
        self.kind = kind
        self.previousHash = previousHash
        self.firstCommand = firstCommand
        self.commandCount = commandCount
        self.time = time
        self.committed = committed
        self.committedDigest = committedDigest
        self.payload = payload
    }

    /// The entry as it is stored, with the hash that the next entry chains to.
    public func encoded() -> LogRecord {
        var writer = ByteWriter(capacity: Self.headerSize + payload.count)
        writer.write(Self.version)
        writer.write(kind)
        writer.write(UInt8(0))
        writer.write(UInt32(0))
        writer.write(id.epoch)
        writer.write(id.sequence)
        writer.write(previousHash)
        writer.write(firstCommand)
        writer.write(commandCount)
        writer.write(UInt32(payload.count))
        writer.write(time)
        writer.write(committed)
        writer.write(committedDigest)
        invariant(writer.bytes.count == Self.headerSize, "the header has its size")
        writer.write(raw: payload)
        let checksum = Self.checksum(of: writer.bytes)
        for byte in 0..<4 {
            writer.bytes[4 + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * byte))
        }
        return LogRecord(id: id, hash: Self.chainHash(of: writer.bytes), bytes: writer.bytes)
    }

    /// Reads a stored entry, checking version, checksum and sizes.
    ///
    /// - Parameter bytes: What Redis holds under the entry's id.
    /// - Throws: `DecodeError`.
    public init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        let version = try reader.read(UInt16.self)
        guard version == Self.version else { throw .unsupportedVersion(version) }
        kind = try reader.read(EntryKind.self)
        _ = try reader.read(UInt8.self)
        let checksum = try reader.read(UInt32.self)
        guard bytes.count >= Self.headerSize else { throw .truncated(at: bytes.count) }
        guard checksum == Self.checksum(of: bytes) else { throw .badChecksum }
        id = EntryID(
            epoch: try reader.read(Epoch.self),
            sequence: try reader.read(SequenceNumber.self)
        )
        previousHash = try reader.read(ChainHash.self)
        firstCommand = try reader.read(UInt64.self)
        commandCount = try reader.read(UInt32.self)
        let payloadSize = Int(try reader.read(UInt32.self))
        guard payloadSize <= Self.payloadSizeMax else {
            throw .badValue(field: "payload size", at: 44)
        }
        time = try reader.readTimestamp()
        committed = try reader.read(SequenceNumber.self)
        committedDigest = try reader.read(UInt64.self)
        payload = try reader.read(count: payloadSize)
        try reader.finish()
    }

    /// The same entry in a later epoch: its chain hash does not change.
    ///
    /// - Parameter epoch: Of the primary that proposes it again.
    /// - Returns: The entry as it is stored.
    public func proposed(again epoch: Epoch) -> LogRecord {
        var entry = self
        entry.id.epoch = epoch
        return entry.encoded()
    }

    /// Covers everything but the checksum itself, which stands in bytes 4 to 7.
    private static func checksum(of bytes: [UInt8]) -> UInt32 {
        CRC32C.checksum(bytes, in: 8..<bytes.count, continuing: CRC32C.checksum(bytes, in: 0..<4))
    }

    /// The hash of a stored entry: everything from its sequence number on, the epoch left out.
    ///
    /// An entry that is proposed again under a later epoch keeps its content and so its hash.
    ///
    /// - Parameter bytes: A stored entry.
    /// - Returns: What the next entry carries as `previousHash`.
    public static func chainHash(of bytes: [UInt8]) -> ChainHash {
        // Bytes 16... hold sequence, previous hash and content; kind is the key's second word.
        ChainHash(
            rawValue: SipHash.hash(bytes, in: 16..<bytes.count, key: (0, UInt64(bytes[2])))
        )
    }
}

/// An entry as an acceptor stores it.
public struct LogRecord: Equatable, Sendable {
    /// Where it stands.
    public var id: EntryID
    /// Its chain hash.
    public var hash: ChainHash
    /// The encoded entry.
    public var bytes: [UInt8]

    /// Makes a record.
    public init(id: EntryID, hash: ChainHash, bytes: [UInt8]) {
        self.id = id
        self.hash = hash
        self.bytes = bytes
    }
}
