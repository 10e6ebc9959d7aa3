import Trading

/// Statistics of a rolling window, all that `ticker/24hr` needs besides the top of book.
public struct Ticker: Equatable, Sendable {
    /// First moment of the window, on a whole minute (or hour, for windows beyond a day).
    public var openTime: Timestamp
    /// Last moment of the window.
    public var closeTime: Timestamp
    /// First price of the window, or the last price when it has no trades.
    public var openPrice: Price
    /// Highest price; the last price when there are no trades.
    public var highPrice: Price
    /// Lowest price; the last price when there are no trades.
    public var lowPrice: Price
    /// Price of the last trade ever, 0 before the first.
    public var lastPrice: Price
    /// Quantity of the last trade ever.
    public var lastQuantity: Quantity
    /// Price of the last trade before the window, or the open price.
    public var previousClosePrice: Price
    /// Base asset traded.
    public var baseVolume: Amount
    /// Quote asset traded.
    public var quoteVolume: Amount
    /// First trade of the window, or -1.
    public var firstTradeID: TradeID
    /// Last trade of the window, or -1.
    public var lastTradeID: TradeID
    /// Number of trades.
    public var tradeCount: Int64

    /// Change of price over the window, in ticks; may be negative.
    public var priceChangeTicks: Int64 { lastPrice.ticks - openPrice.ticks }

    /// Change in percent, in units of 10⁻⁸ of a percent, rounded toward zero to three places.
    public var priceChangePercentUnits: Int64 {
        guard openPrice.ticks > 0 else { return 0 }
        let product = priceChangeTicks.multipliedReportingOverflow(by: 100_000)
        guard !product.overflow else { return 0 }
        return (product.partialValue / openPrice.ticks) &* 100_000
    }

    /// Quote volume by base volume, in 10⁻⁸ of the quote asset; 0 without trades.
    public var weightedAveragePriceUnits: Int64 { quoteVolume.price(perBase: baseVolume) }
}

/// The volume weighted price of the last minutes.
public struct AveragePrice: Equatable, Sendable {
    /// How many minutes it spans.
    public var minutes: Int64
    /// Price in 10⁻⁸ of the quote asset (not in ticks: an average falls between them).
    public var priceUnits: Int64
    /// Log time of the last trade.
    public var closeTime: Timestamp
}
