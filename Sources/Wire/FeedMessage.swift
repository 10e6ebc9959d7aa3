import Trading

/// Replica to router over the feed stream, each preceded by its size in four bytes.
///
/// A shard numbers its public events from 1 (`SequenceNumber`); a follower asks for what comes
/// after a position and gets either exactly that, or a snapshot when it is no longer kept.
public enum FeedMessage: Equatable, Sendable {
    /// Everything a mirror needs at a position; replaces what it had.
    case snapshot(position: SequenceNumber, [PairSnapshot])
    /// Events `first...`, without a hole after what was sent before.
    case events(first: SequenceNumber, [MarketEvent])
    /// Nothing new; the position the replica has reached.
    case heartbeat(position: SequenceNumber)

    /// The largest message taken, in bytes.
    public static let sizeMax = 64 << 20

    /// Appends the message with its size before it.
    ///
    /// - Parameter output: Where the bytes go.
    public func write(to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            switch self {
            case .snapshot(let position, let pairs):
                writer.write(UInt8(0))
                writer.write(position)
                writer.write(count: pairs.count)
                for pair in pairs { pair.write(to: &writer) }
            case .events(let first, let events):
                writer.write(UInt8(1))
                writer.write(first)
                writer.write(count: events.count)
                for event in events { writer.write(event) }
            case .heartbeat(let position):
                writer.write(UInt8(2))
                writer.write(position)
            }
        }
    }

    /// Reads a message without its size.
    ///
    /// - Parameter reader: Positioned at the kind.
    /// - Throws: `DecodeError`.
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let kind = try reader.read(UInt8.self)
        let position = try reader.read(SequenceNumber.self)
        switch kind {
        case 0:
            var pairs: [PairSnapshot] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 27)) {
                pairs.append(try PairSnapshot(from: &reader))
            }
            self = .snapshot(position: position, pairs)
        case 1:
            var events: [MarketEvent] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 20)) {
                events.append(try reader.readMarketEvent())
            }
            self = .events(first: position, events)
        case 2: self = .heartbeat(position: position)
        default: throw .badValue(field: "FeedMessage", at: start)
        }
        try reader.finish()
    }
}

/// A price level as snapshots carry it.
public struct PriceLevel: Equatable, Sendable {
    /// The price.
    public var price: Price
    /// What rests there.
    public var quantity: Quantity

    /// Makes a level.
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// One pair's public state at a feed position.
public struct PairSnapshot: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// The move that brought it here; 0 where it began.
    ///
    /// Of two snapshots of a pair the one with the higher number is newer.
    public var generation: UInt32
    /// What it takes at present.
    public var phase: TradingPhase
    /// The book's last update.
    public var updateID: Int64
    /// Best first.
    public var bids: [PriceLevel]
    /// Best first.
    public var asks: [PriceLevel]
    /// Trades and candles, in MarketData's own layout.
    public var history: [UInt8]

    /// Makes a snapshot.
    public init(
        instrument: InstrumentID,
        generation: UInt32 = 0,
        phase: TradingPhase,
        updateID: Int64,
        bids: [PriceLevel],
        asks: [PriceLevel],
        history: [UInt8]
    ) {
        self.instrument = instrument
        self.generation = generation
        self.phase = phase
        self.updateID = updateID
        self.bids = bids
        self.asks = asks
        self.history = history
    }

    func write(to writer: inout ByteWriter) {
        writer.write(instrument)
        writer.write(generation)
        writer.write(phase)
        writer.write(updateID)
        for side in [bids, asks] {
            writer.write(count: side.count)
            for level in side {
                writer.write(level.price)
                writer.write(level.quantity)
            }
        }
        writer.write(blob: history)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        instrument = try reader.read(InstrumentID.self)
        generation = try reader.read(UInt32.self)
        phase = try reader.read(TradingPhase.self)
        updateID = try reader.read(Int64.self)
        bids = try Self.readSide(&reader)
        asks = try Self.readSide(&reader)
        history = try reader.readBlob()
    }

    private static func readSide(_ reader: inout ByteReader) throws(DecodeError) -> [PriceLevel] {
        var levels: [PriceLevel] = []
        for _ in 0..<(try reader.readCount(elementSizeMin: 16)) {
            levels.append(
                PriceLevel(price: try reader.readPrice(), quantity: try reader.readQuantity())
            )
        }
        return levels
    }
}
