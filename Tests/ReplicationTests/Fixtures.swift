import Replication
import Trading
import Wire

/// Builds entries that follow one another.
struct LogBuilder {
    var epoch = Epoch(1)
    var id = EntryID.zero
    var hash = ChainHash.zero
    var commandCount: UInt64 = 0
    var time = Timestamp.zero

    /// The next entry, stored.
    mutating func next(
        kind: EntryKind = .batch,
        commands: UInt32 = 1,
        committed: UInt64 = 0,
        digest: UInt64 = 0
    ) -> LogRecord {
        id = EntryID(epoch: epoch, sequence: SequenceNumber(id.sequence.rawValue + 1))
        time = Timestamp(microseconds: time.microseconds + 10)
        let record = LogEntry(
            id: id,
            kind: kind,
            previousHash: hash,
            firstCommand: commandCount + 1,
            commandCount: commands,
            time: time,
            committed: SequenceNumber(committed),
            committedDigest: digest,
            payload: [UInt8](repeating: 7, count: Int(commands))
        ).encoded()
        commandCount += UInt64(commands)
        hash = record.hash
        return record
    }
}

extension LogLeader {
    /// A leader of epoch 3 over an empty log, with its marker durable.
    static func leading() -> LogLeader {
        var leader = LogLeader(epoch: Epoch(3))
        _ = leader.received(.sealed(tail: .zero, hash: .zero), to: .seal(Epoch(3), owner: 0))
        let request = try? leader.open(cursor: LogCursor(), time: .zero, digest: 0, payload: [])
        guard let request else { fatalError("an empty log opens") }
        _ = leader.received(.done, to: request)
        return leader
    }

    /// Proposes a batch of one command with this byte as its payload.
    mutating func propose(_ byte: UInt8) -> AcceptorRequest {
        propose(
            payload: [byte],
            commandCount: 1,
            firstCommand: UInt64(byte),
            time: Timestamp(microseconds: Int64(byte)),
            committed: SequenceNumber(1),
            digest: 0
        )
    }
}

extension AcceptorRequest {
    /// The record of an append, or the first of an open.
    var record: LogRecord? {
        switch self {
        case .append(_, _, let record): record
        case .open(_, _, _, let records): records.first
        default: nil
        }
    }

    /// The previous id of an append.
    var previous: EntryID? {
        if case .append(_, let previous, _) = self { previous } else { nil }
    }
}

func entryID(_ epoch: UInt64, _ sequence: UInt64) -> EntryID {
    EntryID(epoch: Epoch(epoch), sequence: SequenceNumber(sequence))
}
