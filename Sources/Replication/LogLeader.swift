import Trading
import Wire

/// One term of leadership over a shard's log: seal, catch up, open, then append in order.
///
/// Sans-I/O: it says what to ask of the acceptor and what an answer means. Several appends may be
/// in flight; their answers come in order because one connection carries them, and after a broken
/// connection the identical bytes are sent again (DESIGN, section 3, rule 1).
public struct LogLeader: Sendable {
    /// How far the term has come.
    public enum Phase: Equatable, Sendable {
        case sealing
        /// Sealed; the replica reads up to this tail.
        case catchingUp(tail: EntryID)
        case opening
        case leading
        /// A later term exists: this one can never commit again.
        case over
    }

    /// What an answer means for the replica.
    public enum Outcome: Equatable, Sendable {
        case nothing
        /// The acceptor promised; catch up to the tail, then call `open`.
        case sealed(tail: EntryID)
        /// What was held and the marker are durable: apply them, then serve (I5).
        case opened([LogRecord])
        /// The oldest record in flight is durable: apply it, then answer (I4).
        case committed(LogRecord)
        /// Another node holds a later term.
        case fenced(promised: Epoch)
        /// The acceptor would not now, and nothing is lost: send `resume()` after a pause.
        case refused(String)
        /// The acceptor lacks what it once acknowledged, or refuses to vote.
        case lost(String)
    }

    /// The term.
    public let epoch: Epoch
    /// How far it has come.
    public private(set) var phase = Phase.sealing
    /// Records sent and not yet durable, oldest first.
    public private(set) var inFlight: [LogRecord] = []
    /// Records read that may not be committed: proposed again when the term opens.
    public private(set) var held: [LogRecord] = []
    /// The id that the log taken over has for the last entry applied, once it was read.
    private var base: EntryID?
    /// Whether the log was read from its beginning: then it has the base under no other id.
    private var isWhole = false
    private let owner: UInt64
    /// The last record proposed and its hash: what the next one chains to.
    private var tail = EntryID.zero
    private var tailHash = ChainHash.zero
    /// The last record of this term known to be durable.
    private var acknowledged = EntryID.zero
    private var openRequest: AcceptorRequest?

    /// Starts a term; send what `resume()` returns.
    ///
    /// - Parameters:
    ///   - epoch: Given by the coordinator; used by no other process.
    ///   - owner: Unlike that of any other process, where nobody gives the epochs.
    public init(epoch: Epoch, owner: UInt64 = 0) {
        self.epoch = epoch
        self.owner = owner
    }

    /// What to send now that the acceptor can be reached (again).
    public mutating func resume() -> [AcceptorRequest] {
        switch phase {
        case .sealing, .catchingUp:
            // What was read may have come from an acceptor that is gone.
            phase = .sealing
            restart()
            return [.seal(epoch, owner: owner)]
        case .over: return []
        case .opening: return openRequest.map { [$0] } ?? []
        case .leading: return inFlight.indices.map { append(at: $0) }
        }
    }

    /// Takes records read on the way to the sealed tail.
    ///
    /// Each carries how far its writer knew the log to be committed. What lies above may be on one
    /// acceptor alone: it is held, and applied only after it was proposed again.
    ///
    /// - Parameters:
    ///   - records: As read, oldest first.
    ///   - cursor: The replica's place.
    /// - Returns: Those known to be committed, to be applied now.
    public mutating func read(_ records: [LogRecord], at cursor: LogCursor) -> [LogRecord] {
        if let same = records.last(where: { $0.id.sequence == cursor.id.sequence }) {
            base = same.id
        }
        // An answer that was asked for twice brings the same again.
        let last = held.last?.id ?? .zero
        held += records.filter { $0.id > last }
        var bound = cursor.id.sequence
        if let last = held.last, let entry = try? LogEntry(decoding: last.bytes) {
            bound = max(bound, entry.committed)
        }
        let committed = Array(held.prefix { $0.id.sequence <= bound })
        held.removeFirst(committed.count)
        return committed
    }

    /// Forgets what was read: the replica reads from another place.
    ///
    /// - Parameter isWhole: Whether that is the beginning of the log.
    public mutating func restart(isWhole: Bool = false) {
        held = []
        base = nil
        self.isWhole = isWhole
    }

    /// Whether the log taken over is known to have the last entry applied under an id we know.
    ///
    /// An entry has another id in a log where a later primary proposed it again. What one epoch
    /// added follows in every log what it added before.
    ///
    /// - Parameter cursor: The replica's place.
    /// - Returns: Whether the term can open on it.
    public func knowsBase(at cursor: LogCursor) -> Bool {
        guard let tail = sealedTail else { return false }
        if knownBase(at: cursor) != nil { return true }
        let next = held.first?.id ?? tail
        return isWhole || tail == cursor.id || cursor.id == .zero || next.epoch == cursor.id.epoch
    }

    private func knownBase(at cursor: LogCursor) -> EntryID? {
        base.flatMap { $0.sequence == cursor.id.sequence ? $0 : nil }
    }

    private var sealedTail: EntryID? {
        if case .catchingUp(let tail) = phase { tail } else { nil }
    }

    /// Opens the term after catching up: what is held, then a marker.
    ///
    /// - Parameters:
    ///   - cursor: The replica's place; with what is held it must reach the sealed tail.
    ///   - time: Leader time.
    ///   - digest: State digest at the cursor.
    ///   - payload: Free text for people: which process opened the term.
    /// - Returns: What to send.
    /// - Throws: `LogFault` when what is held does not follow the cursor.
    public mutating func open(
        cursor: LogCursor,
        time: Timestamp,
        digest: UInt64,
        payload: [UInt8]
    ) throws(LogFault) -> AcceptorRequest {
        var end = cursor
        var records: [LogRecord] = []
        for record in held {
            guard let entry = try end.advance(to: record) else { continue }
            records.append(entry.proposed(again: epoch))
        }
        // The same entry may stand there under the id of another epoch; the base's hash decides.
        invariant(
            sealedTail?.sequence == end.id.sequence,
            "a term opens at the sealed tail"
        )
        let marker = LogEntry(
            id: EntryID(epoch: epoch, sequence: SequenceNumber(end.id.sequence.rawValue + 1)),
            kind: .newEpoch,
            previousHash: end.hash,
            firstCommand: end.commandCount + 1,
            commandCount: 0,
            time: max(time, end.time),
            committed: cursor.id.sequence,
            committedDigest: digest,
            payload: payload
        )
        records.append(marker.encoded())
        let request = AcceptorRequest.open(
            epoch,
            base: knownBase(at: cursor) ?? cursor.id,
            baseHash: cursor.hash,
            records: records
        )
        openRequest = request
        held = []
        inFlight = records
        phase = .opening
        return request
    }

    /// Proposes the next batch.
    ///
    /// - Parameters:
    ///   - payload: The commands.
    ///   - commandCount: How many.
    ///   - firstCommand: Number of the first.
    ///   - time: Leader time.
    ///   - committed: The last entry applied here.
    ///   - digest: State digest after it.
    /// - Returns: What to send.
    public mutating func propose(
        payload: [UInt8],
        commandCount: Int,
        firstCommand: UInt64,
        time: Timestamp,
        committed: SequenceNumber,
        digest: UInt64
    ) -> AcceptorRequest {
        invariant(phase == .leading, "only an open term proposes")
        let record = LogEntry(
            id: EntryID(epoch: epoch, sequence: SequenceNumber(tail.sequence.rawValue + 1)),
            kind: .batch,
            previousHash: tailHash,
            firstCommand: firstCommand,
            commandCount: UInt32(commandCount),
            time: time,
            committed: committed,
            committedDigest: digest,
            payload: payload
        ).encoded()
        let request = AcceptorRequest.append(epoch, previous: tail, record)
        inFlight.append(record)
        tail = record.id
        tailHash = record.hash
        return request
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - reply: From the acceptor; a lost connection gives none and calls for `resume()`.
    ///   - request: What it answers.
    /// - Returns: What it means.
    public mutating func received(_ reply: AcceptorReply, to request: AcceptorRequest) -> Outcome {
        if case .fenced(let promised, _) = reply { return end(promised) }
        if case .failed(let reason) = reply { return phase == .over ? .nothing : .refused(reason) }
        if case .noIncarnation = reply { return .lost("the acceptor has no incarnation") }
        switch (request, reply) {
        case (.seal(epoch, _), .sealed(let tail, _)) where phase == .sealing:
            phase = .catchingUp(tail: tail)
            return .sealed(tail: tail)
        case (.open(epoch, _, _, _), .done) where phase == .opening: return opened()
        case (.open(epoch, let base, _, _), .mismatch(let tail, let hash)):
            return .lost("no entry \(base) to open on; the tail is \(tail) (\(hash))")
        case (.append(epoch, _, let record), .done): return committed(record)
        case (.append(epoch, _, let record), .gap(let tail)):
            // Sent again after a broken connection, while the first sending had arrived: only this
            // term writes in this term, so a tail at or past the record proves it is there.
            if tail.epoch == epoch, tail >= record.id { return committed(record) }
            // One sent before it was refused; all that was acknowledged is there.
            if tail >= acknowledged { return .refused("\(record.id) does not follow \(tail)") }
            return .lost("the acceptor ends at \(tail), before the acknowledged \(record.id)")
        default: return .nothing
        }
    }

    private mutating func opened() -> Outcome {
        let records = inFlight
        inFlight = []
        if let marker = records.last {
            tail = marker.id
            tailHash = marker.hash
            acknowledged = marker.id
        }
        openRequest = nil
        phase = .leading
        return .opened(records)
    }

    private mutating func committed(_ record: LogRecord) -> Outcome {
        // An answer to a record that was sent twice comes twice; the second one is old news.
        guard let oldest = inFlight.first, oldest.id == record.id else { return .nothing }
        inFlight.removeFirst()
        acknowledged = record.id
        return .committed(record)
    }

    private mutating func end(_ promised: Epoch) -> Outcome {
        guard phase != .over else { return .nothing }
        phase = .over
        return .fenced(promised: promised)
    }

    private func append(at index: Int) -> AcceptorRequest {
        let record = inFlight[index]
        var previous = EntryID(
            epoch: epoch,
            sequence: SequenceNumber(record.id.sequence.rawValue - 1)
        )
        if index > 0 { previous = inFlight[index - 1].id }
        return .append(epoch, previous: previous, record)
    }
}
