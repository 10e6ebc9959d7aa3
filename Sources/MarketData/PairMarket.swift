import Trading

/// A router's picture of one pair: its trades, candles, book and phase.
///
/// A shard keeps only the `TradeHistory`, since its matching engine has the book itself.
public struct PairMarket: Sendable {
    /// Trades and candles.
    public private(set) var history: TradeHistory
    /// Price levels.
    public private(set) var book: DepthMirror
    /// What the pair takes at present.
    public private(set) var phase: TradingPhase
    /// The move that brought it to the shard it comes from; 0 for one that never moved.
    public private(set) var generation: UInt32

    /// Starts without trades and orders.
    ///
    /// - Parameter instrument: The pair.
    public init(instrument: Instrument) {
        history = TradeHistory(instrument: instrument)
        book = DepthMirror()
        phase = .continuous
        generation = 0
    }

    /// Starts from a shard's snapshot.
    ///
    /// - Parameters:
    ///   - history: Trades and candles.
    ///   - book: Levels of the same moment.
    ///   - phase: At the same moment.
    ///   - generation: At the same moment.
    public init(
        history: TradeHistory,
        book: DepthMirror,
        phase: TradingPhase,
        generation: UInt32 = 0
    ) {
        self.history = history
        self.book = book
        self.phase = phase
        self.generation = generation
    }

    /// Whether it has all events that came before a move to another shard.
    ///
    /// - Parameter arrival: The first event there.
    /// - Returns: Whether the events after it may follow.
    public func isWhole(for arrival: PairArrival) -> Bool {
        book.lastUpdateID >= arrival.updateID && history.lastTradeID >= arrival.lastTradeID
    }

    /// The pair.
    public var instrument: Instrument { history.instrument }

    /// Applies the next event of the pair's feed.
    ///
    /// - Parameter event: Of this pair.
    /// - Throws: `MarketGap` when events are missing or repeated; nothing has changed then, and the
    ///   pair must be resynced from a snapshot.
    public mutating func apply(_ event: MarketEvent) throws(MarketGap) {
        switch event {
        case .trade(let trade): try history.apply(trade)
        case .level(let change): try book.apply(change)
        case .phase(let change): phase = change.phase
        case .arrival(let arrival): generation = arrival.generation
        }
    }
}
