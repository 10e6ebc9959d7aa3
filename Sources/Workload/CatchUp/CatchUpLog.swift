import EventLoop
import Redis
import Replication
import Shard
import Trading
import Wire

/// The log of one shard, filled as a primary fills it.
///
/// Batches are in flight to every acceptor, and each is applied once it is durable. Only the
/// requests of clients are left out.
final class CatchUpLog {
    static let shard = ShardID(1)
    /// More than a primary has: the log is to be full soon.
    private static let inFlightMax = 32
    private static let session = SessionID(rawValue: 1)
    private static let microsecondsPerCommand: Int64 = 2

    /// Every record in the log, for the baseline.
    private(set) var records: [LogRecord] = []
    /// Taken when half of the commands were applied.
    private(set) var snapshot: (manifest: SnapshotManifest, bytes: [UInt8])?
    /// What the operator would be told.
    private(set) var notes: [String] = []
    /// Names the state at the end.
    var digest: UInt64 { machine.digest }
    var commandCount: UInt64 { cursor.commandCount }
    /// Redis instances that hold all that is durable.
    var followingCount: Int { log.followingCount }
    private(set) var failure: String?

    private let log: ShardLog
    private let commands: ArraySlice<Command>
    private let batchCount: Int
    private var machine = ShardMachine()
    private var cursor = LogCursor()
    private var leader = LogLeader(epoch: Epoch(1))
    private var batches: [[SessionCommand]] = []
    private var events: [MarketEvent] = []
    private var proposedCount = 0
    private var isSnapshotStored = false

    /// Begins to seal, open and fill an empty log.
    init(_ log: ShardLog, commands: [Command], batchCount: Int) {
        self.log = log
        self.commands = commands[...]
        self.batchCount = batchCount
        log.onReady = { [unowned self] in for request in leader.resume() { log.ask(request) } }
        log.onLost = { [unowned self] in notes.append($0) }
        log.onNote = { [unowned self] in notes.append($0) }
        log.onAnswer = { [unowned self] in received($0, to: $1) }
    }

    /// Whether every command is durable and applied.
    var isFull: Bool { Int(cursor.commandCount) == commands.count }

    private func received(_ reply: AcceptorReply, to request: AcceptorRequest) {
        switch (request, reply) {
        case (.writeChunk(let manifest, let index, _), .done): writeChunk(index + 1, of: manifest)
        case (.putManifest, .done): isSnapshotStored = true
        case (.seal, _), (.open, _), (.append, _): lead(leader.received(reply, to: request))
        default: failure = "\(reply) to a request about the snapshot"
        }
    }

    private func lead(_ outcome: LogLeader.Outcome) {
        do throws(LogFault) {
            switch outcome {
            case .nothing: break
            case .sealed:
                let request = try leader.open(cursor: cursor, time: .zero, digest: 0, payload: [])
                log.ask(request)
            case .opened(let opened):
                for record in opened { try take(record) }
                pump()
            case .committed(let record):
                try take(record)
                pump()
            case .fenced, .refused, .lost: failure = "\(outcome)"
            }
        } catch {
            failure = "\(error)"
        }
    }

    private func take(_ record: LogRecord) throws(LogFault) {
        guard let entry = try cursor.advance(to: record) else { return }
        records.append(record)
        if entry.kind == .batch {
            for command in batches.removeFirst() {
                _ = machine.apply(command, at: cursor.time, events: &events)
            }
            events.removeAll(keepingCapacity: true)
        }
        cursor.applied(digest: machine.digest)
        if snapshot == nil, Int(cursor.commandCount) >= commands.count / 2 { takeSnapshot() }
    }

    private func pump() {
        while leader.inFlight.count < Self.inFlightMax, proposedCount < commands.count {
            propose()
        }
    }

    private func propose() {
        let end = min(proposedCount + batchCount, commands.count)
        var payload = ByteWriter(capacity: 8192)
        var batch: [SessionCommand] = []
        for index in proposedCount..<end {
            let sequence = UInt64(index + 1)
            let command = SessionCommand(
                session: Self.session,
                sequence: sequence,
                acknowledged: sequence - 1,
                command: commands[index]
            )
            BatchPayload.append(command, to: &payload)
            batch.append(command)
        }
        let request = leader.propose(
            payload: payload.bytes,
            commandCount: batch.count,
            firstCommand: UInt64(proposedCount + 1),
            time: Timestamp(microseconds: Int64(end) * Self.microsecondsPerCommand),
            committed: cursor.id.sequence,
            digest: machine.digest
        )
        batches.append(batch)
        proposedCount = end
        log.ask(request)
    }

    private func takeSnapshot() {
        var writer = ByteWriter(capacity: 1 << 20)
        writer.write(cursor.commandCount)
        writer.write(cursor.time)
        machine.encode(into: &writer)
        let bytes = writer.bytes
        let size = SnapshotManifest.chunkSizeMax
        let manifest = SnapshotManifest(
            id: cursor.id,
            hash: cursor.hash,
            stateHash: SipHash.hash(bytes, in: 0..<bytes.count),
            size: bytes.count,
            chunkCount: (bytes.count + size - 1) / size
        )
        snapshot = (manifest, bytes)
    }

    // MARK: The snapshot

    /// Stores the snapshot taken at half of the log; `hasSnapshot` when that is done.
    func storeSnapshot() {
        if let manifest = snapshot?.manifest { writeChunk(0, of: manifest) }
    }

    /// Whether a joining replica will find the snapshot.
    var hasSnapshot: Bool { isSnapshotStored }

    private func writeChunk(_ index: Int, of manifest: SnapshotManifest) {
        guard let bytes = snapshot?.bytes else { return }
        guard index < manifest.chunkCount else {
            return log.ask(.putManifest(leader.epoch, manifest))
        }
        let start = index * SnapshotManifest.chunkSizeMax
        let end = min(start + SnapshotManifest.chunkSizeMax, bytes.count)
        log.ask(.writeChunk(manifest, index: index, bytes: Array(bytes[start..<end])))
    }

    func close() { log.close() }
}
