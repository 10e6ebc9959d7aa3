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

    /// Starts without trades and orders.
    ///
    /// - Parameter instrument: The pair.
    public init(instrument: Instrument) {
        history = TradeHistory(instrument: instrument)
        book = DepthMirror()
        phase = .continuous
    }

    /// Starts from a shard's snapshot.
    ///
    /// - Parameters:
    ///   - history: Trades and candles.
    ///   - book: Levels of the same moment.
    ///   - phase: At the same moment.
    public init(history: TradeHistory, book: DepthMirror, phase: TradingPhase) {
        self.history = history
        self.book = book
        self.phase = phase
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
        case .arrival: break
        }
    }
}
