/// An asset that can be held and traded.
public struct Asset: Equatable, Sendable {
    /// Identity.
    public var id: AssetID
    /// Ticker, such as `BTC`.
    public var symbol: String

    /// Makes an asset.
    public init(id: AssetID, symbol: String) {
        self.id = id
        self.symbol = symbol
    }
}

/// A trading pair: its units, its filters and its fees.
///
/// `tickUnits × lotUnits` must be a multiple of 10⁸, so that price × quantity is always a whole
/// number of units of the quote asset and no fill ever rounds.
public struct Instrument: Equatable, Sendable {
    /// Identity.
    public var id: InstrumentID
    /// Name, such as `BTCUSDT`.
    public var symbol: String
    /// What is bought and sold.
    public var base: AssetID
    /// What it is paid with.
    public var quote: AssetID
    /// One tick of price, in 10⁻⁸ of the quote asset (PRICE_FILTER tickSize).
    public var tickUnits: Int64
    /// One lot, in 10⁻⁸ of the base asset (LOT_SIZE stepSize).
    public var lotUnits: Int64
    /// PRICE_FILTER bounds.
    public var priceMin: Price
    /// PRICE_FILTER bounds.
    public var priceMax: Price
    /// LOT_SIZE bounds.
    public var quantityMin: Quantity
    /// LOT_SIZE bounds.
    public var quantityMax: Quantity
    /// MARKET_LOT_SIZE bound; 0 is off.
    public var marketQuantityMax: Quantity
    /// NOTIONAL bounds of price × quantity.
    public var notionalMin: Amount
    /// NOTIONAL bounds of price × quantity.
    public var notionalMax: Amount
    /// PERCENT_PRICE_BY_SIDE: how far a limit price may be from the last price.
    ///
    /// A multiplier in 10⁻⁸; 0 is off. Bids: `[bidMultiplierDown, bidMultiplierUp]`.
    public var bidMultiplierUp: Int64
    /// See `bidMultiplierUp`.
    public var bidMultiplierDown: Int64
    /// See `bidMultiplierUp`.
    public var askMultiplierUp: Int64
    /// See `bidMultiplierUp`.
    public var askMultiplierDown: Int64
    /// How far from the best price at its arrival a market order may trade, in 10⁻⁸ (5 % is
    /// 5 000 000): the protection band.
    public var marketBand: Int64
    /// MAX_NUM_ORDERS: open orders of one account in this pair.
    public var openOrdersMax: Int
    /// Fee rates in 10⁻⁸.
    public var makerRate: Int64
    /// Fee rates in 10⁻⁸.
    public var takerRate: Int64
    /// Applied when an order names none.
    public var defaultSelfTradePrevention: SelfTradePrevention
    /// ICEBERG_PARTS: most parts of an iceberg order, the last one counted; 0 allows no iceberg.
    public var icebergPartsMax: Int
    /// MAX_NUM_ALGO_ORDERS: conditional orders of one account waiting in this pair; 0 allows none.
    public var algoOrdersMax: Int
    /// MAX_POSITION: most lots of the base asset one account may have and be buying; 0 is off.
    public var positionMax: Quantity
    /// TRAILING_DELTA bounds, in basis points; a maximum of 0 allows no trailing stop.
    public var trailingDeltaMin: Int32
    /// See `trailingDeltaMin`.
    public var trailingDeltaMax: Int32
    /// How far from the reference price a trade may happen before trading halts, in 10⁻⁸; 0 is off.
    public var haltBand: Int64
    /// How long the call auction after such a halt lasts, in microseconds of log time.
    public var haltMicroseconds: Int64
    /// After how long the last price becomes the reference price, in microseconds of log time.
    public var referenceMicroseconds: Int64

    /// Makes a pair with every rule stated.
    public init(
        id: InstrumentID,
        symbol: String,
        base: AssetID,
        quote: AssetID,
        tickUnits: Int64,
        lotUnits: Int64,
        priceMin: Price,
        priceMax: Price,
        quantityMin: Quantity,
        quantityMax: Quantity,
        marketQuantityMax: Quantity,
        notionalMin: Amount,
        notionalMax: Amount,
        bidMultiplierUp: Int64,
        bidMultiplierDown: Int64,
        askMultiplierUp: Int64,
        askMultiplierDown: Int64,
        marketBand: Int64,
        openOrdersMax: Int,
        makerRate: Int64,
        takerRate: Int64,
        defaultSelfTradePrevention: SelfTradePrevention,
        icebergPartsMax: Int = 10,
        algoOrdersMax: Int = 5,
        positionMax: Quantity = .zero,
        trailingDeltaMin: Int32 = 10,
        trailingDeltaMax: Int32 = 2000,
        haltBand: Int64 = 0,
        haltMicroseconds: Int64 = 30_000_000,
        referenceMicroseconds: Int64 = 300_000_000
    ) {
        self.id = id
        self.symbol = symbol
        self.base = base
        self.quote = quote
        self.tickUnits = tickUnits
        self.lotUnits = lotUnits
        self.priceMin = priceMin
        self.priceMax = priceMax
        self.quantityMin = quantityMin
        self.quantityMax = quantityMax
        self.marketQuantityMax = marketQuantityMax
        self.notionalMin = notionalMin
        self.notionalMax = notionalMax
        self.bidMultiplierUp = bidMultiplierUp
        self.bidMultiplierDown = bidMultiplierDown
        self.askMultiplierUp = askMultiplierUp
        self.askMultiplierDown = askMultiplierDown
        self.marketBand = marketBand
        self.openOrdersMax = openOrdersMax
        self.makerRate = makerRate
        self.takerRate = takerRate
        self.defaultSelfTradePrevention = defaultSelfTradePrevention
        self.icebergPartsMax = icebergPartsMax
        self.algoOrdersMax = algoOrdersMax
        self.positionMax = positionMax
        self.trailingDeltaMin = trailingDeltaMin
        self.trailingDeltaMax = trailingDeltaMax
        self.haltBand = haltBand
        self.haltMicroseconds = haltMicroseconds
        self.referenceMicroseconds = referenceMicroseconds
    }

    /// Quote units in one tick × one lot.
    @inlinable
    public var notionalUnits: Int64 { tickUnits * lotUnits / FixedPoint.one }

    /// Why this instrument cannot be traded, or `nil` when it is sound.
    public var defect: String? {
        let (product, overflows) = tickUnits.multipliedReportingOverflow(by: lotUnits)
        if overflows || product <= 0 || product % FixedPoint.one != 0 {
            return "\(symbol): tickSize × stepSize must be a multiple of 0.00000001"
        }
        if base == quote { return "\(symbol): base and quote are the same asset" }
        if priceMin.ticks < 1 || priceMax < priceMin || priceMax.ticks > Price.ticksMax {
            return "\(symbol): bad price range"
        }
        if quantityMin.lots < 1 || quantityMax < quantityMin { return "\(symbol): bad lot range" }
        if notionalMin.units < 0 || notionalMax < notionalMin { return "\(symbol): bad notional" }
        let rates = 0...FixedPoint.one
        if !rates.contains(makerRate) || !rates.contains(takerRate) {
            return "\(symbol): a fee rate is outside 0...1"
        }
        let bounds = [
            bidMultiplierUp, bidMultiplierDown, askMultiplierUp, askMultiplierDown, marketBand,
            marketQuantityMax.lots, Int64(openOrdersMax), Int64(icebergPartsMax),
            Int64(algoOrdersMax), positionMax.lots, Int64(trailingDeltaMin), haltBand,
        ]
        if bounds.contains(where: { $0 < 0 }) { return "\(symbol): a bound is negative" }
        if haltMicroseconds < 1 || referenceMicroseconds < 1 {
            return "\(symbol): a duration of the price band is not positive"
        }
        // Ten thousand basis points would be a sell stop at zero.
        if trailingDeltaMax < 0 || trailingDeltaMax >= 10_000 {
            return "\(symbol): a trailing delta is outside 0...9999"
        }
        return nil
    }

    /// Price × quantity in units of the quote asset, or `nil` when it leaves 63 bits.
    ///
    /// - Parameters:
    ///   - price: In ticks.
    ///   - quantity: In lots.
    /// - Returns: Exact, never rounded.
    @inlinable
    public func notional(_ price: Price, _ quantity: Quantity) -> Amount? {
        let (count, overflows) = price.ticks.multipliedReportingOverflow(by: quantity.lots)
        let (units, carries) = count.multipliedReportingOverflow(by: notionalUnits)
        return overflows || carries ? nil : Amount(units: units)
    }

    /// A quantity as an amount of the base asset, or `nil` when it leaves 63 bits.
    ///
    /// - Parameter quantity: In lots.
    /// - Returns: Exact.
    @inlinable
    public func baseAmount(_ quantity: Quantity) -> Amount? {
        let (units, overflows) = quantity.lots.multipliedReportingOverflow(by: lotUnits)
        return overflows ? nil : Amount(units: units)
    }
}
