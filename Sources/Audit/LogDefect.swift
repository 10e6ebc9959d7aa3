import Trading
import Wire

/// Something a log or a snapshot must not be.
public enum LogDefect: Error, Equatable, Sendable, CustomStringConvertible {
    /// The entry's bytes are not what was written: checksum, version or layout.
    case corrupt(EntryID, DecodeError)
    /// The entry stands under another id than the one inside.
    case misplaced(EntryID, inside: EntryID)
    /// The chain hash beside the entry is not that of its bytes.
    case wrongHash(EntryID, stored: ChainHash, computed: ChainHash)
    /// Entries between are not there.
    case missing(from: SequenceNumber, through: SequenceNumber)
    /// The entry's number or epoch is not above that of the entry before it.
    case disordered(EntryID, after: EntryID)
    /// The entry carries another hash than that of the entry before it.
    case chainBroken(EntryID, previous: ChainHash, carried: ChainHash)
    /// The entry's first command does not follow the last one of the entry before it.
    case misnumbered(EntryID, expected: UInt64, found: UInt64)
    /// The entry calls one committed that it cannot have known.
    case committedAhead(EntryID, committed: SequenceNumber)
    /// The commands inside cannot be read, or are not as many as the header says.
    case unreadable(EntryID, DecodeError)
    /// The log ends before, or with another content than, the tail its acceptor acknowledged (I2).
    case tailDiffers(recorded: EntryID, hash: ChainHash, found: EntryID, foundHash: ChainHash)
    /// An epoch has entries and no marker (I5).
    case unmarked(Epoch)
    /// The replayed state differs from the one its leader recorded (I3).
    case stateDiffers(at: SequenceNumber, recordedIn: EntryID, recorded: UInt64, replayed: UInt64)
    /// The replayed state is not the one of the snapshot (I3).
    case snapshotDiffers(EntryID, recorded: UInt64, replayed: UInt64)
    /// The snapshot cannot be read back.
    case snapshotDamaged(EntryID, String)
    /// Units of an asset were lost or made (I7).
    case notConserved(AssetID, after: EntryID, balances: String)
    /// Two acceptors hold different contents under one id (I1).
    case contentsDiffer(EntryID, String, String)
    /// An acknowledged entry is not in the log that goes on (I2).
    case acknowledgedLost(SequenceNumber, known: String, missingIn: String)
    /// An acceptor voted without an incarnation, or with that of another cluster (I6).
    case wrongIncarnation(String, found: UInt64?, expected: UInt64)
    /// What an acceptor promised, opened and holds contradict each other.
    case contradiction(String, String)

    /// The rule that is broken, as the design names them where it does.
    public var rule: String {
        switch self {
        case .corrupt: "checksum"
        case .misplaced, .disordered, .missing: "sequence"
        case .wrongHash, .chainBroken: "chain"
        case .misnumbered: "command numbers"
        case .unreadable: "commands"
        case .committedAhead, .tailDiffers, .acknowledgedLost: "I2"
        case .unmarked: "I5"
        case .stateDiffers, .snapshotDiffers: "I3"
        case .snapshotDamaged: "snapshot"
        case .notConserved: "I7"
        case .contentsDiffer: "I1"
        case .wrongIncarnation, .contradiction: "I6"
        }
    }

    /// One line for the operator, beginning with the rule.
    public var description: String { "\(rule): \(text)" }

    private var text: String {
        switch self {
        case .corrupt(let id, let error): "entry \(id) is damaged: \(error)"
        case .misplaced(let id, let inside): "entry \(id) says that it is \(inside)"
        case .wrongHash(let id, let stored, let computed):
            "entry \(id) is stored with hash \(stored), its bytes have \(computed)"
        case .missing(let first, let last):
            first == last ? "entry \(first) is missing" : "entries \(first) to \(last) are missing"
        case .disordered(let id, let previous): "entry \(id) stands after \(previous)"
        case .chainBroken(let id, let previous, let carried):
            "entry \(id) follows one of hash \(carried), the one before it has \(previous)"
        case .misnumbered(let id, let expected, let found):
            "entry \(id) begins with command \(found) where \(expected) is next"
        case .committedAhead(let id, let committed):
            "entry \(id) calls entry \(committed) committed"
        case .unreadable(let id, let error): "the commands of entry \(id): \(error)"
        case .tailDiffers(let recorded, let hash, let found, let foundHash):
            "the acceptor acknowledged \(recorded) (\(hash)), its log has \(found) (\(foundHash))"
        case .unmarked(let epoch): "epoch \(epoch) has entries and no marker"
        case .stateDiffers, .snapshotDiffers, .snapshotDamaged, .notConserved: stateText
        case .contentsDiffer, .acknowledgedLost, .wrongIncarnation, .contradiction: acceptorText
        }
    }

    private var stateText: String {
        switch self {
        case .stateDiffers(let sequence, let id, let recorded, let replayed):
            "after entry \(sequence) the state is \(hex(replayed)); its leader recorded"
                + " \(hex(recorded)) in \(id)"
        case .snapshotDiffers(let id, let recorded, let replayed):
            "the snapshot at \(id) hashes to \(hex(recorded)), the replayed state to"
                + " \(hex(replayed))"
        case .snapshotDamaged(let id, let reason): "the snapshot at \(id) \(reason)"
        case .notConserved(let asset, let id, let balances):
            "asset \(asset) does not add up after entry \(id): \(balances)"
        default: ""
        }
    }

    private var acceptorText: String {
        switch self {
        case .contentsDiffer(let id, let one, let other):
            "\(one) and \(other) hold different contents under \(id)"
        case .acknowledgedLost(let sequence, let known, let missing):
            "entry \(sequence), durable by \(known), is not in the log of \(missing)"
        case .wrongIncarnation(let name, let found, let expected):
            "\(name) has incarnation \(found.map(hex) ?? "none"), expected \(hex(expected))"
        case .contradiction(let name, let reason): "\(name) \(reason)"
        default: ""
        }
    }

    private func hex(_ number: UInt64) -> String { ChainHash(rawValue: number).description }
}
