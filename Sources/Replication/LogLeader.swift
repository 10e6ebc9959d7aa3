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
        /// The marker is durable: apply it, then serve (I5).
        case opened(LogRecord)
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
    /// The last record proposed and its hash: what the next one chains to.
    private var tail = EntryID.zero
    private var tailHash = ChainHash.zero
    /// The last record of this term known to be durable.
    private var acknowledged = EntryID.zero
    private var openRequest: AcceptorRequest?

    /// Starts a term; send what `resume()` returns.
    ///
    /// - Parameter epoch: Given by the coordinator; used by no other process.
    public init(epoch: Epoch) { self.epoch = epoch }

    /// What to send now that the acceptor can be reached (again).
    public func resume() -> [AcceptorRequest] {
        switch phase {
        case .sealing: return [.seal(epoch)]
        case .catchingUp, .over: return []
        case .opening: return openRequest.map { [$0] } ?? []
        case .leading: return inFlight.indices.map { append(at: $0) }
        }
    }

    /// Opens the term after catching up, with a marker as its first entry.
    ///
    /// - Parameters:
    ///   - cursor: The replica's place, which must be the sealed tail.
    ///   - time: Leader time.
    ///   - digest: State digest at the cursor.
    ///   - payload: Free text for people: which process opened the term.
    /// - Returns: What to send.
    public mutating func open(
        cursor: LogCursor,
        time: Timestamp,
        digest: UInt64,
        payload: [UInt8]
    ) -> AcceptorRequest {
        invariant(phase == .catchingUp(tail: cursor.id), "a term opens at the sealed tail")
        let marker = LogEntry(
            id: EntryID(
                epoch: epoch,
                sequence: SequenceNumber(cursor.id.sequence.rawValue + 1)
            ),
            kind: .newEpoch,
            previousHash: cursor.hash,
            firstCommand: cursor.commandCount + 1,
            commandCount: 0,
            time: max(time, cursor.time),
            committed: cursor.id.sequence,
            committedDigest: digest,
            payload: payload
        ).encoded()
        let request = AcceptorRequest.open(
            epoch,
            base: cursor.id,
            baseHash: cursor.hash,
            records: [marker]
        )
        openRequest = request
        inFlight = [marker]
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
        case (.seal(epoch), .sealed(let tail, _)) where phase == .sealing:
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
        let marker = inFlight.removeFirst()
        tail = marker.id
        tailHash = marker.hash
        acknowledged = marker.id
        openRequest = nil
        phase = .leading
        return .opened(marker)
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
