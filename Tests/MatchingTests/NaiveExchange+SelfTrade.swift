import Trading

/// Rule 14: self-trade prevention.
extension NaiveExchange {
    /// Whether two orders must not trade with each other.
    func prevents(_ taker: Order, _ maker: Order) -> Bool {
        if taker.selfTradePrevention == .none { return false }
        if taker.account == maker.account { return true }
        let group = terms[taker.account]?.tradeGroup ?? 0
        return group != 0 && group == terms[maker.account]?.tradeGroup ?? 0
    }

    /// An incoming order meets a resting one of its own.
    mutating func prevent(
        _ incoming: inout IncomingOrder,
        _ maker: OpenOrder,
        _ walk: inout Walk
    ) {
        if incoming.order.account != maker.order.account { note("met its trade group") }
        switch incoming.order.selfTradePrevention {
        case .none: return
        case .expireTaker: walk.isPrevented = true
        case .expireMaker: endPrevented(maker.order)
        case .expireBoth:
            endPrevented(maker.order)
            walk.isPrevented = true
        case .decrement:
            let ticks = maker.order.price.ticks
            let instrument = pair(maker.order)
            let wanted = wantedLots(incoming, ticks)
            let isByAmount = incoming.order.quoteQuantity.units > 0
            let lots = min(wanted, maker.shown)
            incoming.order.prevented.lots += lots
            if isByAmount {
                incoming.preventedValue += Int64(instrument.exactNotional(ticks, lots))
            }
            decrement(maker.order, by: lots)
            walk.isPrevented = lots == wanted
            note(walk.isPrevented ? "decrement ended the taker" : "decrement ended the maker")
        }
    }

    mutating func endPrevented(_ order: Order) {
        if sibling(of: order) != nil { note("OCO by prevention") }
        close(order, .expiredInMatch)
    }

    /// A resting order loses lots; it ends when it has none left.
    mutating func decrement(_ order: Order, by lots: Int64) {
        var order = order
        order.prevented.lots += lots
        order.updatedAt = now
        reduce(order, by: lots)
        endIfNothingIsLeft(order, .expiredInMatch)
    }
}
