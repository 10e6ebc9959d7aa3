import Replication
import Trading
import Wire

/// The entries of one log that a majority has stored: each follows the one before, for ever (I2).
struct DurableChain {
    enum Step {
        /// It was durable before, with this content.
        case known
        /// The next entry.
        case next(LogEntry)
        /// What must never be.
        case wrong(String)
    }

    /// Entry of sequence `index + 1`: the newest id under which it is durable, and its hash.
    private var links: [(id: EntryID, hash: ChainHash)] = []
    /// Epochs whose marker is durable.
    private(set) var openedEpochs: Set<Epoch> = []
    private var hash = ChainHash.zero
    private var commandCount: UInt64 = 0

    var count: UInt64 { UInt64(links.count) }

    /// Takes a record that a majority of the acceptors has stored.
    mutating func take(_ record: LogRecord) -> Step {
        let sequence = record.id.sequence.rawValue
        guard sequence <= count + 1 else { return .wrong("I2: entry \(record.id) leaves a hole") }
        let entry: LogEntry
        do { entry = try LogEntry(decoding: record.bytes) } catch {
            return .wrong("entry \(record.id) cannot be read: \(error)")
        }
        // A majority may come to hold a marker only when a later term has it in its log too.
        if entry.kind == .newEpoch { openedEpochs.insert(record.id.epoch) }
        if sequence <= count {
            // Under a later epoch it may come again, with the same content.
            let known = links[Int(sequence) - 1]
            guard known.hash == record.hash else {
                return .wrong("I2: entry \(known.id) was replaced by \(record.id)")
            }
            if record.id.epoch > known.id.epoch { links[Int(sequence) - 1].id = record.id }
            return .known
        }
        guard entry.previousHash == hash, entry.firstCommand == commandCount + 1 else {
            return .wrong("I2: entry \(record.id) does not follow the last durable one")
        }
        links.append((record.id, record.hash))
        hash = record.hash
        commandCount += UInt64(entry.commandCount)
        return .next(entry)
    }
}
