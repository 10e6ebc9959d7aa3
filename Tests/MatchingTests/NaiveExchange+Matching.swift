import Trading

/// Rules 10 to 14 and 23: the walk of an incoming order.
extension NaiveExchange {
    /// An order that was checked goes where it belongs: to the waiting ones or into the book.
    mutating func enter(_ order: Order) -> (Order, [Fill]) {
        if order.type.isConditional { return (wait(order), []) }
        var incoming = IncomingOrder(order: order)
        if order.quoteQuantity.units > 0 { incoming.budget = order.quoteQuantity.units }
        if order.type == .market {
            let trial = trial(incoming)
            incoming.estimate =
                order.side == .buy ? trial.cumulativeQuote.units : trial.executed.lots
        }
        return work(incoming)
    }

    private mutating func wait(_ order: Order) -> Order {
        var entry = OpenOrder(order: order, stage: .waiting)
        let last = market(order.instrument).last
        entry.holdTicks = Int64(holdTicks(request(of: order), pair(order)))
        if order.trailingDelta != 0, let last, order.stopPrice == .none || reaches(last, order) {
            entry.best = last
        }
        open.append(entry)
        return order
    }

    /// What would become of an order now, money aside.
    func trial(_ incoming: IncomingOrder) -> Order {
        var copy = self
        copy.closed = []
        copy.fills = []
        return copy.work(incoming).0
    }

    /// An order begins to work: it walks where the pair trades, and rests if it may.
    mutating func work(_ incoming: IncomingOrder) -> (Order, [Fill]) {
        var incoming = incoming
        if !incoming.order.isWorking { incoming.order.workingAt = now }
        incoming.order.updatedAt = now
        var walk = Walk()
        let isContinuous = market(incoming.order.instrument).phase == .continuous
        if isContinuous, incoming.order.type != .limitMaker {
            renewReference(pair(incoming.order))
            if canFillAsItMust(incoming) { take(&incoming, &walk) }
        }
        self.incoming = nil
        if let ticks = incoming.oldTicks { step.touch(incoming.order.side, ticks) }
        let order = settle(incoming, walk)
        if walk.halts { halt(pair(order)) }
        return (order, walk.fills)
    }

    /// What a walk has met.
    struct Walk {
        var fills: [Fill] = []
        var best: Int64 = 0
        var isPrevented = false
        var halts = false
        /// Whether the next lot costs more than what is left of an amount.
        var buysNoLot = false
    }

    private func canFillAsItMust(_ incoming: IncomingOrder) -> Bool {
        guard incoming.order.type.hasLimit, incoming.order.timeInForce == .fillOrKill else {
            return true
        }
        var partial = incoming
        partial.order.timeInForce = .immediateOrCancel
        return trial(partial).executed == incoming.order.quantity
    }

    private mutating func take(_ incoming: inout IncomingOrder, _ walk: inout Walk) {
        let instrument = pair(incoming.order)
        let side = incoming.order.side.opposite
        walk.best = book(instrument.id, side).first?.order.price.ticks ?? 0
        var refilled: [OrderID] = []
        while let maker = book(instrument.id, side).first {
            let ticks = maker.order.price.ticks
            guard isReachable(ticks, incoming.order, walk.best) else { return }
            let wanted = wantedLots(incoming, ticks)
            guard wanted > 0 else {
                walk.buysNoLot = incoming.order.quoteQuantity.units > 0
                return
            }
            guard isInsideBand(ticks, instrument) else {
                walk.halts = true
                return
            }
            if refilled.contains(maker.order.id) { note("refill met again") }
            if prevents(incoming.order, maker.order) {
                prevent(&incoming, maker, &walk)
                if walk.isPrevented { return }
            } else {
                let lots = min(wanted, maker.shown)
                take(lots, of: maker, &incoming, &walk)
            }
            if open.contains(where: { $0.isSame(maker.order) && $0.arrival != maker.arrival }) {
                refilled.append(maker.order.id)
            }
        }
    }

    private func isReachable(_ ticks: Int64, _ order: Order, _ best: Int64) -> Bool {
        let isBuy = order.side == .buy
        if order.type.hasLimit {
            return isBuy ? ticks <= order.price.ticks : ticks >= order.price.ticks
        }
        let (scaled, band) = (Int128(ticks) * 100_000_000, Int128(pair(order).marketBand))
        return isBuy
            ? scaled <= Int128(best) * (100_000_000 + band)
            : scaled >= Int128(best) * (100_000_000 - band)
    }

    /// What an order would trade at a price: as far as its amount, or the hold of a fired one, goes.
    func wantedLots(_ incoming: IncomingOrder, _ ticks: Int64) -> Int64 {
        let order = incoming.order
        guard let left = incoming.left else { return order.remaining.lots }
        let affordable = Int64(Int128(left) / pair(order).exactNotional(ticks, 1))
        return order.quoteQuantity.units > 0 ? affordable : min(affordable, order.remaining.lots)
    }

    private mutating func take(
        _ lots: Int64,
        of maker: OpenOrder,
        _ incoming: inout IncomingOrder,
        _ walk: inout Walk
    ) {
        let stored = incoming
        let outcome = trade(
            maker.order,
            incoming.order,
            lots: lots,
            ticks: maker.order.price.ticks
        ) { exchange, maker, taker in
            var stored = stored
            stored.order = taker
            exchange.incoming = stored
            exchange.reduce(maker, by: lots)
        }
        incoming.order = outcome.taker
        walk.fills.append(outcome.takerFill)
        endIfNothingIsLeft(outcome.maker, .filled)
    }

    // MARK: After the walk

    private mutating func settle(_ incoming: IncomingOrder, _ walk: Walk) -> Order {
        var order = incoming.order
        var isDone = order.remaining.lots == 0
        if order.quoteQuantity.units > 0 {
            isDone = order.executed.lots > 0 && (incoming.left == 0 || walk.buysNoLot)
            order.quantity = order.executed + order.prevented
        }
        if walk.isPrevented { return close(order, .expiredInMatch) }
        if isDone { return close(order, .filled) }
        guard order.mayRest else { return close(order, .expired) }
        order.status = order.executed.lots > 0 ? .partiallyFilled : .new
        rest(order)
        return order
    }

    private mutating func rest(_ order: Order) {
        open.removeAll { $0.isSame(order) }
        var entry = OpenOrder(order: order, stage: .working)
        entry.holdTicks = order.price.ticks
        open.append(entry)
        show(order)
        step.touch(order.side, order.price.ticks)
    }

    /// Sends an order to the back of its price, showing what it may.
    private mutating func show(_ order: Order) {
        guard let index = open.firstIndex(where: { $0.isSame(order) }) else { return }
        markets[order.instrument]?.arrivalCount += 1
        open[index].arrival = market(order.instrument).arrivalCount
        let part = order.icebergQuantity.lots
        open[index].shown = part > 0 ? min(part, order.remaining.lots) : order.remaining.lots
    }

    /// Takes lots off what a resting order shows.
    mutating func reduce(_ order: Order, by lots: Int64) {
        guard let index = open.firstIndex(where: { $0.isSame(order) }) else { return }
        open[index].order = order
        open[index].shown -= lots
        step.touch(order.side, order.price.ticks)
    }

    /// Ends a resting order that has nothing left, else refills it; its sibling has to go.
    mutating func endIfNothingIsLeft(_ order: Order, _ status: OrderStatus) {
        guard let entry = open.first(where: { $0.isSame(order) }) else { return }
        if sibling(of: order) != nil { note("OCO by trade") }
        if entry.order.remaining.lots == 0 {
            close(entry.order, status)
            return
        }
        if entry.shown == 0 { show(entry.order) }
        endSibling(of: entry.order, .expired)
    }

    // MARK: Price band

    private mutating func renewReference(_ instrument: Instrument) {
        guard let last = market(instrument.id).last else { return }
        let age = now.microseconds - market(instrument.id).referenceSince.microseconds
        guard market(instrument.id).reference == nil || age >= instrument.referenceMicroseconds
        else { return }
        markets[instrument.id]?.reference = last
        markets[instrument.id]?.referenceSince = now
    }

    private func isInsideBand(_ ticks: Int64, _ instrument: Instrument) -> Bool {
        guard instrument.haltBand > 0, let reference = market(instrument.id).reference else {
            return true
        }
        let (scaled, band) = (Int128(ticks) * 100_000_000, Int128(instrument.haltBand))
        return scaled >= Int128(reference) * (100_000_000 - band)
            && scaled <= Int128(reference) * (100_000_000 + band)
    }

    private mutating func halt(_ instrument: Instrument) {
        note("halt")
        markets[instrument.id]?.phase = .preOpen
        markets[instrument.id]?.reopensAt.microseconds =
            now.microseconds + instrument.haltMicroseconds
        step.halts = true
    }
}
