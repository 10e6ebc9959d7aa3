import Trading

/// Writes orders and fills the way the API shows them.
///
/// The spelling `cummulativeQuoteQty` is the venue's own.
struct OrderJSON {
    let venue: Venue
    let unit: TimeUnit

    /// The answer to a placement.
    func writePlacement(
        _ order: Order,
        fills: [Fill],
        _ type: ResponseType,
        to writer: inout JSONWriter
    ) {
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(order.instrument))
            writeIdentity(order, order.clientOrderID, to: &$0)
            $0.key("transactTime")
            $0.value(order.createdAt, in: unit)
            guard type != .ack else { return }
            writeResult(order, to: &$0)
            writeTerms(order, to: &$0)
            guard type == .full else { return }
            $0.key("fills")
            $0.array { writer in for fill in fills { writeShort(fill, to: &writer) } }
        }
    }

    /// The answer to a cancel.
    ///
    /// - Parameters:
    ///   - order: As it was left.
    ///   - id: The cancel's own id, which takes the place of the order's.
    ///   - writer: Where it goes.
    func writeCancellation(_ order: Order, id: ClientOrderID, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(order.instrument))
            $0.key("origClientOrderId")
            $0.value(order.clientOrderID)
            writeIdentity(order, id, to: &$0)
            $0.key("transactTime")
            $0.value(order.updatedAt, in: unit)
            writeResult(order, to: &$0)
            writeTerms(order, to: &$0)
        }
    }

    /// An order as `GET order` shows it.
    func writeStatus(_ order: Order, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(order.instrument))
            writeIdentity(order, order.clientOrderID, to: &$0)
            writeResult(order, to: &$0)
            writeTerms(order, always: true, to: &$0)
            $0.key("time")
            $0.value(order.createdAt, in: unit)
            $0.key("updateTime")
            $0.value(order.updatedAt, in: unit)
            $0.key("isWorking")
            $0.value(order.isWorking)
        }
    }

    /// A fill as `myTrades` shows it.
    func writeFill(_ fill: Fill, to writer: inout JSONWriter) {
        let trade = fill.trade
        let instrument = venue.instrument(trade.instrument)
        writer.object {
            $0.key("symbol")
            $0.raw(venue.json(trade.instrument))
            $0.key("id")
            $0.value(trade.id.rawValue)
            $0.key("orderId")
            $0.value(fill.order.rawValue)
            $0.key("orderListId")
            $0.value(-1)
            $0.key("price")
            $0.decimal(instrument.units(trade.price))
            $0.key("qty")
            $0.decimal(instrument.units(trade.quantity))
            $0.key("quoteQty")
            $0.decimal(trade.quoteAmount.units)
            writeCommission(fill, to: &$0)
            $0.key("time")
            $0.value(trade.time, in: unit)
            $0.key("isBuyer")
            $0.value(fill.isBuyer)
            $0.key("isMaker")
            $0.value(fill.isMaker)
            $0.key("isBestMatch")
            $0.value(true)
        }
    }

    private func writeShort(_ fill: Fill, to writer: inout JSONWriter) {
        let instrument = venue.instrument(fill.trade.instrument)
        writer.object {
            $0.key("price")
            $0.decimal(instrument.units(fill.trade.price))
            $0.key("qty")
            $0.decimal(instrument.units(fill.trade.quantity))
            writeCommission(fill, to: &$0)
            $0.key("tradeId")
            $0.value(fill.trade.id.rawValue)
        }
    }

    private func writeCommission(_ fill: Fill, to writer: inout JSONWriter) {
        writer.key("commission")
        writer.decimal(fill.commission.units)
        writer.key("commissionAsset")
        writer.raw(venue.json(fill.commissionAsset))
    }

    /// The number of the list it belongs to, -1 without one.
    func listNumber(_ order: Order) -> Int64 {
        order.list == .none ? -1 : order.list.venueWide(in: order.instrument)
    }

    private func writeIdentity(_ order: Order, _ id: ClientOrderID, to writer: inout JSONWriter) {
        writer.key("orderId")
        writer.value(order.id.rawValue)
        writer.key("orderListId")
        writer.value(listNumber(order))
        writer.key("clientOrderId")
        writer.value(id)
    }

    /// What every answer beyond ACK has; an order without a limit price shows
    /// none and GTC.
    private func writeResult(_ order: Order, to writer: inout JSONWriter) {
        let instrument = venue.instrument(order.instrument)
        let hasLimit = order.type.hasLimit
        writer.key("price")
        writer.decimal(hasLimit ? instrument.units(order.price) : 0)
        writer.key("origQty")
        writer.decimal(instrument.units(order.quantity))
        writer.key("executedQty")
        writer.decimal(instrument.units(order.executed))
        writer.key("origQuoteOrderQty")
        writer.decimal(order.quoteQuantity.units)
        writer.key("cummulativeQuoteQty")
        writer.decimal(order.cumulativeQuote.units)
        writeState(order, to: &writer)
    }

    /// From the status to the mode of self-trade prevention.
    func writeState(_ order: Order, to writer: inout JSONWriter) {
        let hasLimit = order.type.hasLimit
        writer.key("status")
        writer.word(order.status.apiName)
        writer.key("timeInForce")
        writer.word((hasLimit ? order.timeInForce : .goodTilCancelled).apiName)
        writer.key("type")
        writer.word(order.type.apiName)
        writer.key("side")
        writer.word(order.side.apiName)
        writer.key("workingTime")
        if order.isWorking { writer.value(order.workingAt, in: unit) } else { writer.value(-1) }
        writer.key("selfTradePreventionMode")
        writer.word(order.selfTradePrevention.apiName)
    }

    /// What only some orders have; the status of an order shows two of them always.
    func writeTerms(_ order: Order, always: Bool = false, to writer: inout JSONWriter) {
        let instrument = venue.instrument(order.instrument)
        if always || order.stopPrice != .none {
            writer.key("stopPrice")
            writer.decimal(instrument.units(order.stopPrice))
        }
        if order.trailingDelta != 0 {
            writer.key("trailingDelta")
            writer.value(Int64(order.trailingDelta))
            // With a stop price it became active at a moment that is not kept.
            if order.stopPrice == .none {
                writer.key("trailingTime")
                writer.value(order.createdAt, in: unit)
            }
        }
        if always || order.icebergQuantity != .zero {
            writer.key("icebergQty")
            writer.decimal(instrument.units(order.icebergQuantity))
        }
        if order.expiresAt != .zero {
            writer.key("goodTillDate")
            writer.value(order.expiresAt, in: unit)
        }
        if order.prevented != .zero || order.status == .expiredInMatch {
            let isEnd = order.status == .expiredInMatch
            let quantity = isEnd ? order.quantity - order.executed : order.prevented
            writer.key("preventedQuantity")
            writer.decimal(instrument.units(quantity))
        }
        if let reason = order.expiryReason {
            writer.key("expiryReason")
            writer.word(reason)
        }
    }
}

extension JSONWriter {
    /// Writes a moment as an integer in the unit the client asked for.
    mutating func value(_ time: Timestamp, in unit: TimeUnit) {
        value(unit == .milliseconds ? time.milliseconds : time.microseconds)
    }
}

extension Order {
    /// Why it expired, in the venue's words; `nil` where the order does not tell.
    fileprivate var expiryReason: StaticString? {
        if status == .rejected { return "REJECTED" }
        // One that never worked ended with its list, by one of two ways.
        guard status == .expired, isWorking else { return nil }
        guard type.hasLimit else { return "INSUFFICIENT_LIQUIDITY" }
        switch timeInForce {
        case .immediateOrCancel: return "UNFILLED_IOC_QUANTITY_EXPIRED"
        case .fillOrKill: return "UNFILLED_FOK_ORDER_EXPIRED"
        case .goodTilCancelled: return list == .none ? nil : "OCO_TRIGGER"
        case .goodTilDate: return nil
        }
    }
}
