import Trading

/// What an order flow must know of a trading pair, in units of 10⁻⁸.
public struct PairRules: Equatable, Sendable {
    /// Name, such as `BTCUSDT`.
    public var symbol: String
    /// Ticker of what is bought and sold.
    public var base: String
    /// Ticker of what it is paid with.
    public var quote: String
    /// PRICE_FILTER tickSize.
    public var tickUnits: Int64
    /// LOT_SIZE stepSize.
    public var lotUnits: Int64
    /// NOTIONAL minNotional.
    public var minNotionalUnits: Int64
    /// LOT_SIZE maxQty.
    public var maxQuantityUnits: Int64
    /// NOTIONAL maxNotional.
    public var maxNotionalUnits: Int64

    /// States every field; upper bounds may be left open.
    public init(
        symbol: String,
        base: String,
        quote: String,
        tickUnits: Int64,
        lotUnits: Int64,
        minNotionalUnits: Int64,
        maxQuantityUnits: Int64 = .max,
        maxNotionalUnits: Int64 = .max
    ) {
        self.symbol = symbol
        self.base = base
        self.quote = quote
        self.tickUnits = tickUnits
        self.lotUnits = lotUnits
        self.minNotionalUnits = minNotionalUnits
        self.maxQuantityUnits = maxQuantityUnits
        self.maxNotionalUnits = maxNotionalUnits
    }

    /// Price × quantity; saturates, since it is only compared with a minimum.
    static func notional(price: Int64, quantity: Int64) -> Int64 {
        let product = price.multipliedFullWidth(by: quantity)
        guard product.high < FixedPoint.one / 2 else { return .max }
        return FixedPoint.one.dividingFullWidth(product).quotient
    }

    /// Whether the exchange takes an order of this size.
    func accepts(price: Int64, quantity: Int64) -> Bool {
        guard price > 0, quantity > 0, quantity <= maxQuantityUnits else { return false }
        let notional = Self.notional(price: price, quantity: quantity)
        return price % tickUnits == 0 && quantity % lotUnits == 0
            && notional >= minNotionalUnits && notional <= maxNotionalUnits
    }
}
