import Trading

/// The `exchangeInfo` answer, rendered once per pair and phase since every client polls it.
struct ExchangeInformation {
    /// By pair and phase: the object up to the value of `permissionSets`, its last member.
    private let symbols: [[[UInt8]]]
    private let rateLimits: [UInt8]

    /// Renders the parts.
    init(venue: Venue, limits: RateLimits) {
        symbols = venue.instruments.map { instrument in
            TradingPhase.allCases.map { Self.render(instrument, $0, venue) }
        }
        var writer = JSONWriter()
        limits.write(to: &writer)
        rateLimits = writer.bytes
    }

    /// The answer for some pairs.
    ///
    /// - Parameters:
    ///   - instruments: In the order wanted, each with its phase.
    ///   - showsPermissionSets: Whether `permissionSets` is filled.
    ///   - call: Its time is the `serverTime`.
    /// - Returns: The answer.
    func answer(
        _ instruments: [(id: InstrumentID, phase: TradingPhase)],
        showsPermissionSets: Bool,
        _ call: Call
    ) -> APIResponse {
        let ending = Array((showsPermissionSets ? "[[\"SPOT\"]]}" : "[]}").utf8)
        let parts = instruments.map {
            symbols[Int($0.id.rawValue)][Int($0.phase.rawValue)] + ending
        }
        let size = parts.reduce(512) { $0 + $1.count + 1 }
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
                    for part in parts { writer.raw(part) }
                }
            }
        }
    }

    private static func render(
        _ instrument: Instrument,
        _ phase: TradingPhase,
        _ venue: Venue
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.object {
            writeNames(instrument, phase, venue, to: &$0)
            writeAbilities(instrument, to: &$0)
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
        _ phase: TradingPhase,
        _ venue: Venue,
        to writer: inout JSONWriter
    ) {
        let precision = Int64(FixedPoint.places)
        writer.key("symbol")
        writer.raw(venue.json(instrument.id))
        writer.key("status")
        writer.word(phase.apiName)
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

    private static func writeAbilities(_ instrument: Instrument, to writer: inout JSONWriter) {
        var types: [OrderType] = [.limit, .limitMaker, .market]
        let takesStops = instrument.algoOrdersMax > 0
        if takesStops { types += [.stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit] }
        writer.key("orderTypes")
        writer.array { writer in for type in types { writer.word(type.apiName) } }
        writer.flags([
            ("icebergAllowed", instrument.icebergPartsMax > 0), ("ocoAllowed", takesStops),
            ("otoAllowed", true), ("opoAllowed", false), ("quoteOrderQtyMarketAllowed", true),
            ("allowTrailingStop", takesStops && instrument.trailingDeltaMax > 0),
            ("cancelReplaceAllowed", true), ("amendAllowed", true),
            ("pegInstructionsAllowed", false), ("isSpotTradingAllowed", true),
            ("isMarginTradingAllowed", false),
        ])
    }
}
