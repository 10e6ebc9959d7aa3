import Trading

/// The pairs of an exchange, out of `GET /api/v3/exchangeInfo`.
public struct ExchangePairs: Decodable, Sendable {
    private struct Entry: Decodable {
        var symbol: String
        var status: String
        var baseAsset: String
        var quoteAsset: String
        var filters: [Filter]
    }

    private struct Filter: Decodable {
        var filterType: String
        var tickSize: Decimal?
        var stepSize: Decimal?
        var minNotional: Decimal?
        var maxNotional: Decimal?
        var maxQty: Decimal?
    }

    private enum Key: CodingKey {
        case symbols
    }

    /// The pairs that trade.
    public let pairs: [PairRules]

    /// Reads the answer.
    ///
    /// - Parameter decoder: Holds it.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let entries = try container.decode([Entry].self, forKey: .symbols)
        pairs = entries.filter { $0.status == "TRADING" }.map { entry in
            let size = entry.filters.first { $0.filterType == "LOT_SIZE" }
            let notional = entry.filters.first { $0.minNotional != nil }
            return PairRules(
                symbol: entry.symbol,
                base: entry.baseAsset,
                quote: entry.quoteAsset,
                tickUnits: entry.filters.lazy.compactMap(\.tickSize?.units).first ?? 1,
                lotUnits: size?.stepSize?.units ?? 1,
                minNotionalUnits: notional?.minNotional?.units ?? 0,
                maxQuantityUnits: size?.maxQty?.units ?? .max,
                maxNotionalUnits: notional?.maxNotional?.units ?? .max
            )
        }
    }
}

/// A decimal string of the API, as units of 10⁻⁸.
public struct Decimal: Decodable, Hashable, Sendable {
    /// Units of 10⁻⁸.
    public var units: Int64

    /// Wraps units of 10⁻⁸.
    public init(units: Int64) { self.units = units }

    /// Reads a JSON string.
    ///
    /// - Parameter decoder: Holds it.
    /// - Throws: `DecodingError` when it is no plain decimal.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(FixedPoint.ParseError) {
            units = try FixedPoint.parse(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(text) is no decimal"
            )
        }
    }
}
