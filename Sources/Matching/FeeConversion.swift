import Accounts
import Trading

/// What a conversion of fees has to know of a pair.
struct PairForFees {
    var number: Int
    var base: AssetColumn
    var quote: AssetColumn
    var tickUnits: Int64
    /// `none` before the first trade.
    var lastPrice: Price
}

/// What a unit of each asset costs in the discount asset: the pairs that say it, and their last prices.
struct FeeConversion {
    private enum Rate {
        case none
        /// The discount asset itself.
        case same
        /// A pair of discount asset against the asset, by number of the pair.
        case discountIsBase(pair: Int, tickUnits: Int64)
        /// A pair of the asset against the discount asset.
        case discountIsQuote(pair: Int, tickUnits: Int64)
    }

    /// By asset column.
    private var rates: ContiguousArray<Rate> = []
    /// In ticks by number of the pair; 0 before the first trade.
    private var lastPrices: ContiguousArray<Int64> = []

    /// Takes down the last price of a pair.
    mutating func note(_ price: Price, of pair: Int) { lastPrices[pair] = price.ticks }

    /// Works out anew which pair says what an asset costs.
    ///
    /// - Parameters:
    ///   - pairs: Those that trade, in order of id.
    ///   - discount: The discount asset, if there is one.
    ///   - columnCount: Number of assets.
    mutating func rebuild(
        pairs: [PairForFees],
        discount: AssetColumn?,
        columnCount: Int
    ) {
        lastPrices = ContiguousArray(
            repeating: 0,
            count: 1 + (pairs.map(\.number).max() ?? -1)
        )
        for pair in pairs { lastPrices[pair.number] = pair.lastPrice.ticks }
        rates = ContiguousArray(repeating: .none, count: columnCount)
        guard let discount else { return }
        for pair in pairs.reversed() {
            if pair.base == discount {
                rates[Int(pair.quote.index)] = .discountIsBase(
                    pair: pair.number,
                    tickUnits: pair.tickUnits
                )
            } else if pair.quote == discount {
                rates[Int(pair.base.index)] = .discountIsQuote(
                    pair: pair.number,
                    tickUnits: pair.tickUnits
                )
            }
        }
        rates[Int(discount.index)] = .same
    }

    /// A fee in the discount asset, before what is taken off it is rounded: rule 8.
    ///
    /// - Parameters:
    ///   - fee: In the asset received.
    ///   - column: The asset received.
    ///   - discount: What is taken off, in 10⁻⁸.
    /// - Returns: Rounded down; `nil` without a price, or beyond 63 bits.
    func convert(_ fee: Amount, _ column: AssetColumn, discount: Int64) -> Amount? {
        guard Int(column.index) < rates.count else { return nil }
        let one = Int128(FixedPoint.one)
        let share = Int128(FixedPoint.one - discount)
        // At most 63 + 27 bits, so that another price of 36 bits more still fits 128.
        let value = Int128(fee.units) * share
        switch rates[Int(column.index)] {
        case .none: return nil
        case .same: return Amount(units: Int64(value / one))
        case .discountIsBase(let pair, let tickUnits):
            guard lastPrices[pair] > 0 else { return nil }
            let price = Int128(lastPrices[pair]) * Int128(tickUnits)
            return Int64(exactly: value / price).map { Amount(units: $0) }
        case .discountIsQuote(let pair, let tickUnits):
            guard lastPrices[pair] > 0 else { return nil }
            let price = Int128(lastPrices[pair]) * Int128(tickUnits)
            let (product, overflows) = value.multipliedReportingOverflow(by: price)
            guard !overflows else { return nil }
            return Int64(exactly: product / (one * one)).map { Amount(units: $0) }
        }
    }
}
