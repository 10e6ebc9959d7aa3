import Replication
import Trading
import Wire

/// One shard's log as the functions of the Redis library keep it: the same rules, in plain Swift.
///
/// The rules are those of `AcceptorLibrary` in the module Redis, branch by branch; what one of its
/// functions answers this answers. It is always durable, as a Redis with `appendfsync always`.
public struct ModelAcceptor: Sendable {
    /// A fault that the checkers of the simulation must find.
    package var planted: SimulateCommand.PlantedFault?

    private var incarnation: UInt64?
    /// Set on a learner: the incarnation it gets when it is admitted.
    private var prepared: UInt64?
    /// The highest epoch sealed.
    public private(set) var promised = Epoch(0)
    /// Whose promise that is.
    private var owner: UInt64?
    /// The highest epoch opened.
    public private(set) var opened = Epoch(0)
    /// The last entry.
    public private(set) var tail = EntryID.zero
    private var hash = ChainHash.zero
    /// The entries kept, oldest first.
    public private(set) var records: [LogRecord] = []
    /// Redis takes no id at or below the highest ever added to a stream.
    private var lastAdded = EntryID.zero
    private var manifest: SnapshotManifest?
    private var writing: EntryID?
    private var chunks: [EntryID: [Int: [UInt8]]] = [:]

    /// Whether it may promise and accept: it has its incarnation.
    public var hasVote: Bool { incarnation != nil }

    /// Makes an acceptor without a log.
    public init() {}

    /// Carries out a request.
    ///
    /// - Parameter request: Whoever asks.
    /// - Returns: The answer; the acceptor has changed by then.
    public mutating func answer(_ request: AcceptorRequest) -> AcceptorReply {
        switch request {
        case .create(let number):
            incarnation = incarnation ?? number
            return .done
        case .read(let after, let limit):
            let first = firstIndex(after: after)
            return .records(Array(records[first...].prefix(limit)))
        case .find(let id): return .records(records.last { $0.id <= id }.map { [$0] } ?? [])
        case .prepare(let number):
            if incarnation == nil { prepared = number }
            return .done
        case .admit(let epoch, let base, let baseHash, let new):
            return admit(epoch, base: base, baseHash: baseHash, new)
        case .readManifest: return .manifest(manifest)
        case .readChunk(let manifest, let index): return .chunk(chunks[manifest.id]?[index])
        default: break
        }
        switch request {
        case .writeChunk(let manifest, let index, let bytes) where prepared != nil:
            return write(bytes, at: index, of: manifest.id)
        case .putManifest(let epoch, let manifest) where prepared != nil:
            return put(manifest, epoch)
        default: break
        }
        guard incarnation != nil else { return .noIncarnation }
        switch request {
        case .seal(let epoch, let owner): return seal(epoch, owner)
        case .open(let epoch, let base, let baseHash, let new):
            return open(epoch, base: base, baseHash: baseHash, new)
        case .append(let epoch, let previous, let record):
            return append(epoch, previous: previous, record)
        case .verify(let epoch): return promised == epoch && opened == epoch ? .done : fenced
        case .trim(let epoch, let before): return trim(epoch, before: before)
        case .writeChunk(let manifest, let index, let bytes):
            return write(bytes, at: index, of: manifest.id)
        case .putManifest(let epoch, let manifest): return put(manifest, epoch)
        case .create, .prepare, .admit, .read, .find, .readManifest, .readChunk: return .done
        }
    }

    private var fenced: AcceptorReply { .fenced(promised: promised, opened: opened) }

    private var snapshotID: EntryID { manifest?.id ?? .zero }

    // MARK: The log

    private mutating func seal(_ epoch: Epoch, _ asker: UInt64) -> AcceptorReply {
        guard epoch > promised || (epoch == promised && asker == owner ?? asker) else {
            return fenced
        }
        promised = epoch
        owner = asker
        return .sealed(tail: tail, hash: hash)
    }

    private mutating func admit(
        _ epoch: Epoch,
        base: EntryID,
        baseHash: ChainHash,
        _ new: [LogRecord]
    ) -> AcceptorReply {
        if incarnation != nil { return open(epoch, base: base, baseHash: baseHash, new) }
        guard let prepared else { return .noIncarnation }
        guard hash(at: base) == baseHash else { return .mismatch(tail: tail, hash: hash) }
        guard rise(new, above: base) else { return .failed("the ids do not rise") }
        incarnation = prepared
        self.prepared = nil
        (promised, opened) = (epoch, epoch)
        (tail, hash) = (base, baseHash)
        for record in new { add(record) }
        return .done
    }

    private mutating func append(
        _ epoch: Epoch,
        previous: EntryID,
        _ record: LogRecord
    ) -> AcceptorReply {
        guard planted == .skipsEpochCheck || (promised == epoch && opened == epoch) else {
            return fenced
        }
        if tail != previous {
            // Sent again after a lost answer, perhaps with later ones already behind it.
            if tail == record.id, hash == record.hash { return .done }
            guard let stored = entry(record.id) else { return .gap(tail: tail) }
            if stored.hash == record.hash { return .done }
            return .failed("another content is stored under \(record.id)")
        }
        guard record.id.epoch == epoch else { return .failed("\(record.id) is of another epoch") }
        guard record.id > lastAdded else { return .failed("\(record.id) does not rise") }
        add(record)
        return .done
    }

    private mutating func open(
        _ epoch: Epoch,
        base: EntryID,
        baseHash: ChainHash,
        _ new: [LogRecord]
    ) -> AcceptorReply {
        guard promised == epoch else { return fenced }
        // A log that stayed behind the trim jumps to a snapshot, also in its own epoch.
        let jumps = manifest != nil && base == snapshotID && tail < base
        if opened == epoch, !jumps, planted != .skipsOpenedCheck { return reopen(new) }
        let known = jumps ? manifest?.hash : hash(at: base)
        guard known == baseHash || planted == .skipsChainCheck else {
            return .mismatch(tail: tail, hash: hash)
        }
        guard rise(new, above: base) else { return .failed("the ids do not rise") }
        if jumps {
            records = []
        } else {
            records.removeSubrange(firstIndex(after: base)...)
        }
        // Where the new ids are below one that is dropped the stream is made anew.
        lastAdded = base
        tail = base
        hash = baseHash
        for record in new { add(record) }
        opened = epoch
        return .done
    }

    /// An `open` that comes again has nothing to do if its records are here; trimmed ones were.
    private func reopen(_ new: [LogRecord]) -> AcceptorReply {
        for record in new {
            if record.id > tail { return fenced }
            if let stored = entry(record.id) {
                if stored.hash != record.hash { return fenced }
            } else if let first = records.first, first.id < record.id {
                return fenced
            }
        }
        return .done
    }

    private func rise(_ new: [LogRecord], above base: EntryID) -> Bool {
        var last = base
        for record in new {
            if record.id <= last { return false }
            last = record.id
        }
        return true
    }

    private func hash(at id: EntryID) -> ChainHash? {
        if id == tail { return hash }
        if id == .zero { return .zero }
        if let stored = entry(id) { return stored.hash }
        // The entry of a snapshot may be trimmed, or never have been here. Where it is here under the
        // id of a later epoch the log does not go on from the snapshot's.
        if let first = records.first, first.id.sequence <= id.sequence { return nil }
        return id == snapshotID ? manifest?.hash : nil
    }

    /// A higher promise does not stop a trim: what it drops was committed in this epoch.
    private mutating func trim(_ epoch: Epoch, before: EntryID) -> AcceptorReply {
        guard opened == epoch else { return fenced }
        // Its own snapshot must reach back to what is left.
        let first = min(before, tail, snapshotID)
        records.removeAll { $0.id < first }
        return .done
    }

    private mutating func add(_ record: LogRecord) {
        records.append(record)
        lastAdded = record.id
        tail = record.id
        hash = record.hash
    }

    private func entry(_ id: EntryID) -> LogRecord? {
        // Mostly one of the newest.
        records.last { $0.id <= id }.flatMap { $0.id == id ? $0 : nil }
    }

    private func firstIndex(after id: EntryID) -> Int {
        records.lastIndex { $0.id <= id }.map { $0 + 1 } ?? 0
    }

    // MARK: Snapshots

    private mutating func write(_ bytes: [UInt8], at index: Int, of id: EntryID) -> AcceptorReply {
        guard bytes.count <= SnapshotManifest.chunkSizeMax else {
            return .failed("the chunk is too large")
        }
        if id <= snapshotID { return .done }
        // Only one unfinished snapshot is kept, the one written to last.
        if let writing, writing != id { chunks[writing] = nil }
        writing = id
        chunks[id, default: [:]][index] = bytes
        return .done
    }

    private mutating func put(_ new: SnapshotManifest, _ epoch: Epoch) -> AcceptorReply {
        guard opened == epoch || promised == epoch || prepared != nil else { return fenced }
        if new.id <= snapshotID { return .done }
        let stored = chunks[new.id] ?? [:]
        guard stored.count == new.chunkCount,
            (0..<new.chunkCount).allSatisfy({ stored[$0] != nil })
        else { return .failed("chunks are missing") }
        chunks[snapshotID] = nil
        manifest = new
        writing = nil
        return .done
    }
}
