import Trading
import Wire

/// What a log has of one epoch.
public struct EpochSpan: Equatable, Sendable {
    /// The epoch.
    public var epoch: Epoch
    /// The first entry of it that is there.
    public var first: EntryID
    /// The entry that opened it; `nil` when that is not there.
    public var marker: EntryID?
    /// Log time of the first entry.
    public var time: Timestamp
    /// How many entries are there.
    public var entryCount: Int
    /// Commands in them.
    public var commandCount: UInt64
}

/// What is kept of an entry to compare it with that of another acceptor.
public struct EntrySummary: Equatable, Sendable {
    /// Where it stands.
    public var id: EntryID
    /// Its chain hash, which leaves the epoch out.
    public var hash: ChainHash
    /// Hash of all its bytes.
    public var content: UInt64
    /// What its writer knew to be committed.
    public var committed: SequenceNumber
}

/// Reads one acceptor's log entry by entry and checks all that needs no state: checksum, ids, the
/// chain of hashes, the numbers of the commands.
///
/// It shares no code with `LogCursor`, which lets entries into a replica.
public struct LogWalk: Sendable {
    /// The first entry.
    public private(set) var first: EntryID?
    /// The last entry.
    public private(set) var last: EntryID?
    /// Chain hash of the last entry.
    public private(set) var hash = ChainHash.zero
    /// Entries read.
    public private(set) var entryCount = 0
    /// Commands in them.
    public private(set) var commandCount: UInt64 = 0
    /// Bytes of them.
    public private(set) var size = 0
    /// Number of the command that must come next; `nil` before the first entry of a trimmed log.
    public private(set) var nextCommand: UInt64?
    /// Log time: the latest of any entry.
    public private(set) var time = Timestamp.zero
    /// In the order of the log.
    public private(set) var epochs: [EpochSpan] = []
    /// One for each entry, where they were asked for.
    public private(set) var summaries: [EntrySummary] = []

    private let keepsSummaries: Bool

    /// Starts before the first entry.
    ///
    /// - Parameter keepsSummaries: Whether the log will be compared with others.
    public init(keepsSummaries: Bool = false) { self.keepsSummaries = keepsSummaries }

    /// Whether nothing was trimmed from the beginning.
    public var isWhole: Bool { first.map { $0.sequence.rawValue == 1 } ?? false }

    /// Takes the next entry.
    ///
    /// - Parameter record: As the acceptor stores it.
    /// - Returns: The entry.
    /// - Throws: `LogDefect`; the walk has not moved then.
    public mutating func take(_ record: LogRecord) throws(LogDefect) -> LogEntry {
        let entry: LogEntry
        do { entry = try LogEntry(decoding: record.bytes) } catch {
            throw .corrupt(record.id, error)
        }
        guard entry.id == record.id else { throw .misplaced(record.id, inside: entry.id) }
        let computed = LogEntry.chainHash(of: record.bytes)
        guard record.hash == computed else {
            throw .wrongHash(record.id, stored: record.hash, computed: computed)
        }
        guard entry.committed < entry.id.sequence else {
            throw .committedAhead(entry.id, committed: entry.committed)
        }
        try follow(entry)
        note(entry, record, computed)
        return entry
    }

    private func follow(_ entry: LogEntry) throws(LogDefect) {
        guard let last else {
            // The first of a trimmed log: what it follows is not there to compare.
            guard entry.id.sequence.rawValue == 1 else { return }
            return try check(entry, previous: .zero, next: 1)
        }
        let expected = last.sequence.rawValue + 1
        let sequence = entry.id.sequence.rawValue
        guard sequence >= expected, entry.id > last else {
            throw .disordered(entry.id, after: last)
        }
        guard sequence == expected else {
            throw .missing(
                from: SequenceNumber(expected),
                through: SequenceNumber(sequence - 1)
            )
        }
        try check(entry, previous: hash, next: nextCommand)
    }

    private func check(
        _ entry: LogEntry,
        previous: ChainHash,
        next: UInt64?
    ) throws(LogDefect) {
        guard entry.previousHash == previous else {
            throw .chainBroken(entry.id, previous: previous, carried: entry.previousHash)
        }
        if let next, entry.firstCommand != next {
            throw .misnumbered(entry.id, expected: next, found: entry.firstCommand)
        }
    }

    private mutating func note(_ entry: LogEntry, _ record: LogRecord, _ hash: ChainHash) {
        if first == nil { first = entry.id }
        last = entry.id
        self.hash = hash
        entryCount += 1
        commandCount += UInt64(entry.commandCount)
        size += record.bytes.count
        nextCommand = entry.firstCommand + UInt64(entry.commandCount)
        time = max(time, entry.time)
        noteEpoch(of: entry)
        guard keepsSummaries else { return }
        summaries.append(
            EntrySummary(
                id: entry.id,
                hash: hash,
                content: SipHash.hash(record.bytes, in: 0..<record.bytes.count),
                committed: entry.committed
            )
        )
    }

    private mutating func noteEpoch(of entry: LogEntry) {
        if epochs.last?.epoch != entry.id.epoch {
            epochs.append(
                EpochSpan(
                    epoch: entry.id.epoch,
                    first: entry.id,
                    marker: nil,
                    time: entry.time,
                    entryCount: 0,
                    commandCount: 0
                )
            )
        }
        let index = epochs.count - 1
        epochs[index].entryCount += 1
        epochs[index].commandCount += UInt64(entry.commandCount)
        // Markers of earlier epochs may have been proposed again; the last one is its own.
        if entry.kind == .newEpoch { epochs[index].marker = entry.id }
    }

    /// Checks what can be said only at the end.
    ///
    /// - Parameters:
    ///   - tail: The last entry its acceptor acknowledged.
    ///   - tailHash: Its chain hash.
    /// - Throws: `LogDefect`.
    public func finish(tail: EntryID, hash tailHash: ChainHash) throws(LogDefect) {
        if let last, last != tail || hash != tailHash {
            throw .tailDiffers(recorded: tail, hash: tailHash, found: last, foundHash: hash)
        }
        // The beginning of the first epoch may be trimmed, and its marker with it.
        for span in epochs.dropFirst(isWhole ? 0 : 1) where span.marker == nil {
            throw .unmarked(span.epoch)
        }
    }
}
