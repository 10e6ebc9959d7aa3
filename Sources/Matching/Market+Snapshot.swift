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
        writer.write(state)
        writer.write(generation)
        writer.write(stagedParts)
        writer.write(blotter.nextExecutionID)
        writeCounters(to: &writer)
        encodeLists(into: &writer)
        encodeResting(.buy, into: &writer)
        encodeResting(.sell, into: &writer)
        encodeWaiting(into: &writer, shared)
        encodePositions(into: &writer)
        writer.write(count: blotter.closed.count)
        for index in 0..<blotter.closed.count { writer.write(blotter.closed[index]) }
        writer.write(count: blotter.fills.count)
        for index in 0..<blotter.fills.count { writer.write(blotter.fills[index]) }
        writer.write(count: blotter.amendments.count)
        for index in 0..<blotter.amendments.count { writer.write(blotter.amendments[index]) }
        writer.write(count: blotter.prevented.count)
        for index in 0..<blotter.prevented.count { writer.write(blotter.prevented[index]) }
    }

    private func encodeLists(into writer: inout ByteWriter) {
        let open = blotter.lists.open.values.sorted { $0.list.id < $1.list.id }
        writer.write(count: open.count)
        for list in open { write(list, to: &writer) }
        writer.write(count: blotter.lists.closed.count)
        for index in 0..<blotter.lists.closed.count { writer.write(blotter.lists.closed[index]) }
    }

    private func encodeResting(_ side: Side, into writer: inout ByteWriter) {
        let slots = restingSlots(side)
        writer.write(count: slots.count)
        for slot in slots { writeResting(slot, to: &writer) }
    }

    private func encodeWaiting(into writer: inout ByteWriter, _ shared: borrowing SharedState) {
        let slots = waitingSlots(accountCount: shared.ledger.accountCount)
        writer.write(count: slots.count)
        for slot in slots { writeWaiting(slot, to: &writer) }
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
    func waitingSlots(accountCount: Int) -> [OrderSlot] {
        var slots: [OrderSlot] = []
        for owner in 0..<accountCount {
            blotter.visitOpenSlots(of: AccountSlot(index: Int32(owner))) {
                if !book.isResting($0) { slots.append($0) }
            }
        }
        return slots.sorted { book.id(of: $0) < book.id(of: $1) }
    }

    /// Shows what is held for the open orders: whose, of what, how much.
    func visitHolds(_ visit: (AccountSlot, AssetColumn, Amount) -> Void) {
        for row in 0..<blotter.owners.count {
            let owner = AccountSlot(index: Int32(row))
            blotter.visitOpen(of: owner) { open in
                visit(owner, blotter.column(open.order.side), blotter.hold(of: open))
            }
        }
        for list in blotter.lists.open.values {
            guard let first = list.list.orders.last else { continue }
            let slot = book.find(first)
            if slot.isNone { continue }
            visit(list.owner, blotter.column(blotter.records[slot.index].order.side), list.hold)
        }
    }
}
