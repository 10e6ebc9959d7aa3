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

    /// States every field.
    public init(
        symbol: String,
        base: String,
        quote: String,
        tickUnits: Int64,
        lotUnits: Int64,
        minNotionalUnits: Int64
    ) {
        self.symbol = symbol
        self.base = base
        self.quote = quote
        self.tickUnits = tickUnits
        self.lotUnits = lotUnits
        self.minNotionalUnits = minNotionalUnits
    }

    /// Price × quantity; saturates, since it is only compared with a minimum.
    static func notional(price: Int64, quantity: Int64) -> Int64 {
        let product = price.multipliedFullWidth(by: quantity)
        guard product.high < FixedPoint.one / 2 else { return .max }
        return FixedPoint.one.dividingFullWidth(product).quotient
    }

    /// Whether the exchange takes an order of this size.
    func accepts(price: Int64, quantity: Int64) -> Bool {
        price > 0 && quantity > 0 && price % tickUnits == 0 && quantity % lotUnits == 0
            && Self.notional(price: price, quantity: quantity) >= minNotionalUnits
    }
}
