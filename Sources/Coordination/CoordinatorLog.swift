import Replication
import Trading
import Wire

/// What the coordinator's log wants done; the node carries it out in order.
public enum CoordinatorLogEffect: Equatable, Sendable {
    /// Ask the acceptor of shard 0; hand the answer to `received`.
    case ask(AcceptorRequest)
    /// The log is replayed and a term is open: lead with this state.
    case lead(ClusterState)
    /// These commands are durable, all of one entry.
    case committed([CoordinationCommand], time: Timestamp)
    /// Another coordinator took over, or the log cannot be used; the process should end.
    case lost(String)
    /// Tell the operator.
    case note(String)
}

/// Shard 0's log, led by whoever sealed its newest epoch: the coordinator's only memory.
///
/// The same protocol as any shard's log, with one difference: nobody assigns the epoch, so a
/// candidate takes the one after the highest promised.
public struct CoordinatorLog {
    /// Entries after which the state is stored and the log trimmed.
    public static let snapshotEntries: UInt64 = 1000

    /// Milliseconds before an acceptor that refused is asked again.
    private static let retryMilliseconds: UInt64 = 50
    /// Milliseconds between two questions whether the term still stands.
    private static let verifyMilliseconds: UInt64 = 100
    /// Milliseconds without an answer of the log after which a leader is none to others.
    private static let confirmationMilliseconds: UInt64 = 500

    private var leader: LogLeader
    private var cursor = LogCursor()
    private var state = ClusterState.empty
    private var isReady = false
    private var isRestored = false
    private var proposals: [CoordinationCommand] = []
    private var inFlight: [[CoordinationCommand]] = []
    private var wall = Timestamp.zero
    /// Monotonic milliseconds at the last flush: a wall clock that jumps moves no deadline.
    private var now: UInt64 = 0
    private var proposedCount: UInt64 = 0
    private var proposedTime = Timestamp.zero
    /// When the acceptor refused something; it is asked again after a pause.
    private var refusedAt: UInt64?
    /// When the term was last asked about, and last confirmed.
    private var verifiedAt: UInt64 = 0
    private var confirmedAt: UInt64 = 0
    private var newest: SnapshotManifest?
    private var writing: (manifest: SnapshotManifest, bytes: [UInt8])?

    private let name: String
    private let owner: UInt64

    /// Starts as a candidate.
    ///
    /// - Parameter name: Unlike that of any other process. It stands in the marker: two candidates
    ///   may seal the same epoch, and only different markers tell whose `open` came first.
    public init(name: String = "") {
        self.name = name
        owner = SipHash.hash(Array(name.utf8), in: 0..<name.utf8.count)
        leader = LogLeader(epoch: Epoch(1), owner: owner)
    }

    /// Whether this process leads.
    public var isLeading: Bool { leader.phase == .leading }

    /// Whether it leads and its log has said so lately.
    ///
    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: Whether others may rely on its lead.
    public func isConfirmed(now: UInt64) -> Bool {
        isLeading && now < confirmedAt + Self.confirmationMilliseconds
    }

    /// The term.
    public var epoch: Epoch { leader.epoch }

    /// The last entry applied.
    public var position: SequenceNumber { cursor.id.sequence }

    /// The acceptor can be asked: first contact, or again after a lost connection.
    ///
    /// - Parameter effects: What to do is appended here.
    public mutating func acceptorReady(effects: inout [CoordinatorLogEffect]) {
        isReady = true
        start(&effects)
    }

    /// Asks for whatever is needed next; all of it may be asked twice.
    private mutating func start(_ effects: inout [CoordinatorLogEffect]) {
        refusedAt = nil
        writing = nil
        guard isRestored else { return effects.append(.ask(.readManifest)) }
        for request in leader.resume() { effects.append(.ask(request)) }
        catchUp(&effects)
    }

    /// The acceptor's connection is gone.
    public mutating func acceptorLost() { isReady = false }

    /// Queues a command for the next entry.
    ///
    /// - Parameter command: Comes back through `committed`, or never.
    public mutating func propose(_ command: CoordinationCommand) { proposals.append(command) }

    /// Proposes what is queued; called at the end of every turn of the loop.
    ///
    /// - Parameters:
    ///   - wall: Wall clock; becomes log time, which never goes back.
    ///   - now: Monotonic milliseconds.
    ///   - effects: What to do is appended here.
    public mutating func flush(
        wall: Timestamp,
        now: UInt64,
        effects: inout [CoordinatorLogEffect]
    ) {
        self.wall = wall
        self.now = now
        if let refusedAt, isReady, now >= refusedAt + Self.retryMilliseconds { start(&effects) }
        guard isLeading, isReady else { return }
        if now >= verifiedAt + Self.verifyMilliseconds {
            verifiedAt = now
            effects.append(.ask(.verify(leader.epoch)))
        }
        guard !proposals.isEmpty else { return }
        var payload = ByteWriter()
        for command in proposals { payload.write(blob: command.encoded()) }
        proposedTime = max(wall, proposedTime)
        let request = leader.propose(
            payload: payload.bytes,
            commandCount: proposals.count,
            firstCommand: proposedCount + 1,
            time: proposedTime,
            committed: cursor.id.sequence,
            digest: 0
        )
        proposedCount += UInt64(proposals.count)
        inFlight.append(proposals)
        proposals = []
        effects.append(.ask(request))
    }

    /// Takes an acceptor's answer.
    ///
    /// - Parameters:
    ///   - reply: `nil` when the connection broke first.
    ///   - request: What it answers.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ reply: AcceptorReply?,
        to request: AcceptorRequest,
        effects: inout [CoordinatorLogEffect]
    ) {
        guard let reply else { return }
        switch (request, reply) {
        case (.readManifest, .manifest(let manifest)): found(manifest, &effects)
        case (.readChunk(let manifest, _), .chunk(let chunk)): restore(manifest, chunk, &effects)
        case (.read, .records(let records)): readOn(records, &effects)
        case (.seal(let epoch, _), .fenced(let promised, _)) where epoch == leader.epoch:
            seal(after: promised, &effects)
        case (.seal(let epoch, _), .sealed(let tail, _)) where epoch == leader.epoch && !isLeading:
            // An acceptor lets the present epoch be sealed again; one that was opened is taken.
            if tail.epoch >= epoch { return seal(after: tail.epoch, &effects) }
            lead(reply, to: request, &effects)
        case (.writeChunk(let manifest, _, _), .done):
            effects.append(.ask(.putManifest(leader.epoch, manifest)))
        case (.putManifest(_, let manifest), .done): trim(after: manifest, &effects)
        case (.verify(leader.epoch), .done): confirmedAt = now
        case (.verify(leader.epoch), .fenced(let promised, _)):
            effects.append(.lost("another coordinator holds epoch \(promised)"))
        case (.seal, _), (.open, _), (.append, _): lead(reply, to: request, &effects)
        case (_, .failed(let reason)): refused(reason, &effects)
        default: break
        }
    }

    private mutating func seal(after epoch: Epoch, _ effects: inout [CoordinatorLogEffect]) {
        leader = LogLeader(epoch: Epoch(epoch.rawValue + 1), owner: owner)
        for request in leader.resume() { effects.append(.ask(request)) }
    }

    private mutating func lead(
        _ reply: AcceptorReply,
        to request: AcceptorRequest,
        _ effects: inout [CoordinatorLogEffect]
    ) {
        switch leader.received(reply, to: request) {
        case .nothing: break
        case .refused(let reason): refused(reason, &effects)
        case .sealed: catchUp(&effects)
        case .opened(let records):
            guard replay(records, &effects) else { return }
            proposedCount = cursor.commandCount
            proposedTime = cursor.time
            confirmedAt = now
            effects.append(.lead(state))
        case .committed(let record): commit(record, &effects)
        case .fenced(let promised):
            effects.append(.lost("another coordinator holds epoch \(promised)"))
        case .lost(let reason): effects.append(.lost(reason))
        }
    }

    private mutating func refused(_ reason: String, _ effects: inout [CoordinatorLogEffect]) {
        effects.append(.note("acceptor refused: \(reason)"))
        if refusedAt == nil { refusedAt = now }
    }

    private mutating func catchUp(_ effects: inout [CoordinatorLogEffect]) {
        guard case .catchingUp(let tail) = leader.phase, isRestored else { return }
        let reached = leader.held.last?.id ?? cursor.place
        guard reached == tail else {
            return effects.append(.ask(.read(after: reached, limit: 512)))
        }
        do throws(LogFault) {
            let request = try leader.open(
                cursor: cursor,
                time: wall,
                digest: 0,
                payload: Array(name.utf8)
            )
            effects.append(.ask(request))
        } catch {
            effects.append(.lost("shard 0's log does not hang together: \(error)"))
        }
    }

    private mutating func replay(
        _ records: [LogRecord],
        _ effects: inout [CoordinatorLogEffect]
    ) -> Bool {
        do {
            for record in records {
                guard let entry = try cursor.advance(to: record) else { continue }
                for command in try Self.commands(of: entry) {
                    state.apply(command, at: cursor.time)
                }
            }
        } catch {
            effects.append(.lost("shard 0's log cannot be replayed: \(error)"))
            return false
        }
        return true
    }

    private mutating func readOn(
        _ records: [LogRecord],
        _ effects: inout [CoordinatorLogEffect]
    ) {
        guard replay(leader.read(records, at: cursor), &effects) else { return }
        if records.isEmpty, case .catchingUp(let tail) = leader.phase, cursor.id != tail {
            return effects.append(.lost("shard 0's log has nothing from \(cursor.id) to \(tail)"))
        }
        catchUp(&effects)
    }

    private mutating func commit(_ record: LogRecord, _ effects: inout [CoordinatorLogEffect]) {
        invariant(!inFlight.isEmpty, "a committed record has its commands in flight")
        let commands = inFlight.removeFirst()
        do { _ = try cursor.advance(to: record) } catch {
            return effects.append(.lost("own entry does not follow: \(error)"))
        }
        for command in commands { state.apply(command, at: cursor.time) }
        effects.append(.committed(commands, time: cursor.time))
        snapshotIfDue(&effects)
    }

    private static func commands(of entry: LogEntry) throws(DecodeError) -> [CoordinationCommand] {
        guard entry.kind == .batch else { return [] }
        var reader = ByteReader(entry.payload)
        var commands: [CoordinationCommand] = []
        while reader.remaining > 0 {
            commands.append(try CoordinationCommand(decoding: try reader.readBlob()))
        }
        return commands
    }

    // MARK: Snapshots: the whole state is far below one chunk

    private mutating func snapshotIfDue(_ effects: inout [CoordinatorLogEffect]) {
        let since = cursor.id.sequence.rawValue - (newest?.id.sequence.rawValue ?? 0)
        guard since >= Self.snapshotEntries, writing == nil else { return }
        var writer = ByteWriter()
        writer.write(cursor.commandCount)
        writer.write(cursor.time)
        writer.write(raw: state.encoded())
        let bytes = writer.bytes
        guard bytes.count <= SnapshotManifest.chunkSizeMax else {
            return effects.append(.note("the cluster's state is too large for a snapshot"))
        }
        let manifest = SnapshotManifest(
            id: cursor.id,
            hash: cursor.hash,
            stateHash: SipHash.hash(bytes, in: 0..<bytes.count),
            size: bytes.count,
            chunkCount: 1
        )
        writing = (manifest, bytes)
        effects.append(.ask(.writeChunk(manifest, index: 0, bytes: bytes)))
    }

    private mutating func trim(
        after manifest: SnapshotManifest,
        _ effects: inout [CoordinatorLogEffect]
    ) {
        newest = manifest
        writing = nil
        effects.append(.ask(.trim(leader.epoch, before: manifest.id)))
    }

    private mutating func found(
        _ manifest: SnapshotManifest?,
        _ effects: inout [CoordinatorLogEffect]
    ) {
        newest = manifest
        if let manifest { return effects.append(.ask(.readChunk(manifest, index: 0))) }
        isRestored = true
        for request in leader.resume() { effects.append(.ask(request)) }
    }

    private mutating func restore(
        _ manifest: SnapshotManifest,
        _ chunk: [UInt8]?,
        _ effects: inout [CoordinatorLogEffect]
    ) {
        do {
            guard let chunk, SipHash.hash(chunk, in: 0..<chunk.count) == manifest.stateHash else {
                return effects.append(.lost("shard 0's snapshot at \(manifest.id) is damaged"))
            }
            var reader = ByteReader(chunk)
            let commandCount = try reader.read(UInt64.self)
            let time = try reader.readTimestamp()
            state = try ClusterState(decoding: try reader.read(count: reader.remaining))
            cursor = LogCursor(
                id: manifest.id,
                hash: manifest.hash,
                commandCount: commandCount,
                time: time
            )
        } catch {
            return effects.append(.lost("shard 0's snapshot cannot be read: \(error)"))
        }
        isRestored = true
        for request in leader.resume() { effects.append(.ask(request)) }
    }
}
