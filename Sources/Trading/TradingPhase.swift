/// What a pair takes at present.
public enum TradingPhase: UInt8, Sendable, CaseIterable {
    /// Orders match as they come.
    case continuous = 0
    /// Orders rest without matching until the call auction uncrosses the book.
    case preOpen = 1
    /// Open orders may be cancelled, nothing else.
    case cancelOnly = 2
    /// Nothing.
    case halted = 3
}

/// A change of the phase of a pair.
public struct PhaseChange: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// The phase from now on.
    public var phase: TradingPhase
    /// When the call auction uncrosses by itself, in log time; `zero` where an operator decides.
    public var reopensAt: Timestamp
    /// Log time.
    public var time: Timestamp

    /// Makes a record of all its fields.
    public init(
        instrument: InstrumentID,
        phase: TradingPhase,
        reopensAt: Timestamp,
        time: Timestamp
    ) {
        self.instrument = instrument
        self.phase = phase
        self.reopensAt = reopensAt
        self.time = time
    }
}
