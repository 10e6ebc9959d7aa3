import Trading

/// The assets and pairs of a venue: ids are positions in the file, so lines are only ever appended.
public enum InstrumentFile {
    /// Reads assets and pairs.
    ///
    /// - Parameter path: The file.
    /// - Returns: Both in the order of the file; every instrument is sound.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(
        _ path: String
    ) throws(ConfigurationError) -> (assets: [Asset], instruments: [Instrument]) {
        let document = try JSONFile.load(InstrumentDocument.self, from: path)
        let reader = InstrumentReader(file: path, symbols: document.assets)
        let assets = try reader.assets()
        guard document.instruments.count <= Int(UInt16.max) else {
            throw .invalid(file: path, field: "instruments", reason: "are more than 65535")
        }
        var instruments: [Instrument] = []
        for (index, entry) in document.instruments.enumerated() {
            let instrument = try reader.instrument(entry, index: index)
            if instruments.contains(where: { $0.symbol == entry.symbol }) {
                let field = "instruments[\(index)].symbol"
                throw .invalid(file: path, field: field, reason: "\(entry.symbol) is there twice")
            }
            instruments.append(instrument)
        }
        return (assets, instruments)
    }
}

/// The file as it is written; decimals are strings so that no reader rounds them.
struct InstrumentDocument: Decodable {
    var assets: [String]
    var instruments: [Entry]

    struct Entry: Decodable {
        var symbol: String
        var base: String
        var quote: String
        var tickSize: String
        var stepSize: String
        var minPrice: String
        var maxPrice: String
        var minQty: String
        var maxQty: String
        var marketMaxQty: String
        var minNotional: String
        var maxNotional: String
        var bidMultiplierUp: String
        var bidMultiplierDown: String
        var askMultiplierUp: String
        var askMultiplierDown: String
        var marketBand: String
        var maxNumOrders: Int
        var makerFee: String
        var takerFee: String
        var selfTradePrevention: String
        // What follows may be left out.
        var maxIcebergParts: Int?
        var maxNumAlgoOrders: Int?
        var maxPosition: String?
        var minTrailingDelta: Int?
        var maxTrailingDelta: Int?
        var haltBand: String?
        var haltSeconds: Int?
        var referenceSeconds: Int?
    }
}
