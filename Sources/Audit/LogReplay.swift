import Replication
import Trading
import Wire

/// Rebuilds a state from one acceptor's log and checks it against all that the log says of it.
///
/// A log that is whole is replayed from its first entry and must pass through the snapshot's state;
/// a trimmed one begins with the snapshot, and what lies before it is checked without a state.
public struct LogReplay<State: ReplayedState & ~Copyable>: ~Copyable {
    /// Entries between two sums over all balances; the last one is always summed.
    static var balanceInterval: Int { 256 }
    /// Digests kept to compare; leaders have a few batches in flight.
    static var digestCountMax: Int { 1024 }

    private enum Phase {
        /// Before the first entry.
        case undecided
        /// The log begins before the snapshot: entries up to it are not applied.
        case waiting
        case applying
    }

    private var walk: LogWalk
    private let snapshot: LogSnapshot?
    private var place: OpenedSnapshot<State>
    private var phase = Phase.undecided
    private var start = LogReport.Start.genesis
    /// The last entry the state holds.
    private var applied = SequenceNumber(0)
    private var appliedEntryCount = 0
    private var appliedCommandCount: UInt64 = 0
    /// State digests after the entries up to `applied`, the newest last.
    private var digests: [UInt64] = []
    private var digestsCompared = 0
    private var isSnapshotCompared = false
    private var balancesChecked = 0

    /// Starts a replay; the snapshot is read back here, whether it will be needed or not.
    ///
    /// - Parameters:
    ///   - snapshot: The newest of the acceptor, if it has any.
    ///   - keepsSummaries: Whether the log will be compared with others.
    /// - Throws: `LogDefect.snapshotDamaged`.
    public init(snapshot: LogSnapshot?, keepsSummaries: Bool = false) throws(LogDefect) {
        walk = LogWalk(keepsSummaries: keepsSummaries)
        self.snapshot = snapshot
        place = OpenedSnapshot(commandCount: 0, time: .zero, state: State())
        if let snapshot { place = try snapshot.open(State.self) }
    }

    /// Shows the state, for inspection.
    ///
    /// - Parameter body: Gets the state.
    /// - Returns: What the body returns.
    public func withState<Result>(_ body: (borrowing State) -> Result) -> Result {
        body(place.state)
    }

    /// Takes the next entry.
    ///
    /// - Parameter record: As the acceptor stores it.
    /// - Returns: The entry.
    /// - Throws: `LogDefect`, the first one found; the replay is over then.
    @discardableResult
    public mutating func take(_ record: LogRecord) throws(LogDefect) -> LogEntry {
        let entry = try walk.take(record)
        if case .undecided = phase { try begin(at: entry) }
        if case .waiting = phase { try reach(entry, record) } else { try apply(entry) }
        return entry
    }

    private mutating func begin(at entry: LogEntry) throws(LogDefect) {
        let first = entry.id.sequence.rawValue
        if first == 1 {
            place = OpenedSnapshot(commandCount: 0, time: .zero, state: State())
            phase = .applying
            return keepDigest()
        }
        guard let manifest = snapshot?.manifest else {
            throw .missing(from: SequenceNumber(1), through: SequenceNumber(first - 1))
        }
        let known = manifest.id.sequence.rawValue
        guard first <= known + 1 else {
            throw .missing(from: SequenceNumber(known + 1), through: SequenceNumber(first - 1))
        }
        beginWithSnapshot(manifest)
        guard first == known + 1 else { return phase = .waiting }
        // The entry of the snapshot itself is trimmed: its place comes from the manifest.
        try check(entry, follows: manifest)
    }

    private mutating func beginWithSnapshot(_ manifest: SnapshotManifest) {
        start = .snapshot(manifest.id)
        applied = manifest.id.sequence
        phase = .applying
        keepDigest()
    }

    private func check(
        _ entry: LogEntry,
        follows manifest: SnapshotManifest
    ) throws(LogDefect) {
        guard entry.previousHash == manifest.hash else {
            throw .chainBroken(entry.id, previous: manifest.hash, carried: entry.previousHash)
        }
        guard entry.firstCommand == place.commandCount + 1 else {
            throw .misnumbered(
                entry.id,
                expected: place.commandCount + 1,
                found: entry.firstCommand
            )
        }
    }

    /// On the way to the snapshot: its own entry must be the one that the manifest names.
    private mutating func reach(_ entry: LogEntry, _ record: LogRecord) throws(LogDefect) {
        guard let manifest = snapshot?.manifest, entry.id.sequence == manifest.id.sequence else {
            return
        }
        guard record.hash == manifest.hash else {
            throw .chainBroken(entry.id, previous: manifest.hash, carried: record.hash)
        }
        let total = entry.firstCommand + UInt64(entry.commandCount) - 1
        guard total == place.commandCount else {
            throw .misnumbered(entry.id, expected: place.commandCount, found: total)
        }
        phase = .applying
    }

    private mutating func apply(_ entry: LogEntry) throws(LogDefect) {
        place.time = max(place.time, entry.time)
        do { try place.state.apply(entry, at: place.time) } catch {
            throw .unreadable(entry.id, error)
        }
        place.commandCount += UInt64(entry.commandCount)
        applied = entry.id.sequence
        appliedEntryCount += 1
        appliedCommandCount += UInt64(entry.commandCount)
        try compare(entry)
        keepDigest()
        try compareSnapshot(entry)
        if appliedEntryCount % Self.balanceInterval == 0 { try checkBalances(after: entry.id) }
    }

    private mutating func keepDigest() {
        guard State.isRecorded else { return }
        if digests.count == Self.digestCountMax { digests.removeFirst(Self.digestCountMax / 2) }
        digests.append(place.state.digest)
    }

    /// Compares what the leader recorded when it wrote the entry with our state at that place.
    private mutating func compare(_ entry: LogEntry) throws(LogDefect) {
        // The newest digest kept is that of the entry before this one.
        let age = Int(clamping: entry.id.sequence.rawValue - 1 - entry.committed.rawValue)
        guard State.isRecorded, age < digests.count, entry.committed.rawValue > 0 else { return }
        let replayed = digests[digests.count - 1 - age]
        guard replayed == entry.committedDigest else {
            throw .stateDiffers(
                at: entry.committed,
                recordedIn: entry.id,
                recorded: entry.committedDigest,
                replayed: replayed
            )
        }
        digestsCompared += 1
    }

    private mutating func compareSnapshot(_ entry: LogEntry) throws(LogDefect) {
        guard let manifest = snapshot?.manifest, entry.id.sequence == manifest.id.sequence else {
            return
        }
        guard walk.hash == manifest.hash else {
            throw .chainBroken(entry.id, previous: manifest.hash, carried: walk.hash)
        }
        let hash = stateHash().hash
        guard hash == manifest.stateHash else {
            throw .snapshotDiffers(entry.id, recorded: manifest.stateHash, replayed: hash)
        }
        isSnapshotCompared = true
    }

    private mutating func checkBalances(after id: EntryID) throws(LogDefect) {
        balancesChecked += 1
        guard let (asset, balances) = place.state.unconserved else { return }
        throw .notConserved(asset, after: id, balances: balances)
    }

    private func stateHash() -> (hash: UInt64, bytes: [UInt8]) {
        let bytes = place.encoded()
        return (SipHash.hash(bytes, in: 0..<bytes.count), bytes)
    }

    /// Ends the replay at the tail that the acceptor acknowledged.
    ///
    /// The state at the end must read back from its own bytes, which checks every order, hold and
    /// balance of it.
    ///
    /// - Parameters:
    ///   - tail: The last entry the acceptor acknowledged.
    ///   - hash: Its chain hash.
    /// - Returns: What the log came to.
    /// - Throws: `LogDefect`.
    public mutating func finish(tail: EntryID, hash: ChainHash) throws(LogDefect) -> LogReport {
        if case .undecided = phase { try finishEmpty(tail: tail, hash: hash) }
        if case .waiting = phase {
            // The snapshot is of entries that this log does not have.
            let first = SequenceNumber((walk.last?.sequence.rawValue ?? 0) + 1)
            throw .missing(from: first, through: applied)
        }
        try walk.finish(tail: tail, hash: hash)
        try checkBalances(after: tail)
        let (stateHash, bytes) = stateHash()
        let manifest = SnapshotManifest(
            id: tail,
            hash: hash,
            stateHash: stateHash,
            size: bytes.count,
            chunkCount: 0
        )
        _ = try LogSnapshot(manifest: manifest, bytes: bytes).open(State.self)
        return report(tail, hash, stateHash, bytes.count)
    }

    /// A log without entries ends at its snapshot, or has not begun.
    private mutating func finishEmpty(tail: EntryID, hash: ChainHash) throws(LogDefect) {
        let (end, endHash) = snapshot.map { ($0.manifest.id, $0.manifest.hash) } ?? (.zero, .zero)
        guard tail == end, hash == endHash else {
            throw .tailDiffers(recorded: tail, hash: hash, found: end, foundHash: endHash)
        }
        if let manifest = snapshot?.manifest { beginWithSnapshot(manifest) }
        phase = .applying
    }

    private func report(
        _ tail: EntryID,
        _ hash: ChainHash,
        _ stateHash: UInt64,
        _ stateSize: Int
    ) -> LogReport {
        LogReport(
            start: start,
            entryCount: walk.entryCount,
            commandCount: walk.commandCount,
            size: walk.size,
            first: walk.first,
            last: tail,
            hash: hash,
            appliedEntryCount: appliedEntryCount,
            appliedCommandCount: appliedCommandCount,
            commandTotal: place.commandCount,
            time: place.time,
            epochs: walk.epochs,
            digestsCompared: digestsCompared,
            snapshot: snapshot.map { ($0.manifest, isSnapshotCompared) },
            balancesChecked: balancesChecked,
            stateHash: stateHash,
            stateSize: stateSize,
            summaries: walk.summaries
        )
    }
}
