import MarketData
import Matching
import Trading
import Wire

/// What applying one command came to, for the stream that sent it.
public enum CommandOutcome: Equatable, Sendable {
    /// It ran, now or earlier: the machine keeps its reply.
    case answered
    /// It was refused before it came to the engine.
    case rejected(RejectReason)
    /// A command before it never came: the stream cannot go on.
    case gap
}

/// The replicated state of a shard: accounts and books, sessions, trade history, feed position.
///
/// A pure function of the log: the same commands at the same log times give the same bytes.
public struct ShardMachine: ~Copyable {
    private let pinned = Pinned()
    /// Accounts and books.
    public internal(set) var engine = TradingEngine()
    private var sessions = SessionTable()
    /// In order of addition.
    var histories: ContiguousArray<TradeHistory> = []
    /// Where a pair's history is, by the bare number of its id; −1 for none.
    var historyPositions: ContiguousArray<Int16> = []
    /// Public events since the log began.
    public private(set) var feedPosition = SequenceNumber(0)

    /// Starts empty.
    public init() {}

    /// Names the state: equal on replicas that applied the same entries.
    public var digest: UInt64 { engine.digest ^ (feedPosition.rawValue &* 0x9E37_79B9_7F4A_7C15) }

    /// The last sequence a session ran.
    public func lastSequence(of session: SessionID) -> UInt64 { sessions.last(of: session) }

    /// The earliest log time at which something is due by itself, without a command.
    public var nextDue: Timestamp? { engine.nextDue }

    /// Applies one command.
    ///
    /// - Parameters:
    ///   - command: With its session.
    ///   - time: Log time of its entry.
    ///   - events: Public events are appended here.
    /// - Returns: Whether there is a reply to ask for.
    public mutating func apply(
        _ command: borrowing SessionCommand,
        at time: Timestamp,
        events: inout [MarketEvent]
    ) -> CommandOutcome {
        engine.forgetReports()
        switch sessions.admit(command, at: time) {
        case .gap: return .gap
        case .full: return .rejected(.overloaded)
        case .expired: return .rejected(.duplicateExpired)
        case .answered: return .answered
        case .run: break
        }
        let start = events.count
        if case .movePair(let instrument, let generation, let step) = command.command {
            move(instrument, generation, step, at: time, events: &events)
        } else {
            engine.run(
                command.command,
                generation: command.generation,
                at: time,
                events: &events
            )
        }
        sessions.keep(engine.lastAnswer)
        record(events, from: start)
        if engine.instrumentCount > histories.count { addHistories() }
        return .answered
    }

    /// A new leader's clock goes on from here.
    ///
    /// - Parameter time: Log time of the entry that opens its epoch.
    public mutating func beginTerm(at time: Timestamp) { engine.beginTerm(at: time) }

    /// Shows the reply to a command that ran.
    ///
    /// - Parameters:
    ///   - sequence: Its number in its session.
    ///   - session: The session.
    ///   - body: Gets the reply where it is kept.
    /// - Returns: What the body returns; `nil` when the reply is not kept, since it was acknowledged
    ///   or is too old.
    public func withReply<Result>(
        to sequence: UInt64,
        of session: SessionID,
        _ body: (Reply) -> Result
    ) -> Result? { sessions.withReply(to: sequence, of: session, body) }

    /// Counts the events of a command, and puts its trades into their histories.
    @inline(__always)
    private mutating func record(_ events: [MarketEvent], from start: Int) {
        feedPosition = SequenceNumber(feedPosition.rawValue + UInt64(events.count - start))
        for index in start..<events.count {
            if case .trade(let trade) = events[index] { record(trade) }
        }
    }

    /// What a kept reply is of, which costs less than the reply itself.
    ///
    /// - Parameters:
    ///   - sequence: The number of its command in its session.
    ///   - session: The session.
    /// - Returns: What it says and the order it tells of, if any; `nil` when it is not kept.
    public func subject(
        of sequence: UInt64,
        in session: SessionID
    ) -> (kind: CommandAnswer.Kind, order: OrderID)? { sessions.subject(of: sequence, in: session) }

    private mutating func record(_ trade: Trade) {
        let position = Int(historyPositions[Int(trade.instrument.rawValue)])
        do { try histories[position].apply(trade) } catch {
            invariant(false, "the engine numbers trades without a hole: \(error)")
        }
    }

    /// Starts the history of a new pair.
    mutating func addHistories() {
        for instrument in engine.instruments { addHistory(TradeHistory(instrument: instrument)) }
    }

    private mutating func addHistory(_ history: TradeHistory) {
        let id = Int(history.instrument.id.rawValue)
        while historyPositions.count <= id { historyPositions.append(-1) }
        guard historyPositions[id] < 0 else { return }
        historyPositions[id] = Int16(histories.count)
        histories.append(history)
    }

    /// Everything a market-data mirror needs at the present feed position.
    public func pairSnapshots() -> [PairSnapshot] {
        histories.compactMap { history in
            let standing = engine.standing(of: history.instrument.id)
            guard standing.state == .active || standing.state == .frozen else { return nil }
            let depth = engine.depth(history.instrument.id)
            var writer = ByteWriter()
            history.encode(into: &writer)
            return PairSnapshot(
                instrument: history.instrument.id,
                // A frozen pair is already older than what its new shard has under that number.
                generation: standing.generation - (standing.state == .frozen ? 1 : 0),
                phase: engine.phase(of: history.instrument.id) ?? .continuous,
                updateID: depth.updateID,
                bids: depth.bids.map { PriceLevel(price: $0.0, quantity: $0.1) },
                asks: depth.asks.map { PriceLevel(price: $0.0, quantity: $0.1) },
                history: writer.bytes
            )
        }
    }

    /// Appends the whole state to a snapshot.
    ///
    /// - Parameter writer: Where to.
    public func encode(into writer: inout ByteWriter) {
        writer.write(feedPosition)
        engine.encode(into: &writer)
        sessions.encode(into: &writer)
        writer.write(count: histories.count)
        for history in histories {
            writer.write(history.instrument)
            history.encode(into: &writer)
        }
    }

    /// Reads a whole state out of a snapshot.
    ///
    /// - Parameter reader: Where from.
    /// - Throws: `DecodeError`.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        feedPosition = try reader.read(SequenceNumber.self)
        engine = try TradingEngine(decoding: &reader)
        sessions = try SessionTable(decoding: &reader)
        for _ in 0..<(try reader.readCount(elementSizeMin: 100)) {
            let instrument = try reader.readInstrument()
            addHistory(try TradeHistory(instrument: instrument, decoding: &reader))
        }
        guard histories.map(\.instrument.id).sorted() == engine.instruments.map(\.id) else {
            throw .badValue(field: "ShardMachine.histories", at: reader.position)
        }
    }
}
