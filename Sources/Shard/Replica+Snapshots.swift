import Replication
import Trading
import Wire

/// Where the writing or reading of a snapshot has come to.
struct SnapshotProgress {
    enum Step: Equatable {
        case idle
        /// Asking for the manifest to restore from.
        case finding
        /// Asking whether a standby has written a snapshot lately.
        case checking
        /// Reading chunks into the state.
        case restoring(SnapshotManifest, bytes: [UInt8])
        /// Storing chunks; `bytes` is the whole encoded state.
        case writing(SnapshotManifest, bytes: [UInt8])
        /// Reading the stored chunks back before the log is trimmed (rule 5).
        case verifying(SnapshotManifest, bytes: [UInt8])
    }

    var step = Step.idle
    /// The newest snapshot known, and the one before: the log is trimmed to that one, so that a
    /// follower up to one interval behind needs no snapshot.
    var newest: SnapshotManifest?
    private(set) var entries: UInt64 = 0
    private(set) var bytes = 0

    mutating func count(_ record: LogRecord) {
        entries += 1
        bytes += record.bytes.count
    }

    /// Where neither log nor snapshot led on, and how often in a row.
    private var lack = (at: EntryID.zero, count: 0)

    mutating func lacks(_ id: EntryID) -> Int {
        lack = (id, lack.at == id ? lack.count + 1 : 1)
        return lack.count
    }

    mutating func restart() {
        entries = 0
        bytes = 0
    }

    /// Whether the state is about to be replaced.
    var isRestoring: Bool {
        switch step {
        case .finding, .restoring: true
        case .idle, .checking, .writing, .verifying: false
        }
    }

    mutating func abandon() { step = .idle }
}

extension Replica {
    /// Times in a row that neither log nor snapshot may lead on from the same entry.
    private static let lackMax = 8

    /// Starts to rebuild the state from the newest snapshot, then the log.
    func restore(_ effects: inout [ReplicaEffect]) {
        guard isAcceptorReady, !isHalted else { return }
        leader?.restart()
        snapshots.step = .finding
        effects.append(.ask(.readManifest))
    }

    /// Takes a snapshot when enough was applied since the last one.
    ///
    /// The standby does, so that the primary never pauses. A primary left alone does it four times as seldom.
    func takeSnapshotIfDue(_ effects: inout [ReplicaEffect]) {
        guard snapshots.step == .idle, isAcceptorReady, isRestored else { return }
        let patience: UInt64
        switch duty {
        case .standby(writesSnapshots: true): patience = 1
        case .primary where isServing: patience = 4
        default: return
        }
        guard
            snapshots.entries >= settings.snapshotEntries * patience
                || snapshots.bytes >= settings.snapshotBytes * Int(patience)
        else { return }
        guard isServing else { return beginSnapshot(&effects) }
        snapshots.step = .checking
        effects.append(.ask(.readManifest))
    }

    /// A primary found its log long: only where no standby has written a snapshot does it itself.
    private func checked(_ manifest: SnapshotManifest?, _ effects: inout [ReplicaEffect]) {
        snapshots.step = .idle
        guard manifest == snapshots.newest else {
            snapshots.newest = manifest
            return snapshots.restart()
        }
        beginSnapshot(&effects)
    }

    private func beginSnapshot(_ effects: inout [ReplicaEffect]) {
        var writer = ByteWriter(capacity: 1 << 20)
        writer.write(cursor.commandCount)
        writer.write(cursor.time)
        machine.encode(into: &writer)
        let size = SnapshotManifest.chunkSizeMax
        let manifest = SnapshotManifest(
            id: cursor.id,
            hash: cursor.hash,
            stateHash: SipHash.hash(writer.bytes, in: 0..<writer.bytes.count),
            size: writer.bytes.count,
            chunkCount: (writer.bytes.count + size - 1) / size
        )
        snapshots.restart()
        snapshots.step = .writing(manifest, bytes: writer.bytes)
        writeChunk(0, &effects)
    }

    private func writeChunk(_ index: Int, _ effects: inout [ReplicaEffect]) {
        guard case .writing(let manifest, let bytes) = snapshots.step else { return }
        let start = index * SnapshotManifest.chunkSizeMax
        let end = min(start + SnapshotManifest.chunkSizeMax, bytes.count)
        let chunk = Array(bytes[start..<end])
        effects.append(.ask(.writeChunk(manifest, index: index, bytes: chunk)))
    }

    /// Takes the answer to any request about snapshots.
    func snapshotStep(
        _ reply: AcceptorReply,
        to request: AcceptorRequest,
        _ effects: inout [ReplicaEffect]
    ) {
        switch (request, reply, snapshots.step) {
        case (.readManifest, .manifest(let manifest), .finding): found(manifest, &effects)
        case (.readManifest, .manifest(let manifest), .checking): checked(manifest, &effects)
        case (
            .readChunk(let asked, let index), .chunk(let chunk), .restoring(let manifest, var bytes)
        ):
            guard asked.isNext(index, of: manifest, after: bytes) else { return }
            guard let chunk else { return restore(&effects) }
            bytes.append(contentsOf: chunk)
            snapshots.step = .restoring(manifest, bytes: bytes)
            readOn(manifest, index, &effects) { finishRestore(manifest, bytes, &$0) }
        case (.writeChunk(_, let index, _), .done, .writing(let manifest, _)):
            if index + 1 < manifest.chunkCount { return writeChunk(index + 1, &effects) }
            snapshots.step = .verifying(manifest, bytes: [])
            effects.append(.ask(.readChunk(manifest, index: 0)))
        case (
            .readChunk(let asked, let index), .chunk(let chunk), .verifying(let manifest, var bytes)
        ):
            guard asked.isNext(index, of: manifest, after: bytes) else { return }
            guard let chunk else { return snapshots.abandon() }
            bytes.append(contentsOf: chunk)
            snapshots.step = .verifying(manifest, bytes: bytes)
            readOn(manifest, index, &effects) { finishWriting(manifest, bytes, &$0) }
        case (.putManifest(_, let named), .done, .verifying(let manifest, _))
        where named == manifest:
            trim(after: manifest, &effects)
        case (.putManifest, .fenced, .verifying): snapshots.abandon()
        case (.readManifest, .failed, _), (.readChunk, .failed, _), (.writeChunk, .failed, _),
            (.putManifest, .failed, _):
            snapshots.abandon()
        default: break
        }
    }

    private func found(_ manifest: SnapshotManifest?, _ effects: inout [ReplicaEffect]) {
        snapshots.newest = manifest
        guard let manifest, manifest.id.sequence > cursor.id.sequence else {
            snapshots.step = .idle
            // Nothing newer than what we have: go on from there, at first from the empty log. Entries
            // are trimmed only behind a snapshot that holds them; another acceptor may have both.
            guard !isRestored || snapshots.lacks(cursor.id) < Self.lackMax else {
                return halt("no snapshot covers what the log lacks", &effects)
            }
            isRestored = true
            return resume(&effects)
        }
        snapshots.step = .restoring(manifest, bytes: [])
        effects.append(.ask(.readChunk(manifest, index: 0)))
    }

    private func readOn(
        _ manifest: SnapshotManifest,
        _ index: Int,
        _ effects: inout [ReplicaEffect],
        finish: (inout [ReplicaEffect]) -> Void
    ) {
        if index + 1 < manifest.chunkCount {
            effects.append(.ask(.readChunk(manifest, index: index + 1)))
        } else {
            finish(&effects)
        }
    }

    private func finishRestore(
        _ manifest: SnapshotManifest,
        _ bytes: [UInt8],
        _ effects: inout [ReplicaEffect]
    ) {
        snapshots.step = .idle
        guard bytes.count == manifest.size,
            SipHash.hash(bytes, in: 0..<bytes.count) == manifest.stateHash
        else { return halt("the snapshot at \(manifest.id) is damaged", &effects) }
        do {
            var reader = ByteReader(bytes)
            let commandCount = try reader.read(UInt64.self)
            let time = try reader.readTimestamp()
            machine = try ShardMachine(decoding: &reader)
            try reader.finish()
            cursor = LogCursor(
                id: manifest.id,
                hash: manifest.hash,
                commandCount: commandCount,
                time: time
            )
            cursor.applied(digest: machine.digest)
        } catch {
            return halt("the snapshot at \(manifest.id) cannot be read: \(error)", &effects)
        }
        // Followers of the feed have events up to another position: they ask again.
        restartFeeds(&effects)
        snapshots.restart()
        isRestored = true
        effects.append(.note(.info, "restored the snapshot at \(manifest.id)"))
        resume(&effects)
    }

    private func finishWriting(
        _ manifest: SnapshotManifest,
        _ bytes: [UInt8],
        _ effects: inout [ReplicaEffect]
    ) {
        guard bytes.count == manifest.size,
            SipHash.hash(bytes, in: 0..<bytes.count) == manifest.stateHash
        else {
            effects.append(.note(.error, "the snapshot at \(manifest.id) reads back damaged"))
            return snapshots.abandon()
        }
        effects.append(.ask(.putManifest(cursor.id.epoch, manifest)))
    }

    private func trim(after manifest: SnapshotManifest, _ effects: inout [ReplicaEffect]) {
        if let before = snapshots.newest {
            effects.append(.ask(.trim(cursor.id.epoch, before: before.id)))
        }
        snapshots.newest = manifest
        snapshots.step = .idle
        effects.append(.note(.info, "snapshot at \(manifest.id), \(manifest.size) bytes"))
    }
}

extension SnapshotManifest {
    /// Whether a chunk of this snapshot is the one waited for: an answer can be late, to a question
    /// about another snapshot.
    fileprivate func isNext(_ index: Int, of wanted: Self, after bytes: [UInt8]) -> Bool {
        self == wanted && index * Self.chunkSizeMax == bytes.count
    }
}
