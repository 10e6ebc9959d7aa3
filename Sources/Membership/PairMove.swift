import Trading

/// How often a pair was moved, or was tried to be; the number a command for it must carry.
public struct PairGeneration: Equatable, Sendable {
    /// The pair.
    public var symbol: String
    /// The newest attempt that has ended.
    public var generation: UInt32

    /// Makes a record.
    public init(symbol: String, generation: UInt32) {
        self.symbol = symbol
        self.generation = generation
    }
}

/// A pair on its way from one shard to another.
public struct PairMove: Equatable, Sendable {
    /// The pair by name.
    public var symbol: String
    /// The pair by number.
    public var instrument: InstrumentID
    /// Where it trades until the move is settled.
    public var source: ShardID
    /// Where it is to trade.
    public var destination: ShardID
    /// Names this attempt.
    public var generation: UInt32
    /// Which attempt it is, from 1: one that is cut short is followed by another.
    public var attempt: UInt8
    /// Whether the destination has it; the source has yet to forget it.
    public var isSettled: Bool

    /// Makes a move that has just begun.
    public init(
        symbol: String,
        instrument: InstrumentID,
        source: ShardID,
        destination: ShardID,
        generation: UInt32,
        attempt: UInt8 = 1,
        isSettled: Bool = false
    ) {
        self.symbol = symbol
        self.instrument = instrument
        self.source = source
        self.destination = destination
        self.generation = generation
        self.attempt = attempt
        self.isSettled = isSettled
    }
}
