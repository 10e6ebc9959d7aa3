import Trading

/// Open, high, low, close and volumes of one interval.
///
/// Sums stop at the largest number instead of overflowing: a statistic must never stop a shard.
public struct Candle: Equatable, Sendable {
    /// First moment of the interval.
    public var openTime: Timestamp
    /// Last microsecond of the interval.
    public var closeTime: Timestamp
    /// Price of the first trade, or the last close when there was none.
    public var open: Price
    /// Highest price.
    public var high: Price
    /// Lowest price.
    public var low: Price
    /// Price of the last trade.
    public var close: Price
    /// Base asset traded.
    public var baseVolume = Amount.zero
    /// Quote asset traded.
    public var quoteVolume = Amount.zero
    /// Base asset traded where the buyer was the taker.
    public var takerBuyBaseVolume = Amount.zero
    /// Quote asset traded where the buyer was the taker.
    public var takerBuyQuoteVolume = Amount.zero
    /// Number of trades.
    public var tradeCount: Int64 = 0
    /// The first trade, or -1 without trades.
    public var firstTradeID = TradeID(-1)
    /// The last trade, or -1 without trades.
    public var lastTradeID = TradeID(-1)

    /// Makes a record of all its fields.
    public init(
        openTime: Timestamp,
        closeTime: Timestamp,
        open: Price,
        high: Price,
        low: Price,
        close: Price,
        baseVolume: Amount,
        quoteVolume: Amount,
        takerBuyBaseVolume: Amount,
        takerBuyQuoteVolume: Amount,
        tradeCount: Int64,
        firstTradeID: TradeID,
        lastTradeID: TradeID
    ) {
        self.openTime = openTime
        self.closeTime = closeTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.baseVolume = baseVolume
        self.quoteVolume = quoteVolume
        self.takerBuyBaseVolume = takerBuyBaseVolume
        self.takerBuyQuoteVolume = takerBuyQuoteVolume
        self.tradeCount = tradeCount
        self.firstTradeID = firstTradeID
        self.lastTradeID = lastTradeID
    }

    /// A candle without trades: the last close, zero volume.
    init(openTime: Timestamp, closeTime: Timestamp, flatAt price: Price) {
        self.openTime = openTime
        self.closeTime = closeTime
        open = price
        high = price
        low = price
        close = price
    }

    /// Adds the content of a later interval, or of a trade, that lies inside this one.
    mutating func fold(_ later: Candle) {
        guard later.tradeCount > 0 else { return }
        if tradeCount == 0 {
            open = later.open
            high = later.high
            low = later.low
            firstTradeID = later.firstTradeID
        }
        high = max(high, later.high)
        low = min(low, later.low)
        close = later.close
        lastTradeID = later.lastTradeID
        tradeCount += later.tradeCount
        baseVolume.addSaturating(later.baseVolume)
        quoteVolume.addSaturating(later.quoteVolume)
        takerBuyBaseVolume.addSaturating(later.takerBuyBaseVolume)
        takerBuyQuoteVolume.addSaturating(later.takerBuyQuoteVolume)
    }

    /// One trade as a candle of its own moment.
    init(_ trade: Trade, baseAmount: Amount) {
        self.init(openTime: trade.time, closeTime: trade.time, flatAt: trade.price)
        baseVolume = baseAmount
        quoteVolume = trade.quoteAmount
        takerBuyBaseVolume = trade.isBuyerMaker ? .zero : baseAmount
        takerBuyQuoteVolume = trade.isBuyerMaker ? .zero : trade.quoteAmount
        tradeCount = 1
        firstTradeID = trade.id
        lastTradeID = trade.id
    }
}

extension Amount {
    mutating func addSaturating(_ other: Amount) {
        let (sum, overflows) = units.addingReportingOverflow(other.units)
        units = overflows ? .max : sum
    }

    /// This amount of the quote asset for each unit of base, in 10⁻⁸ quote, rounded down.
    func price(perBase base: Amount) -> Int64 {
        guard base.units > 0, units >= 0 else { return 0 }
        let product = units.multipliedFullWidth(by: FixedPoint.one)
        // `dividingFullWidth` traps when the quotient does not fit 63 bits.
        guard product.high * 2 + Int64(product.low >> 63) < base.units else { return .max }
        return base.units.dividingFullWidth(product).quotient
    }
}
