import Accounts
import Trading

/// What an incoming order would get, found without touching anything.
struct Reach: Equatable {
    var lots: Int64 = 0
    /// `nil` when it leaves 63 bits, which no balance can pay.
    var cost: Amount? = .zero
}

extension Market {
    /// How far an order may go into the book as it is now.
    func bounds(of order: Order) -> TakerBounds {
        TakerBounds(
            limit: order.type.hasLimit ? order.price : protectedLimit(order.side),
            lots: order.quoteQuantity == .zero ? order.remaining.lots : .max,
            quote: order.quoteQuantity == .zero ? .max : order.quoteQuantity.units
        )
    }

    /// How far a request may go into the book as it is now.
    func bounds(of request: PlaceOrder) -> TakerBounds {
        TakerBounds(
            limit: request.type.hasLimit ? request.price : protectedLimit(request.side),
            lots: request.isByQuote ? .max : request.quantity.lots,
            quote: request.isByQuote ? request.quoteQuantity.units : .max
        )
    }

    /// The worst price of a market order: the band around the best opposite price.
    ///
    /// - Parameter side: The side of the market order.
    /// - Returns: `none` when there is nobody to trade with.
    private func protectedLimit(_ side: Side) -> Price {
        let best = book.best(side.opposite)
        return best == .none ? .none : Self.edge(of: blotter.instrument.marketBand, best, side)
    }

    /// The last price within a band around a price, in the direction in which a side trades.
    static func edge(of band: Int64, _ price: Price, _ side: Side) -> Price {
        let one = Int128(FixedPoint.one)
        let ticks = Int128(price.ticks)
        switch side {
        case .buy: return Price(ticks: Int64(clamping: ticks * (one + Int128(band)) / one))
        case .sell:
            // Rounded up: not one tick beyond the band.
            let limit = (ticks * max(one - Int128(band), 0) + one - 1) / one
            return Price(ticks: Int64(clamping: max(limit, 1)))
        }
    }

    /// The worse of two limits that is still allowed by both; `none` as an edge is no limit.
    func tighter(_ limit: Price, _ edge: Price, _ side: Side) -> Price {
        guard edge != .none, limit != .none else { return limit }
        return side == .buy ? min(limit, edge) : max(limit, edge)
    }

    /// What a request would get if it came in now, own orders treated as its mode says.
    func reach(
        of request: PlaceOrder,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Reach {
        let mode = request.selfTradePrevention ?? blotter.instrument.defaultSelfTradePrevention
        return reach(bounds(of: request), request.side, mode, owner, shared)
    }

    /// What an order would get if it came in now.
    func reach(
        of order: Order,
        _ bounds: TakerBounds,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Reach {
        reach(bounds, order.side, order.selfTradePrevention, owner, shared)
    }

    private func reach(
        _ start: TakerBounds,
        _ side: Side,
        _ mode: SelfTradePrevention,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Reach {
        var trial = Trial(bounds: start, mode: mode, owner: owner, shared)
        let band = band(around: referenceNow(shared))
        let best = book.best(side.opposite)
        guard best != .none, band.contains(best, from: side) else { return trial.reach }
        trial.bounds.limit = tighter(start.limit, band.edge(side), side)
        var price = Price.none
        while !trial.isOver, let level = book.level(side.opposite, after: price),
            trial.bounds.allows(level.price, side)
        {
            walk(level, &trial, shared)
            price = level.price
        }
        return trial.reach
    }

    /// Walks one level: the shown parts in order, then the hidden parts as they come up.
    private func walk(
        _ level: RestingLevel,
        _ trial: inout Trial,
        _ shared: borrowing SharedState
    ) {
        var hidden: [(lots: Int64, part: Int64)] = []
        let price = level.price
        var slot = level.first
        while !slot.isNone, !trial.isOver {
            let tag = OrderTag(rawValue: book.tag(of: slot))
            let shown = book.lots(of: slot)
            trial.meet(tag.owner, shown, price, blotter.notionalUnits, shared)
            if tag.isIceberg {
                let order = blotter.records[slot.index].order
                let rest = order.remaining.lots - shown
                // An own iceberg that is skipped is skipped whole; with DECREMENT it shrinks on.
                let isSkipped =
                    trial.mode == .expireMaker && trial.isKept(from: tag.owner, shared)
                if rest > 0, !isSkipped {
                    hidden.append((rest, order.icebergQuantity.lots))
                }
                trial.owners.append(tag.owner)
                if rest <= 0 || isSkipped { trial.owners.removeLast() }
            }
            slot = book.next(in: slot)
        }
        var next = 0
        while next < hidden.count, !trial.isOver {
            let (rest, part) = hidden[next]
            let lots = min(rest, part)
            trial.meet(trial.owners[next], lots, price, blotter.notionalUnits, shared)
            if rest > lots {
                hidden.append((rest - lots, part))
                trial.owners.append(trial.owners[next])
            }
            next += 1
        }
        trial.owners.removeAll(keepingCapacity: true)
    }
}

/// A walk that only counts.
private struct Trial {
    var bounds: TakerBounds
    let mode: SelfTradePrevention
    let owner: AccountSlot
    let group: UInt32
    var reach = Reach()
    var isOver = false
    /// Owners of the hidden parts of the level, in the order of their turns.
    var owners: [AccountSlot] = []

    init(
        bounds: TakerBounds,
        mode: SelfTradePrevention,
        owner: AccountSlot,
        _ shared: borrowing SharedState
    ) {
        self.bounds = bounds
        self.mode = mode
        self.owner = owner
        group = owner == .nobody ? 0 : shared.ledger.terms(of: owner).tradeGroup
    }

    func isKept(from other: AccountSlot, _ shared: borrowing SharedState) -> Bool {
        guard mode != .none else { return false }
        return other == owner || (group != 0 && shared.ledger.terms(of: other).tradeGroup == group)
    }

    mutating func meet(
        _ maker: AccountSlot,
        _ shown: Int64,
        _ price: Price,
        _ notionalUnits: Int64,
        _ shared: borrowing SharedState
    ) {
        let capacity = bounds.capacity(at: price, notionalUnits)
        guard capacity > 0 else {
            isOver = true
            return
        }
        let lots = min(capacity, shown)
        // Part of a resting order, whose own notional fits.
        let cost = price.ticks * lots * notionalUnits
        if isKept(from: maker, shared) {
            switch mode {
            case .expireMaker: return
            case .decrement: bounds.decrement(lots, value: cost)
            default: isOver = true
            }
        } else {
            reach.lots += lots
            let (sum, overflows) = (reach.cost?.units ?? .max).addingReportingOverflow(cost)
            reach.cost = overflows ? nil : Amount(units: sum)
            bounds.take(lots, cost: cost)
        }
        // The match ends at an order that it cannot take whole: what is left of an amount may buy
        // a lot at a worse price, but that price is behind this order.
        if lots < shown { isOver = true }
    }
}
