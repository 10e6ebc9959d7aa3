import MarketData
import Trading

/// A stream someone listens to, and how far it has been told.
struct LiveStream {
    let name: StreamName
    /// Index of the pair; `nil` for a stream of all pairs.
    let pair: Int?
    var subscribers = Subscribers()

    /// Depth: the last change told, the `u` of the last event.
    var lastUpdateID: Int64 = 0
    /// Depth: prices that changed since.
    var changed = ChangedPrices()
    /// Aggregate trades: the last one told.
    var lastAggregateID: Int64 = 0
    /// Candle: number of the interval that is open for listeners.
    var candleIndex: Int64 = 0
    /// Candle: whether it has grown since it was last told.
    var isCandleChanged = false
    /// Candle: not told again before this moment.
    var candleDue = Timestamp.zero
    /// Top of book: what was last told.
    var top = TopOfBook()
    /// All pairs: whether the next event has them all, since someone has just come.
    var isFullDue = true

    /// Starts at the present of a pair: nothing before is told.
    init(_ name: StreamName, pair: Int?, market: PairMarket?, now: Timestamp) {
        self.name = name
        self.pair = pair
        guard let market else { return }
        lastUpdateID = market.book.lastUpdateID
        lastAggregateID = market.history.lastAggregateID
        top = TopOfBook()
        if case .kline(let interval) = name.kind {
            candleIndex = interval.index(of: max(now, market.history.lastTime))
        }
    }
}

/// The best level of both sides.
struct TopOfBook: Equatable {
    var bid: DepthLevel?
    var ask: DepthLevel?

    init() {}

    init(_ book: DepthMirror) {
        bid = book.bestBid
        ask = book.bestAsk
    }
}

/// The prices of a book that changed, each at least once.
struct ChangedPrices {
    private var bids: [Price] = []
    private var asks: [Price] = []
    private var compactionCount = 1024

    mutating func add(_ side: Side, _ price: Price) {
        if side == .buy { bids.append(price) } else { asks.append(price) }
        if bids.count + asks.count > compactionCount { compact() }
    }

    /// Drops repetitions, so that memory follows the number of levels and not of changes.
    private mutating func compact() {
        bids = Self.distinct(bids)
        asks = Self.distinct(asks)
        compactionCount = max(1024, 2 * (bids.count + asks.count))
    }

    private static func distinct(_ prices: [Price]) -> [Price] {
        var result: [Price] = []
        for price in prices.sorted() where result.last != price { result.append(price) }
        return result
    }

    /// Adds every level that differs between two books.
    mutating func addDifference(_ old: DepthMirror, _ new: DepthMirror) {
        let before = old.depth(limit: .max)
        let after = new.depth(limit: .max)
        for level in before.bids + after.bids
        where old.quantity(.buy, at: level.price) != new.quantity(.buy, at: level.price) {
            add(.buy, level.price)
        }
        for level in before.asks + after.asks
        where old.quantity(.sell, at: level.price) != new.quantity(.sell, at: level.price) {
            add(.sell, level.price)
        }
    }

    /// The changed levels as they are now, best first; forgets them.
    mutating func take(from book: DepthMirror) -> Depth {
        compact()
        defer {
            bids.removeAll(keepingCapacity: true)
            asks.removeAll(keepingCapacity: true)
        }
        return Depth(
            lastUpdateID: book.lastUpdateID,
            bids: bids.reversed().map {
                DepthLevel(price: $0, quantity: book.quantity(.buy, at: $0))
            },
            asks: asks.map { DepthLevel(price: $0, quantity: book.quantity(.sell, at: $0)) }
        )
    }
}
