import Trading

/// Writes a pair's filters; one that is off is left out.
enum FilterJSON {
    /// Writes the elements of `filters`.
    static func write(_ instrument: Instrument, to writer: inout JSONWriter) {
        write(
            .price,
            [
                ("minPrice", instrument.units(instrument.priceMin)),
                ("maxPrice", instrument.units(instrument.priceMax)),
                ("tickSize", instrument.tickUnits),
            ],
            to: &writer
        )
        write(
            .lotSize,
            [
                ("minQty", instrument.units(instrument.quantityMin)),
                ("maxQty", instrument.units(instrument.quantityMax)),
                ("stepSize", instrument.lotUnits),
            ],
            to: &writer
        )
        if instrument.marketQuantityMax > .zero {
            write(
                .marketLotSize,
                [
                    ("minQty", 0), ("maxQty", instrument.units(instrument.marketQuantityMax)),
                    ("stepSize", 0),
                ],
                to: &writer
            )
        }
        writeNotional(instrument, to: &writer)
        writeMultipliers(instrument, to: &writer)
        write(.openOrders, "maxNumOrders", Int64(instrument.openOrdersMax), to: &writer)
        if instrument.icebergPartsMax > 0 {
            write(.icebergParts, "limit", Int64(instrument.icebergPartsMax), to: &writer)
        }
        if instrument.positionMax > .zero {
            write(
                .maxPosition,
                [("maxPosition", instrument.units(instrument.positionMax))],
                to: &writer
            )
        }
        if instrument.algoOrdersMax > 0 {
            let count = Int64(instrument.algoOrdersMax)
            write(.openAlgoOrders, "maxNumAlgoOrders", count, to: &writer)
            writeTrailingDelta(instrument, to: &writer)
        }
    }

    private static func write(
        _ filter: Filter,
        _ name: StaticString,
        _ count: Int64,
        to writer: inout JSONWriter
    ) {
        writer.object {
            writeType(filter, to: &$0)
            $0.key(name)
            $0.value(count)
        }
    }

    /// The same bounds above and below the price.
    private static func writeTrailingDelta(
        _ instrument: Instrument,
        to writer: inout JSONWriter
    ) {
        guard instrument.trailingDeltaMax > 0 else { return }
        let (least, most) = (
            Int64(instrument.trailingDeltaMin), Int64(instrument.trailingDeltaMax)
        )
        let members: [(StaticString, Int64)] = [
            ("minTrailingAboveDelta", least), ("maxTrailingAboveDelta", most),
            ("minTrailingBelowDelta", least), ("maxTrailingBelowDelta", most),
        ]
        writer.object {
            writeType(.trailingDelta, to: &$0)
            for (name, points) in members {
                $0.key(name)
                $0.value(points)
            }
        }
    }

    private static func write(
        _ filter: Filter,
        _ members: [(StaticString, Int64)],
        to writer: inout JSONWriter
    ) {
        writer.object {
            writeType(filter, to: &$0)
            writeDecimals(members, to: &$0)
        }
    }

    private static func writeDecimals(
        _ members: [(StaticString, Int64)],
        to writer: inout JSONWriter
    ) {
        for (name, units) in members {
            writer.key(name)
            writer.decimal(units)
        }
    }

    private static func writeType(_ filter: Filter, to writer: inout JSONWriter) {
        writer.key("filterType")
        writer.word(filter.apiName)
    }

    private static func writeNotional(_ instrument: Instrument, to writer: inout JSONWriter) {
        writer.object {
            writeType(.notional, to: &$0)
            $0.key("minNotional")
            $0.decimal(instrument.notionalMin.units)
            $0.key("applyMinToMarket")
            $0.value(true)
            $0.key("maxNotional")
            $0.decimal(instrument.notionalMax.units)
            $0.key("applyMaxToMarket")
            $0.value(true)
            $0.key("avgPriceMins")
            $0.value(0)
        }
    }

    /// Zero minutes: the reference is the last price.
    private static func writeMultipliers(_ instrument: Instrument, to writer: inout JSONWriter) {
        let members: [(StaticString, Int64)] = [
            ("bidMultiplierUp", instrument.bidMultiplierUp),
            ("bidMultiplierDown", instrument.bidMultiplierDown),
            ("askMultiplierUp", instrument.askMultiplierUp),
            ("askMultiplierDown", instrument.askMultiplierDown),
        ]
        guard members.contains(where: { $0.1 > 0 }) else { return }
        writer.object {
            writeType(.percentPriceBySide, to: &$0)
            writeDecimals(members, to: &$0)
            $0.key("avgPriceMins")
            $0.value(0)
        }
    }
}
