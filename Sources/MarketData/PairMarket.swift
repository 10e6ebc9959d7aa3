import Trading

/// A router's picture of one pair: its trades, candles and book.
///
/// A shard keeps only the `TradeHistory`, since its matching engine has the book itself.
public struct PairMarket: Sendable {
    /// Trades and candles.
    public private(set) var history: TradeHistory
    /// Price levels.
    public private(set) var book: DepthMirror

    /// Starts without trades and orders.
    ///
    /// - Parameter instrument: The pair.
    public init(instrument: Instrument) {
        history = TradeHistory(instrument: instrument)
        book = DepthMirror()
    }

    /// Starts from a shard's snapshot.
    ///
    /// - Parameters:
    ///   - history: Trades and candles.
    ///   - book: Levels of the same moment.
    public init(history: TradeHistory, book: DepthMirror) {
        self.history = history
        self.book = book
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
        }
    }
}
