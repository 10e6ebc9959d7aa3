import Trading

/// The `exchangeInfo` answer, rendered once per pair since every client polls it.
struct ExchangeInformation {
    /// Each pair's object up to the value of `permissionSets`, its last member.
    private let symbols: [[UInt8]]
    private let rateLimits: [UInt8]

    /// Renders the parts.
    init(venue: Venue, limits: RateLimits) {
        symbols = venue.instruments.map { Self.render($0, venue) }
        var writer = JSONWriter()
        limits.write(to: &writer)
        rateLimits = writer.bytes
    }

    /// The answer for some pairs.
    ///
    /// - Parameters:
    ///   - instruments: In the order wanted.
    ///   - showsPermissionSets: Whether `permissionSets` is filled.
    ///   - call: Its time is the `serverTime`.
    /// - Returns: The answer.
    func answer(
        _ instruments: [InstrumentID],
        showsPermissionSets: Bool,
        _ call: Call
    ) -> APIResponse {
        let ending = Array((showsPermissionSets ? "[[\"SPOT\"]]}" : "[]}").utf8)
        let size = instruments.reduce(512) { $0 + symbols[Int($1.rawValue)].count + 16 }
        return APIResponse(capacity: size) {
            $0.object {
                $0.key("timezone")
                $0.word("UTC")
                $0.key("serverTime")
                $0.value(call.now, in: call.unit)
                $0.key("rateLimits")
                $0.raw(rateLimits)
                $0.key("exchangeFilters")
                $0.array { _ in }
                $0.key("symbols")
                $0.array { writer in
                    for id in instruments { writer.raw(symbols[Int(id.rawValue)] + ending) }
                }
            }
        }
    }

    private static func render(_ instrument: Instrument, _ venue: Venue) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.object {
            writeNames(instrument, venue, to: &$0)
            writeAbilities(to: &$0)
            $0.key("filters")
            $0.array { FilterJSON.write(instrument, to: &$0) }
            $0.key("permissions")
            $0.array { _ in }
            $0.key("defaultSelfTradePreventionMode")
            $0.word(instrument.defaultSelfTradePrevention.apiName)
            $0.key("allowedSelfTradePreventionModes")
            $0.array { writer in
                for mode in SelfTradePrevention.allCases { writer.word(mode.apiName) }
            }
            $0.key("permissionSets")
        }
        // The brace goes: the value of the last member is put there by each answer.
        return writer.bytes.dropLast()
    }

    private static func writeNames(
        _ instrument: Instrument,
        _ venue: Venue,
        to writer: inout JSONWriter
    ) {
        let precision = Int64(FixedPoint.places)
        writer.key("symbol")
        writer.raw(venue.json(instrument.id))
        writer.key("status")
        writer.word("TRADING")
        writer.key("baseAsset")
        writer.raw(venue.json(instrument.base))
        writer.key("baseAssetPrecision")
        writer.value(precision)
        writer.key("quoteAsset")
        writer.raw(venue.json(instrument.quote))
        let names: [StaticString] = [
            "quotePrecision", "quoteAssetPrecision", "baseCommissionPrecision",
            "quoteCommissionPrecision",
        ]
        for name in names {
            writer.key(name)
            writer.value(precision)
        }
    }

    private static func writeAbilities(to writer: inout JSONWriter) {
        writer.key("orderTypes")
        writer.array { writer in
            for type in [OrderType.limit, .limitMaker, .market] { writer.word(type.apiName) }
        }
        writer.flags([
            ("icebergAllowed", false), ("ocoAllowed", false), ("otoAllowed", false),
            ("opoAllowed", false), ("quoteOrderQtyMarketAllowed", true),
            ("allowTrailingStop", false), ("cancelReplaceAllowed", false), ("amendAllowed", false),
            ("pegInstructionsAllowed", false), ("isSpotTradingAllowed", true),
            ("isMarginTradingAllowed", false),
        ])
    }
}
