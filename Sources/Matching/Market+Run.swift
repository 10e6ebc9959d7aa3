import Accounts
import Trading

extension Market {
    /// Runs an order through the book as a step of its own, and rests, fills or ends what is left.
    mutating func run(_ incoming: inout IncomingOrder, _ shared: inout SharedState) {
        blotter.seat(incoming.name.owner)
        let hadTraded = incoming.order.executed.lots > 0
        var halts = false
        if phase == .continuous {
            if incoming.order.type != .limitMaker { setReference(shared) }
            halts = match(&incoming, &shared)
        }
        if !hadTraded, incoming.order.executed.lots > 0 {
            shared.orders.giveBack(incoming.name.owner, createdAt: incoming.order.createdAt)
        }
        if let left = incoming.left { touchOwn(left) }
        finish(&incoming, &shared)
        endStep(&shared)
        if halts { halt(&shared) }
    }

    /// Adds a level of the order's own side, once.
    private mutating func touchOwn(_ level: TouchedLevel) {
        let count = blotter.touched.count
        if count > 0, blotter.touched[count - 1].side == level.side,
            blotter.touched[count - 1].price == level.price
        {
            blotter.touched[count - 1] = level
        } else {
            blotter.touched.append(level)
        }
    }

    /// Walks an incoming order through the opposite side.
    ///
    /// - Returns: Whether the price band stopped it, which halts the pair.
    private mutating func match(
        _ incoming: inout IncomingOrder,
        _ shared: inout SharedState
    ) -> Bool {
        let side = incoming.order.side
        let best = book.best(side.opposite)
        guard best != .none, incoming.bounds.allows(best, side), canStart(incoming, shared) else {
            return false
        }
        incoming.estimate = estimate(incoming, shared)
        let band = band(around: reference)
        // Prices of a walk only get worse: on its good side the band can only stop its beginning.
        if band.contains(best, from: side) {
            let limit = tighter(incoming.bounds.limit, band.edge(side), side)
            Self.walk(&book, &blotter, &incoming, limit: limit, &shared)
        }
        incoming.isComplete = isComplete(incoming)
        guard !incoming.isComplete, !incoming.isExpiredInMatch else { return false }
        let next = book.best(side.opposite)
        guard next != .none, incoming.bounds.allows(next, side), !band.contains(next) else {
            return false
        }
        return incoming.bounds.capacity(at: next, blotter.notionalUnits) > 0
    }

    /// What a market order would pay, where a fee in the discount asset may take from the same
    /// balance.
    @inline(__always)
    private func estimate(_ incoming: borrowing IncomingOrder, _ shared: borrowing SharedState)
        -> Amount
    {
        guard !incoming.order.type.hasLimit else { return .zero }
        let owner = incoming.name.owner
        guard shared.ledger.terms(of: owner).paysInDiscountAsset,
            shared.ledger.discountColumn == blotter.column(incoming.order.side)
        else { return .zero }
        let reach = reach(of: incoming.order, incoming.bounds, owner, shared)
        if incoming.order.side == .buy { return reach.cost ?? .zero }
        return Amount(units: reach.lots * blotter.instrument.lotUnits)
    }

    private static func walk(
        _ book: inout Book,
        _ blotter: inout Blotter,
        _ incoming: inout IncomingOrder,
        limit: Price,
        _ shared: inout SharedState
    ) {
        let opposite = incoming.order.side.opposite
        book.walk(
            against: incoming.order.side,
            limit: limit,
            meet: { slot, tag, shown, price in
                blotter.meet(slot, OrderTag(rawValue: tag), shown, price, &incoming, &shared)
            },
            left: { price, total in
                blotter.touched.append(TouchedLevel(side: opposite, price: price, lots: total))
            }
        )
    }

    /// Whether an order may trade at all: fill-or-kill only if it would fill whole.
    @inline(__always)
    private func canStart(_ incoming: borrowing IncomingOrder, _ shared: borrowing SharedState)
        -> Bool
    {
        guard incoming.order.timeInForce == .fillOrKill, incoming.order.type.hasLimit else {
            return true
        }
        return reach(of: incoming.order, incoming.bounds, incoming.name.owner, shared).lots
            == incoming.order.remaining.lots
    }

    /// Whether the order has all it may get: its lots, its amount, or so much of the amount that
    /// the rest buys no lot at the next price.
    @inline(__always)
    private func isComplete(_ incoming: borrowing IncomingOrder) -> Bool {
        guard incoming.bounds.lots == .max else { return incoming.bounds.lots == 0 }
        guard incoming.bounds.quote > 0 else { return true }
        let side = incoming.order.side
        let price = book.best(side.opposite)
        guard price != .none, incoming.bounds.allows(price, side) else { return false }
        return incoming.bounds.capacity(at: price, blotter.notionalUnits) == 0
    }

    /// Decides what an order is after its walk: resting, filled or ended.
    private mutating func finish(_ incoming: inout IncomingOrder, _ shared: inout SharedState) {
        if incoming.order.quoteQuantity != .zero {
            incoming.order.quantity = incoming.order.executed + incoming.order.prevented
        }
        let hasTraded = incoming.order.executed.lots > 0
        if incoming.isExpiredInMatch {
            incoming.order.status = .expiredInMatch
        } else if incoming.isComplete, hasTraded {
            incoming.order.status = .filled
        } else if incoming.order.type.hasLimit, incoming.order.timeInForce.mayRest {
            incoming.order.status = hasTraded ? .partiallyFilled : .new
        } else {
            incoming.order.status = .expired
        }
        blotter.note(incoming.order)
        blotter.finishReport(of: incoming, &shared)
        if incoming.order.status.isOpen {
            rest(&incoming, &shared)
        } else if incoming.slot.isNone {
            blotter.archive(incoming, &shared)
        } else {
            blotter.records[incoming.slot.index].order = incoming.order
            blotter.retire(incoming.slot, incoming.name.owner, &shared)
            book.free(incoming.slot)
        }
    }

    /// Puts what is left of an order behind the others of its price.
    private mutating func rest(_ incoming: inout IncomingOrder, _ shared: inout SharedState) {
        let (side, price) = (incoming.order.side, incoming.order.price)
        let remaining = incoming.order.remaining
        let need = blotter.need(side, price, remaining)
        shared.ledger.hold(need, incoming.name.owner, blotter.column(side))
        var slot = incoming.slot
        if slot.isNone {
            slot = open(incoming.order, incoming.name, reserve: .zero, &shared)
        } else {
            blotter.records[slot.index].order = incoming.order
        }
        let part = incoming.order.icebergQuantity
        let shown = part.lots > 0 ? min(part, remaining) : remaining
        let lots = book.enter(slot, side, at: price, lots: shown.lots)
        touchOwn(TouchedLevel(side: side, price: price, lots: lots))
    }

    /// Gives an order a slot, dormant at first.
    @inline(__always)
    mutating func open(
        _ order: Order,
        _ name: OrderName,
        reserve: Amount,
        _ shared: inout SharedState
    ) -> OrderSlot {
        let tag = OrderTag(order, owner: name.owner)
        let slot = book.allocate(order.id, tag: tag.rawValue)
        blotter.open(order, at: slot, name, reserve: reserve, &shared)
        if order.expiresAt != .zero {
            let entry = OrderKey(key: order.expiresAt.microseconds, id: order.id)
            expiries.insert(entry) { book.find($0).isNone }
            shared.nextDue = min(shared.nextDue, order.expiresAt)
        }
        return slot
    }
}

extension Blotter {
    /// Makes sure an account has its entry before it trades.
    mutating func seat(_ owner: AccountSlot) {
        while owners.count <= UInt32(owner.index) { owners.append(OwnerEntry()) }
    }
}
