import Trading

/// Writes amendments and prevented matches the way the API shows them.
extension OrderJSON {
    /// The answer to an amendment; its quantities are spelled otherwise than elsewhere.
    ///
    /// - Parameters:
    ///   - order: As it is since.
    ///   - previousName: Its name before.
    ///   - writer: Where it goes.
    func writeAmended(
        _ order: Order,
        previousName: ClientOrderID,
        to writer: inout JSONWriter
    ) {
        let instrument = venue.instrument(order.instrument)
        writer.object {
            $0.key("transactTime")
            $0.value(order.updatedAt, in: unit)
            $0.key("executionId")
            $0.value(order.updatedAt.microseconds)
            $0.key("amendedOrder")
            $0.object {
                $0.key("symbol")
                $0.raw(venue.json(order.instrument))
                $0.key("orderId")
                $0.value(order.id.rawValue)
                $0.key("orderListId")
                $0.value(listNumber(order))
                $0.key("origClientOrderId")
                $0.value(previousName)
                $0.key("clientOrderId")
                $0.value(order.clientOrderID)
                let decimals: [(StaticString, Int64)] = [
                    ("price", order.type.hasLimit ? instrument.units(order.price) : 0),
                    ("qty", instrument.units(order.quantity)),
                    ("executedQty", instrument.units(order.executed)),
                    ("preventedQty", instrument.units(order.prevented)),
                    ("quoteOrderQty", order.quoteQuantity.units),
                    ("cumulativeQuoteQty", order.cumulativeQuote.units),
                ]
                for (name, units) in decimals {
                    $0.key(name)
                    $0.decimal(units)
                }
                writeState(order, to: &$0)
                writeTerms(order, to: &$0)
            }
        }
    }

    /// An amendment as a query shows it.
    func write(_ amendment: Amendment, to writer: inout JSONWriter) {
        let instrument = venue.instrument(amendment.instrument)
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(amendment.instrument))
            $0.key("orderId")
            $0.value(amendment.order.rawValue)
            $0.key("executionId")
            $0.value(amendment.executionID)
            $0.key("origClientOrderId")
            $0.value(amendment.previousName)
            $0.key("newClientOrderId")
            $0.value(amendment.name)
            $0.key("origQty")
            $0.decimal(instrument.units(amendment.previousQuantity))
            $0.key("newQty")
            $0.decimal(instrument.units(amendment.quantity))
            $0.key("time")
            $0.value(amendment.time, in: unit)
        }
    }

    /// A prevented match; the quantity of an order that was let go on is left out.
    func write(_ match: PreventedMatch, to writer: inout JSONWriter) {
        let instrument = venue.instrument(match.instrument)
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(match.instrument))
            $0.key("preventedMatchId")
            $0.value(match.id)
            $0.key("takerOrderId")
            $0.value(match.taker.rawValue)
            $0.key("makerSymbol")
            $0.raw(venue.json(match.instrument))
            $0.key("makerOrderId")
            $0.value(match.maker.rawValue)
            $0.key("tradeGroupId")
            $0.value(match.tradeGroup == 0 ? -1 : Int64(match.tradeGroup))
            $0.key("selfTradePreventionMode")
            $0.word(match.mode.apiName)
            $0.key("price")
            $0.decimal(instrument.units(match.price))
            if match.takerQuantity != .zero {
                $0.key("takerPreventedQuantity")
                $0.decimal(instrument.units(match.takerQuantity))
            }
            if match.makerQuantity != .zero {
                $0.key("makerPreventedQuantity")
                $0.decimal(instrument.units(match.makerQuantity))
            }
            $0.key("transactTime")
            $0.value(match.time, in: unit)
        }
    }
}
