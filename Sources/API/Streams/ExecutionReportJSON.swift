import Trading

/// Writes the members of an `executionReport`.
struct ExecutionReportJSON {
    let venue: Venue
    let events: UserEventJSON

    /// Appends every member after the event time.
    func write(_ report: OrderReport, to writer: inout JSONWriter) {
        writeTerms(report, to: &writer)
        writeState(report, to: &writer)
        writeTrade(report, to: &writer)
        writeTimes(report.order, to: &writer)
        writeRare(report, to: &writer)
    }

    private func writeTerms(_ report: OrderReport, to writer: inout JSONWriter) {
        let order = report.order
        let instrument = venue.instrument(order.instrument)
        writer.key("s")
        writer.raw(venue.json(order.instrument))
        writer.key("c")
        writer.value(order.clientOrderID)
        writer.key("S")
        writer.word(order.side.apiName)
        writer.key("o")
        writer.word(order.type.apiName)
        writer.key("f")
        writer.word((order.type.hasLimit ? order.timeInForce : .goodTilCancelled).apiName)
        writer.key("q")
        writer.decimal(instrument.units(order.quantity))
        writer.key("p")
        writer.decimal(order.type.hasLimit ? instrument.units(order.price) : 0)
        writer.key("P")
        writer.decimal(instrument.units(order.stopPrice))
        if order.trailingDelta != 0 {
            writer.key("d")
            writer.value(Int64(order.trailingDelta))
        }
        writer.key("F")
        writer.decimal(instrument.units(order.icebergQuantity))
        writer.key("g")
        writer.value(order.list == .none ? -1 : order.list.venueWide(in: order.instrument))
        writer.key("C")
        writer.value(report.shownFormerName)
    }

    private func writeState(_ report: OrderReport, to writer: inout JSONWriter) {
        writer.key("x")
        writer.word(report.kind.apiName)
        writer.key("X")
        writer.word(report.order.status.apiName)
        writer.key("r")
        writer.word("NONE")
        writer.key("i")
        writer.value(report.order.id.rawValue)
    }

    private func writeTrade(_ report: OrderReport, to writer: inout JSONWriter) {
        let (order, fill) = (report.order, report.fill)
        let instrument = venue.instrument(order.instrument)
        let isTrade = report.kind == .trade
        writer.key("l")
        writer.decimal(instrument.units(fill.trade.quantity))
        writer.key("z")
        writer.decimal(instrument.units(order.executed))
        writer.key("L")
        writer.decimal(instrument.units(fill.trade.price))
        writer.key("n")
        writer.decimal(fill.commission.units)
        writer.key("N")
        if isTrade { writer.raw(venue.json(fill.commissionAsset)) } else { writer.null() }
        events.time("T", order.updatedAt, &writer)
        writer.key("t")
        writer.value(isTrade ? fill.trade.id.rawValue : -1)
        writer.key("I")
        writer.value(report.executionID)
        writer.key("w")
        writer.value(order.isWorking && order.status.isOpen)
        writer.key("m")
        writer.value(isTrade && fill.isMaker)
        writer.key("M")
        writer.value(isTrade)
    }

    private func writeTimes(_ order: Order, to writer: inout JSONWriter) {
        events.time("O", order.createdAt, &writer)
        writer.key("Z")
        writer.decimal(order.cumulativeQuote.units)
    }

    private func writeRare(_ report: OrderReport, to writer: inout JSONWriter) {
        let order = report.order
        let instrument = venue.instrument(order.instrument)
        writer.key("Y")
        writer.decimal(report.fill.trade.quoteAmount.units)
        writer.key("Q")
        writer.decimal(order.quoteQuantity.units)
        if order.isWorking { events.time("W", order.workingAt, &writer) }
        writer.key("V")
        writer.word(order.selfTradePrevention.apiName)
        if order.prevented != .zero {
            writer.key("A")
            writer.decimal(instrument.units(order.prevented))
        }
    }
}

extension OrderReport {
    /// The name before a cancel or a change; empty otherwise.
    fileprivate var shownFormerName: ClientOrderID {
        switch kind {
        case .canceled: formerName.isEmpty ? order.clientOrderID : formerName
        case .replaced: formerName
        default: .none
        }
    }
}

extension OrderReport.Kind {
    /// As the venue words it.
    fileprivate var apiName: StaticString {
        switch self {
        case .new: "NEW"
        case .canceled: "CANCELED"
        case .replaced: "REPLACED"
        case .rejected: "REJECTED"
        case .trade: "TRADE"
        case .expired: "EXPIRED"
        case .tradePrevention: "TRADE_PREVENTION"
        }
    }
}
