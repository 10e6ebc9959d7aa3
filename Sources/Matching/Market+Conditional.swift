import Accounts
import Trading

extension Market {
    /// Lets a conditional order that has a slot wait for its trigger.
    mutating func wait(_ order: Order) {
        let last = blotter.lastPrice
        let isActive = order.stopPrice == .none || (last != .none && order.isReached(by: last))
        wait(order, best: isActive ? last : .none)
    }

    /// Lets it wait, a trailing stop with the best price it has seen.
    mutating func wait(_ order: Order, best: Price) {
        guard order.trailingDelta > 0 else {
            let ticks = order.stopPrice.ticks
            if order.firesOnFall {
                let entry = OrderKey(key: -ticks, id: order.id)
                triggers.falling.insert(entry) { book.find($0).isNone }
            } else {
                let entry = OrderKey(key: ticks, id: order.id)
                triggers.rising.insert(entry) { book.find($0).isNone }
            }
            return
        }
        triggers.trailing.insert(
            TrailingStop(
                id: order.id,
                side: order.side,
                delta: order.trailingDelta,
                activation: order.stopPrice,
                activatesOnFall: order.firesOnFall,
                best: best
            )
        )
    }

    /// Queues the conditional orders that fire at a trade price: rule 16.
    mutating func fire(at price: Price, _ shared: inout SharedState) {
        while let id = triggers.falling.popFirst(through: -price.ticks) { fire(id, &shared) }
        while let id = triggers.rising.popFirst(through: price.ticks) { fire(id, &shared) }
        guard !triggers.trailing.stops.isEmpty else { return }
        for id in triggers.trailing.observe(price) { fire(id, &shared) }
    }

    /// Queues a conditional order, and ends the other of its pair at once: rule 17.
    private mutating func fire(_ id: OrderID, _ shared: inout SharedState) {
        let slot = book.find(id)
        // It may have ended, or its pair may have been decided at this very price.
        guard !slot.isNone else { return }
        triggers.trailing.remove(id)
        blotter.queue.append(.fire(id))
        guard blotter.records[slot.index].order.list != .none else { return }
        blotter.decide(slot, &shared)
        endStep(&shared)
    }

    /// Runs a conditional order whose turn has come.
    mutating func runFired(_ id: OrderID, _ shared: inout SharedState) {
        let slot = book.find(id)
        invariant(!slot.isNone, "a fired order waits for its turn")
        let record = blotter.records[slot.index]
        let owner = OrderTag(rawValue: book.tag(of: slot)).owner
        let held = blotter.hold(of: record)
        shared.ledger.release(held, owner, blotter.column(record.order.side))
        blotter.records[slot.index].reserve = .zero
        var order = record.order
        order.workingAt = shared.now
        order.updatedAt = shared.now
        var bounds = self.bounds(of: order)
        // It may spend what was held for it, and no more.
        if !order.type.hasLimit, order.side == .buy { bounds.quote = held.units }
        blotter.report(.new, order, &shared)
        let name = shared.names.name(record.name)
        var incoming = IncomingOrder(order, name, slot: slot, bounds, isAnswered: false, shared)
        run(&incoming, &shared)
    }
}
