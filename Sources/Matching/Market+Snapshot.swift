import Accounts
import Trading
import Wire

extension Market {
    /// Appends the whole state of the pair.
    ///
    /// Rules, counters and phase; resting orders level by level in the order of their queues; waiting
    /// and pending orders, lists and positions in order of their numbers; history by age.
    func encode(into writer: inout ByteWriter, _ shared: borrowing SharedState) {
        writer.write(blotter.instrument)
        writer.write(blotter.nextOrderID)
        writer.write(blotter.nextTradeID)
        writer.write(blotter.lists.nextID)
        writer.write(updateID)
        writer.write(blotter.lastPrice)
        writer.write(phase)
        writer.write(reopensAt)
        writer.write(reference)
        writer.write(referenceAt)
        writer.write(blotter.digest.value)
        encodeLists(into: &writer)
        encodeResting(.buy, into: &writer)
        encodeResting(.sell, into: &writer)
        encodeWaiting(into: &writer, shared)
        encodePositions(into: &writer)
        writer.write(count: blotter.closed.count)
        for index in 0..<blotter.closed.count { writer.write(blotter.closed[index]) }
        writer.write(count: blotter.fills.count)
        for index in 0..<blotter.fills.count { writer.write(blotter.fills[index]) }
    }

    private func encodeLists(into writer: inout ByteWriter) {
        let open = blotter.lists.open.values.sorted { $0.list.id < $1.list.id }
        writer.write(count: open.count)
        for list in open {
            writer.write(list.list)
            writer.write(list.state)
            writer.write(list.hold)
            writer.write(list.holder)
        }
        writer.write(count: blotter.lists.closed.count)
        for index in 0..<blotter.lists.closed.count { writer.write(blotter.lists.closed[index]) }
    }

    private func encodeResting(_ side: Side, into writer: inout ByteWriter) {
        let slots = restingSlots(side)
        writer.write(count: slots.count)
        for slot in slots {
            writer.write(blotter.records[slot.index].order)
            writer.write(book.lots(of: slot))
        }
    }

    private func encodeWaiting(into writer: inout ByteWriter, _ shared: borrowing SharedState) {
        let slots = waitingSlots(accountCount: shared.ledger.accountCount)
        writer.write(count: slots.count)
        for slot in slots {
            let record = blotter.records[slot.index]
            writer.write(record.order)
            writer.write(record.reserve)
            writer.write(triggers.trailing.best(of: record.order.id))
        }
    }

    private func encodePositions(into writer: inout ByteWriter) {
        let rows = (0..<blotter.owners.count).filter { !blotter.owners[$0].position.isEmpty }
        writer.write(count: rows.count)
        for row in rows {
            writer.write(row)
            blotter.owners[row].position.encode(into: &writer)
        }
    }

    /// Slots of the resting orders of a side, in the order in which they trade.
    func restingSlots(_ side: Side) -> [OrderSlot] {
        var slots: [OrderSlot] = []
        var price = Price.none
        while let level = book.level(side, after: price) {
            price = level.price
            var slot = level.first
            while !slot.isNone {
                slots.append(slot)
                slot = book.next(in: slot)
            }
        }
        return slots
    }

    /// Slots of the open orders that are not in the book, by order id.
    private func waitingSlots(accountCount: Int) -> [OrderSlot] {
        var ids: [OrderID] = []
        for owner in 0..<accountCount {
            blotter.visitOpen(of: AccountSlot(index: Int32(owner))) { open in
                let slot = book.find(open.order.id)
                if !book.isResting(slot) { ids.append(open.order.id) }
            }
        }
        return ids.sorted().map { book.find($0) }
    }

    /// Adds what is held for the open orders.
    ///
    /// - Returns: Whether the sums fit.
    func addHolds(to holds: inout HoldTable) -> Bool {
        var fits = true
        for row in 0..<blotter.owners.count {
            let owner = AccountSlot(index: Int32(row))
            blotter.visitOpen(of: owner) { open in
                let column = blotter.column(open.order.side)
                fits = fits && holds.add(blotter.hold(of: open), owner, column)
            }
        }
        for list in blotter.lists.open.values {
            guard let first = list.list.orders.last else { continue }
            let slot = book.find(first)
            guard !slot.isNone else {
                fits = fits && list.hold == .zero
                continue
            }
            let column = blotter.column(blotter.records[slot.index].order.side)
            fits = fits && holds.add(list.hold, list.owner, column)
        }
        return fits
    }
}
