import Trading
import Wire

/// Why a record cannot be applied after what was applied before.
public enum LogFault: Error, Equatable, Sendable {
    /// Records between are missing: trimmed away, catch up from a snapshot.
    case gap(expected: SequenceNumber, found: SequenceNumber)
    /// The record does not chain to what was applied: this replica followed another history.
    case chainBroken(at: EntryID)
    /// The record cannot be read.
    case corrupt(at: EntryID, DecodeError)
    /// The leader's state differs from ours after the same entries (I3).
    case digestMismatch(at: SequenceNumber, leader: UInt64, own: UInt64)
}

/// A replica's place in its log: what it has applied, and the checks that let the next record in.
public struct LogCursor: Equatable, Sendable {
    /// The last entry applied.
    public private(set) var id: EntryID
    /// The last record seen, where to read on: what was applied may come again under later epochs.
    public private(set) var place: EntryID
    /// The chain hash of the last entry applied.
    public private(set) var hash: ChainHash
    /// Commands applied since the log began.
    public private(set) var commandCount: UInt64
    /// Log time of the last entry.
    public private(set) var time: Timestamp
    /// State digests after recent entries, for comparing with the leader's.
    private var digests: [(sequence: SequenceNumber, digest: UInt64)] = []

    private static let digestCountMax = 64

    /// The start of an empty log.
    public init() {
        id = .zero
        place = .zero
        hash = .zero
        commandCount = 0
        time = .zero
    }

    /// Takes up the place a snapshot stands at.
    ///
    /// - Parameters:
    ///   - id: The last entry in the snapshot.
    ///   - hash: Its chain hash.
    ///   - commandCount: Commands applied up to it.
    ///   - time: Its log time.
    public init(id: EntryID, hash: ChainHash, commandCount: UInt64, time: Timestamp) {
        self.id = id
        place = id
        self.hash = hash
        self.commandCount = commandCount
        self.time = time
    }

    /// Checks the next record and moves on to it.
    ///
    /// - Parameter record: As read from an acceptor.
    /// - Returns: The entry to apply, or `nil` when it was applied before.
    /// - Throws: `LogFault`; the cursor has not moved then.
    public mutating func advance(to record: LogRecord) throws(LogFault) -> LogEntry? {
        guard record.id.sequence > id.sequence else {
            try follow(record)
            return nil
        }
        let entry: LogEntry
        do { entry = try LogEntry(decoding: record.bytes) } catch {
            throw .corrupt(at: record.id, error)
        }
        guard entry.id == record.id else {
            throw .corrupt(at: record.id, .badValue(field: "id", at: 8))
        }
        let expected = SequenceNumber(id.sequence.rawValue + 1)
        guard entry.id.sequence == expected else {
            throw .gap(expected: expected, found: entry.id.sequence)
        }
        guard entry.previousHash == hash, entry.firstCommand == commandCount + 1 else {
            throw .chainBroken(at: entry.id)
        }
        try compare(entry)
        id = entry.id
        place = id
        hash = LogEntry.chainHash(of: record.bytes)
        commandCount += UInt64(entry.commandCount)
        time = max(time, entry.time)
        return entry
    }

    /// The last entry applied may come again under the id of a later epoch: the log knows it by that.
    private mutating func follow(_ record: LogRecord) throws(LogFault) {
        place = max(place, record.id)
        guard record.id.sequence == id.sequence, record.id > id else { return }
        guard record.hash == hash else { throw .chainBroken(at: record.id) }
        id = record.id
    }

    /// Reads from the beginning again.
    ///
    /// The place may be an id that only a primary gave which never had a majority: the log that goes
    /// on has another, and the entries after it may lie below.
    ///
    /// - Returns: Whether that is any use: whether the place was another.
    public mutating func rewind() -> Bool {
        defer { place = .zero }
        return place != .zero
    }

    /// Notes the state digest after the entry just applied.
    ///
    /// - Parameter digest: Of the whole state machine.
    public mutating func applied(digest: UInt64) {
        if digests.count == Self.digestCountMax { digests.removeFirst(Self.digestCountMax / 2) }
        digests.append((id.sequence, digest))
    }

    private func compare(_ entry: LogEntry) throws(LogFault) {
        guard let own = digests.last(where: { $0.sequence == entry.committed }) else { return }
        guard own.digest == entry.committedDigest else {
            throw .digestMismatch(
                at: entry.committed,
                leader: entry.committedDigest,
                own: own.digest
            )
        }
    }

    /// Whether two cursors stand at the same place with the same history.
    public static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.hash == right.hash && left.commandCount == right.commandCount
    }
}
