import Trading

/// Turns the entries of an instrument file into domain values, naming the field that is wrong.
struct InstrumentReader {
    private typealias Entry = InstrumentDocument.Entry

    let file: String
    let symbols: [String]

    func assets() throws(ConfigurationError) -> [Asset] {
        guard !symbols.isEmpty, symbols.count <= Int(UInt16.max) else {
            throw .invalid(file: file, field: "assets", reason: "must be 1 to 65535")
        }
        var assets: [Asset] = []
        for (index, symbol) in symbols.enumerated() {
            let field = "assets[\(index)]"
            try check(symbol, field: field)
            if symbols[..<index].contains(symbol) {
                throw .invalid(file: file, field: field, reason: "\(symbol) is there twice")
            }
            assets.append(Asset(id: AssetID(UInt16(index)), symbol: symbol))
        }
        return assets
    }

    func instrument(
        _ entry: InstrumentDocument.Entry,
        index: Int
    ) throws(ConfigurationError) -> Instrument {
        let fields = InstrumentFields(file: file, prefix: "instruments[\(index)]")
        try check(entry.symbol, field: "\(fields.prefix).symbol")
        let tick = try fields.positive(entry.tickSize, "tickSize")
        let lot = try fields.positive(entry.stepSize, "stepSize")
        var instrument = Instrument(
            id: InstrumentID(UInt16(index)),
            symbol: entry.symbol,
            base: try asset(entry.base, field: "\(fields.prefix).base"),
            quote: try asset(entry.quote, field: "\(fields.prefix).quote"),
            tickUnits: tick,
            lotUnits: lot,
            priceMin: Price(ticks: try fields.multiple(entry.minPrice, "minPrice", of: tick)),
            priceMax: Price(ticks: try fields.multiple(entry.maxPrice, "maxPrice", of: tick)),
            quantityMin: Quantity(lots: try fields.multiple(entry.minQty, "minQty", of: lot)),
            quantityMax: Quantity(lots: try fields.multiple(entry.maxQty, "maxQty", of: lot)),
            marketQuantityMax: Quantity(
                lots: try fields.multiple(entry.marketMaxQty, "marketMaxQty", of: lot)
            ),
            notionalMin: Amount(units: try fields.units(entry.minNotional, "minNotional")),
            notionalMax: Amount(units: try fields.units(entry.maxNotional, "maxNotional")),
            bidMultiplierUp: try fields.units(entry.bidMultiplierUp, "bidMultiplierUp"),
            bidMultiplierDown: try fields.units(entry.bidMultiplierDown, "bidMultiplierDown"),
            askMultiplierUp: try fields.units(entry.askMultiplierUp, "askMultiplierUp"),
            askMultiplierDown: try fields.units(entry.askMultiplierDown, "askMultiplierDown"),
            marketBand: try fields.units(entry.marketBand, "marketBand"),
            openOrdersMax: try fields.count(entry.maxNumOrders, "maxNumOrders"),
            makerRate: try fields.units(entry.makerFee, "makerFee"),
            takerRate: try fields.units(entry.takerFee, "takerFee"),
            defaultSelfTradePrevention: try fields.selfTradePrevention(entry.selfTradePrevention)
        )
        try fields.readOptional(entry, into: &instrument)
        if let defect = instrument.defect {
            throw .invalid(file: file, field: fields.prefix, reason: defect)
        }
        return instrument
    }

    private func asset(_ symbol: String, field: String) throws(ConfigurationError) -> AssetID {
        guard let index = symbols.firstIndex(of: symbol) else {
            throw .invalid(file: file, field: field, reason: "\(symbol) is not among the assets")
        }
        return AssetID(UInt16(index))
    }

    /// Symbols travel in URLs, stream names and log lines without being escaped.
    private func check(_ symbol: String, field: String) throws(ConfigurationError) {
        let isPlain = symbol.utf8.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isPlain, (1...20).contains(symbol.utf8.count) else {
            throw .invalid(
                file: file,
                field: field,
                reason: "must be 1 to 20 capital letters and digits"
            )
        }
    }
}
