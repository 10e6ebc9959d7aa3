import Trading
import Wire

/// What a node asks of a log acceptor: one Redis instance holding one shard's log.
///
/// Every request is safe to send again: those that write are fenced by the epoch and idempotent.
public enum AcceptorRequest: Equatable, Sendable {
    /// Makes an empty log with an incarnation; answers `done` also where one exists already.
    case create(incarnation: UInt64)
    /// Makes a learner where there is nothing: it takes a snapshot and `admit`, and never votes.
    case prepare(incarnation: UInt64)
    /// Fills a learner as `open` would and gives it its vote, in one step; on an acceptor that
    /// votes it is an `open`.
    case admit(Epoch, base: EntryID, baseHash: ChainHash, records: [LogRecord])
    /// Refuses all lower epochs from now on, and this one to every other owner; tells the tail.
    case seal(Epoch, owner: UInt64)
    /// Opens a sealed epoch: drops what is after the base and adds the records, in one step.
    case open(Epoch, base: EntryID, baseHash: ChainHash, records: [LogRecord])
    /// Adds one record after `previous`.
    case append(Epoch, previous: EntryID, LogRecord)
    /// Tells whether the epoch is still the open one, without writing.
    case verify(Epoch)
    /// Reads records after an id, oldest first.
    case read(after: EntryID, limit: Int)
    /// Reads the last record whose id is not above another.
    case find(atMost: EntryID)
    /// Drops records before an id; the tail always stays.
    case trim(Epoch, before: EntryID)
    /// Reads the manifest of the newest snapshot.
    case readManifest
    /// Reads one chunk of a snapshot.
    case readChunk(SnapshotManifest, index: Int)
    /// Stores one chunk of a snapshot not yet named by a manifest.
    case writeChunk(SnapshotManifest, index: Int, bytes: [UInt8])
    /// Makes a snapshot whose chunks are all stored the newest one and drops the one before.
    case putManifest(Epoch, SnapshotManifest)
}

/// What an acceptor answers.
public enum AcceptorReply: Equatable, Sendable {
    case done
    /// The answer to `seal`.
    case sealed(tail: EntryID, hash: ChainHash)
    /// A higher epoch was promised, or this one is not open: the asker has lost its term.
    case fenced(promised: Epoch, opened: Epoch)
    /// The record does not follow the tail.
    case gap(tail: EntryID)
    /// `open` did not find the base, or not with that hash.
    case mismatch(tail: EntryID, hash: ChainHash)
    /// This acceptor was never created or has lost its disk: it must not vote (I6).
    case noIncarnation
    case records([LogRecord])
    case manifest(SnapshotManifest?)
    case chunk([UInt8]?)
    /// Redis refused or is unfit; the text is for the operator.
    case failed(String)
}

/// Names a snapshot: where in the log it stands and what it must hash to.
public struct SnapshotManifest: Equatable, Sendable {
    /// The largest chunk in bytes.
    public static let chunkSizeMax = 256 << 10

    /// The last entry applied.
    public var id: EntryID
    /// Its chain hash: the log goes on from here.
    public var hash: ChainHash
    /// SipHash of the whole encoded state.
    public var stateHash: UInt64
    /// Bytes of the whole encoded state.
    public var size: Int
    /// Number of chunks.
    public var chunkCount: Int

    /// Makes a manifest.
    public init(id: EntryID, hash: ChainHash, stateHash: UInt64, size: Int, chunkCount: Int) {
        self.id = id
        self.hash = hash
        self.stateHash = stateHash
        self.size = size
        self.chunkCount = chunkCount
    }
}
