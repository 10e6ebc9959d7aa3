import Trading

/// Reads the fields of one entry.
struct InstrumentFields {
    let file: String
    let prefix: String

    /// A decimal in units of 10⁻⁸.
    func units(_ text: String, _ name: String) throws(ConfigurationError) -> Int64 {
        do throws(FixedPoint.ParseError) {
            return try FixedPoint.parse(text)
        } catch {
            let reason =
                switch error {
                case .malformed: "\"\(text)\" is not a plain decimal"
                case .tooPrecise: "\"\(text)\" has more than 8 decimal places"
                case .tooLarge: "\"\(text)\" is too large"
                }
            throw .invalid(file: file, field: "\(prefix).\(name)", reason: reason)
        }
    }

    func positive(_ text: String, _ name: String) throws(ConfigurationError) -> Int64 {
        let value = try units(text, name)
        guard value > 0 else {
            throw .invalid(file: file, field: "\(prefix).\(name)", reason: "must be above 0")
        }
        return value
    }

    /// A decimal as a number of steps.
    func multiple(
        _ text: String,
        _ name: String,
        of step: Int64
    ) throws(ConfigurationError) -> Int64 {
        let value = try units(text, name)
        guard value % step == 0 else {
            let reason = "\"\(text)\" is not a whole number of steps"
            throw .invalid(file: file, field: "\(prefix).\(name)", reason: reason)
        }
        return value / step
    }

    func count(_ value: Int, _ name: String) throws(ConfigurationError) -> Int {
        guard value > 0 else {
            throw .invalid(file: file, field: "\(prefix).\(name)", reason: "must be above 0")
        }
        return value
    }

    func selfTradePrevention(_ text: String) throws(ConfigurationError) -> SelfTradePrevention {
        switch text {
        case "NONE": return .none
        case "EXPIRE_TAKER": return .expireTaker
        case "EXPIRE_MAKER": return .expireMaker
        case "EXPIRE_BOTH": return .expireBoth
        case "DECREMENT": return .decrement
        default:
            throw .invalid(
                file: file,
                field: "\(prefix).selfTradePrevention",
                reason: "\(text) is not NONE, EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH or DECREMENT"
            )
        }
    }

    /// Takes the rules that may be left out; `Instrument` says what they then are.
    func readOptional(
        _ entry: InstrumentDocument.Entry,
        into instrument: inout Instrument
    ) throws(ConfigurationError) {
        if let parts = entry.maxIcebergParts {
            instrument.icebergPartsMax = try number(parts, "maxIcebergParts", 0...1000)
        }
        if let orders = entry.maxNumAlgoOrders {
            instrument.algoOrdersMax = try number(orders, "maxNumAlgoOrders", 0...10_000)
        }
        if let position = entry.maxPosition {
            let lots = try multiple(position, "maxPosition", of: instrument.lotUnits)
            instrument.positionMax = Quantity(lots: lots)
        }
        try readTrailingDelta(entry, into: &instrument)
        if let band = entry.haltBand { instrument.haltBand = try units(band, "haltBand") }
        if let seconds = entry.haltSeconds {
            instrument.haltMicroseconds = try microseconds(seconds, "haltSeconds")
        }
        if let seconds = entry.referenceSeconds {
            instrument.referenceMicroseconds = try microseconds(seconds, "referenceSeconds")
        }
        guard instrument.haltBand < FixedPoint.one else {
            throw .invalid(file: file, field: "\(prefix).haltBand", reason: "must be below 1")
        }
    }

    private func readTrailingDelta(
        _ entry: InstrumentDocument.Entry,
        into instrument: inout Instrument
    ) throws(ConfigurationError) {
        if let least = entry.minTrailingDelta {
            instrument.trailingDeltaMin = Int32(try number(least, "minTrailingDelta", 1...9999))
        }
        if let most = entry.maxTrailingDelta {
            instrument.trailingDeltaMax = Int32(try number(most, "maxTrailingDelta", 0...9999))
        }
        let most = instrument.trailingDeltaMax
        guard most == 0 || instrument.trailingDeltaMin <= most else {
            throw .invalid(
                file: file,
                field: "\(prefix).minTrailingDelta",
                reason: "is above maxTrailingDelta"
            )
        }
    }

    private func microseconds(_ seconds: Int, _ name: String) throws(ConfigurationError) -> Int64 {
        Int64(try number(seconds, name, 1...86_400)) * 1_000_000
    }

    private func number(
        _ value: Int,
        _ name: String,
        _ range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard range.contains(value) else {
            let reason = "must be \(range.lowerBound) to \(range.upperBound)"
            throw .invalid(file: file, field: "\(prefix).\(name)", reason: reason)
        }
        return value
    }
}
