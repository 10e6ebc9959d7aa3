import FoundationEssentials
import Trading

/// Why a market recording cannot be used.
public enum RecordingError: Error, Equatable, CustomStringConvertible {
    /// A line is not a receive time and a JSON message.
    case malformed(line: Int, reason: String)
    /// There is no depth snapshot, so that no book can be built.
    case noSnapshot

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .malformed(let line, let reason): "line \(line): \(reason)"
        case .noSnapshot: "no depth snapshot in the recording"
        }
    }
}

/// A recorded level of a book: price and absolute quantity, in units of 10⁻⁸.
public struct RecordedLevel: Equatable, Sendable {
    /// Price.
    public var price: Int64
    /// What rests there; 0 removes the level.
    public var quantity: Int64
}

/// One thing that happened in the recorded market.
public struct RecordedEvent: Equatable, Sendable {
    /// What happened.
    public enum Kind: Equatable, Sendable {
        /// Levels have new absolute quantities.
        case levels(bids: [RecordedLevel], asks: [RecordedLevel])
        /// An aggressor took this much, at this price or better.
        case trade(side: Side, price: Int64, quantity: Int64)
    }

    /// Since the snapshot.
    public var nanoseconds: UInt64
    /// What happened.
    public var kind: Kind
}

/// A market recording: a snapshot of a book and what followed it.
///
/// One message a line: local receive time in nanoseconds, a space, the JSON of the combined
/// stream or of a REST depth snapshot. `bookTicker` repeats what depth says and is left out, and
/// so is what came before the snapshot.
public struct Recording: Equatable, Sendable {
    /// Name of the pair.
    public private(set) var symbol = "ETHUSDT"
    /// Bids of the snapshot.
    public private(set) var bids: [RecordedLevel] = []
    /// Asks of the snapshot.
    public private(set) var asks: [RecordedLevel] = []
    /// In order of their receive times.
    public private(set) var events: [RecordedEvent] = []

    /// Reads a recording.
    ///
    /// - Parameter bytes: Lines of text.
    /// - Throws: `RecordingError` naming the line.
    public init(parsing bytes: [UInt8]) throws(RecordingError) {
        var reader = RecordingReader()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            do throws(RecordingReader.LineError) {
                try reader.read(line)
            } catch {
                throw .malformed(line: index + 1, reason: error.reason)
            }
        }
        guard let snapshot = reader.snapshot else { throw .noSnapshot }
        bids = snapshot.bids
        asks = snapshot.asks
        events = reader.events
        symbol = reader.symbol ?? symbol
    }
}

/// Collects the messages of a recording.
struct RecordingReader {
    struct LineError: Error {
        var reason: String
    }

    private struct Message: Decodable {
        var data: Payload?
        var lastUpdateId: Int64?
        var bids: [[String]]?
        var asks: [[String]]?
    }

    private struct Payload: Decodable {
        var e: String
        var s: String
        var u: Int64?
        var b: [[String]]?
        var a: [[String]]?
        var p: String?
        var q: String?
        var T: Int64?
        var m: Bool?
    }

    private(set) var snapshot: (bids: [RecordedLevel], asks: [RecordedLevel])?
    private(set) var events: [RecordedEvent] = []
    private(set) var symbol: String?
    private var lastUpdateID: Int64 = 0
    private var startNanoseconds: UInt64 = 0
    private var lastTradeTime: Int64 = -1
    private let decoder = JSONDecoder()

    /// Reads one line.
    mutating func read(_ line: ArraySlice<UInt8>) throws(LineError) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2, let time = UInt64(String(decoding: parts[0], as: UTF8.self))
        else { throw LineError(reason: "no receive time") }
        // The stream's name is the second quoted text; bookTicker is most of a recording.
        let words = parts[1].prefix(64).split(separator: UInt8(ascii: "\""), maxSplits: 4)
        if words.count > 3, words[3].suffix(11).elementsEqual("@bookTicker".utf8) { return }
        let message: Message
        do {
            message = try decoder.decode(Message.self, from: Data(parts[1]))
        } catch {
            throw LineError(reason: "not a message of the combined stream")
        }
        if let id = message.lastUpdateId {
            try begin(message, at: time, id: id)
        } else if let payload = message.data, snapshot != nil {
            symbol = payload.s
            try add(payload, at: time - min(time, startNanoseconds))
        }
    }

    private mutating func begin(
        _ message: Message,
        at time: UInt64,
        id: Int64
    ) throws(LineError) {
        guard snapshot == nil else { return }
        snapshot = (try levels(message.bids), try levels(message.asks))
        lastUpdateID = id
        startNanoseconds = time
    }

    private mutating func add(_ payload: Payload, at time: UInt64) throws(LineError) {
        switch payload.e {
        case "depthUpdate" where (payload.u ?? 0) > lastUpdateID:
            lastTradeTime = -1
            let kind = RecordedEvent.Kind.levels(
                bids: try levels(payload.b),
                asks: try levels(payload.a)
            )
            events.append(RecordedEvent(nanoseconds: time, kind: kind))
        case "trade":
            try addTrade(payload, at: time)
        default:
            break
        }
    }

    /// Trades of one moment and one side are the fills of one aggressor: one order, whose limit
    /// is the last and worst price.
    private mutating func addTrade(_ payload: Payload, at time: UInt64) throws(LineError) {
        guard let buyerIsMaker = payload.m else { throw LineError(reason: "no field m") }
        let side: Side = buyerIsMaker ? .sell : .buy
        let price = try units(payload.p)
        var quantity = try units(payload.q)
        if payload.T == lastTradeTime, let last = events.last,
            case .trade(side, _, let earlier) = last.kind
        {
            quantity += earlier
            events.removeLast()
        }
        lastTradeTime = payload.T ?? -1
        let kind = RecordedEvent.Kind.trade(side: side, price: price, quantity: quantity)
        events.append(RecordedEvent(nanoseconds: time, kind: kind))
    }

    private func levels(_ pairs: [[String]]?) throws(LineError) -> [RecordedLevel] {
        var levels: [RecordedLevel] = []
        for pair in pairs ?? [] {
            guard pair.count == 2 else { throw LineError(reason: "a level is no pair") }
            levels.append(
                RecordedLevel(price: try units(pair[0]), quantity: try units(pair[1]))
            )
        }
        return levels
    }

    private func units(_ text: String?) throws(LineError) -> Int64 {
        do throws(FixedPoint.ParseError) {
            return try FixedPoint.parse(text ?? "")
        } catch {
            throw LineError(reason: "\(text ?? "nothing") is no decimal")
        }
    }
}
