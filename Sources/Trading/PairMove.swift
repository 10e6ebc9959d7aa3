/// A step of a pair's move from one shard to another, logged by the shard it concerns.
///
/// The pair's generation names the attempt: it rises with each, so that a step that comes late, from
/// a coordinator that no longer leads, finds a higher one and changes nothing. Each step may come
/// any number of times.
public enum PairMoveStep: Equatable, Sendable {
    /// Source: nothing of the pair changes any more; its holds are on their way.
    case freeze
    /// Source, after `abort` at the destination: the pair goes on here, under the new generation.
    case unfreeze
    /// Source, after `activate` at the destination: the pair is forgotten.
    case release
    /// Destination: takes in a part of the copy; parts come in order from 0, and 0 begins anew.
    case stage(part: UInt32, PairPart)
    /// Destination, the decision: with what changed since the copy the pair lives here, or, where
    /// that does not fit, never will under this generation.
    case activate(PairDelta)
    /// Destination, the other decision: the pair never lives here under this generation.
    case abort
}

/// A part of the copy of a pair.
public enum PairPart: Equatable, Sendable {
    /// Orders, positions, names and history: records of `Matching`.
    case records([UInt8])
    /// Recent trades and candles: a snapshot of `MarketData`.
    case history([UInt8])
}

/// What changed in a pair between its copy and its freezing.
public struct PairDelta: Equatable, Sendable {
    /// Records of `Matching`.
    public var records: [UInt8]
    /// The trades since, as `MarketData` writes them.
    public var trades: [UInt8]
    /// Digest of all that was frozen: open orders in the order of their queues, lists, positions.
    public var digest: UInt64

    /// Makes a delta.
    public init(records: [UInt8], trades: [UInt8], digest: UInt64) {
        self.records = records
        self.trades = trades
        self.digest = digest
    }
}

/// What a shard has of a pair.
public struct PairStanding: Equatable, Sendable {
    /// Whether the pair trades here.
    public enum State: UInt8, Sendable, CaseIterable {
        case absent = 0
        case active = 1
        /// It left, or its move is to be aborted.
        case frozen = 2
        /// Its copy is being taken in.
        case arriving = 3
    }

    /// Whether it trades here.
    public var state: State
    /// The newest attempt to move it that this shard took part in; 0 before the first.
    public var generation: UInt32

    /// Makes a standing.
    public init(state: State, generation: UInt32) {
        self.state = state
        self.generation = generation
    }
}

/// A pair began to trade on a shard, with its whole book: the first event there.
public struct PairArrival: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// The attempt that brought it.
    public var generation: UInt32
    /// Its last level change on the shard it came from.
    public var updateID: Int64
    /// Its last trade there; 0 without one.
    public var lastTradeID: TradeID

    /// Makes an arrival.
    public init(
        instrument: InstrumentID,
        generation: UInt32,
        updateID: Int64,
        lastTradeID: TradeID
    ) {
        self.instrument = instrument
        self.generation = generation
        self.updateID = updateID
        self.lastTradeID = lastTradeID
    }
}
