import Accounts
import Trading
import Wire

// The records of a pair that snapshots and copies for another shard have in common.

extension Market {
    // MARK: Writing

    /// Appends an open list.
    func write(_ list: OpenList, to writer: inout ByteWriter) {
        writer.write(list.list)
        writer.write(list.state)
        writer.write(list.hold)
        writer.write(list.holder)
    }

    /// Appends a resting order and the lots it shows.
    func writeResting(_ slot: OrderSlot, to writer: inout ByteWriter) {
        writer.write(blotter.records[slot.index].order)
        writer.write(book.lots(of: slot))
    }

    /// Appends an order that waits for a trigger or for its list.
    func writeWaiting(_ slot: OrderSlot, to writer: inout ByteWriter) {
        let record = blotter.records[slot.index]
        writer.write(record.order)
        writer.write(record.reserve)
        writer.write(triggers.trailing.best(of: record.order.id))
    }

    // MARK: Reading

    /// Reads an open list; its open orders are yet to be counted.
    func readOpenList(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) -> OpenList {
        let start = reader.position
        let list = try reader.readOrderList()
        let state = try reader.read(OpenList.State.self)
        let hold = try reader.readAmount()
        let holder = try reader.read(OrderID.self)
        guard let owner = shared.ledger.slot(of: list.account), list.status == .executing,
            isSound(list)
        else { throw .badValue(field: "Market.list", at: start) }
        return OpenList(
            list: list,
            owner: owner,
            state: state,
            hold: hold,
            holder: holder,
            openCount: 0
        )
    }

    /// Reads a done list into the history.
    mutating func readClosedList(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let list = try reader.readOrderList()
        guard let owner = shared.ledger.slot(of: list.account), list.status == .allDone,
            isSound(list), blotter.lists.open[list.id] == nil
        else { throw .badValue(field: "Market.closedList", at: start) }
        blotter.lists.closed.append(list, owner: owner)
    }

    /// Reads a closed order into the history.
    ///
    /// - Returns: The order and its owner.
    mutating func readClosedOrder(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) -> (order: Order, owner: AccountSlot) {
        let start = reader.position
        let order = try reader.readOrder()
        guard let owner = shared.ledger.slot(of: order.account), !order.status.isOpen,
            isRecordSound(order, at: shared.now),
            state == .arriving || book.find(order.id).isNone
        else { throw .badValue(field: "Market.closed", at: start) }
        blotter.closed.append(order, owner: owner)
        return (order, owner)
    }

    /// Reads a fill into the history.
    mutating func readFill(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let fill = try reader.readFill()
        guard let owner = shared.ledger.slot(of: fill.account), isSound(fill, shared) else {
            throw .badValue(field: "Market.fill", at: start)
        }
        blotter.fills.append(fill, owner: owner)
    }

    /// Reads an amendment into the history.
    mutating func readAmendment(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let record = try reader.readAmendment()
        guard let owner = shared.ledger.slot(of: record.account),
            record.instrument == instrument.id, !record.previousName.isEmpty,
            !record.name.isEmpty, record.time >= .zero, record.time <= shared.now,
            isOrderID(record.order),
            record.quantity > .zero, record.quantity < record.previousQuantity
        else { throw .badValue(field: "Market.amendment", at: start) }
        blotter.amendments.append(record, owner: owner)
    }

    private func isOrderID(_ id: OrderID) -> Bool {
        (1..<blotter.nextOrderID).contains(id.rawValue)
    }

    /// Reads a prevented match into the history.
    mutating func readPreventedMatch(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let record = try reader.readPreventedMatch()
        let count = blotter.prevented.count
        let last = count == 0 ? 0 : blotter.prevented[count - 1].id
        guard let owner = shared.ledger.slot(of: record.account),
            record.instrument == instrument.id, record.id > 0, record.id < .max,
            record.id >= last, record.time >= .zero, record.time <= shared.now,
            isOrderID(record.taker), isOrderID(record.maker),
            record.makerQuantity >= .zero, record.takerQuantity >= .zero,
            record.mode != .none, record.price > .none
        else { throw .badValue(field: "Market.preventedMatch", at: start) }
        blotter.prevented.append(record, owner: owner)
    }

    /// Opens an order as it was, its place aside.
    ///
    /// Parts of a copy need not be of one moment: while they come, names may clash and lists lack.
    mutating func restore(
        _ order: Order,
        reserve: Amount,
        at start: Int,
        _ shared: inout SharedState
    ) throws(DecodeError) -> OrderSlot {
        guard let owner = shared.ledger.slot(of: order.account),
            isSound(order, reserve: reserve, at: shared.now), !book.isFull,
            book.find(order.id).isNone
        else { throw .badValue(field: "Market.open", at: start) }
        let name = shared.names.name(order.clientOrderID, of: owner, in: instrument.id)
        guard state == .arriving || !shared.names.contains(name) else {
            throw .badValue(field: "Market.openName", at: start)
        }
        if order.list != .none, state != .arriving {
            guard let list = blotter.lists.open[order.list], list.owner == owner,
                list.list.orders.contains(order.id)
            else { throw .badValue(field: "Market.listed", at: start) }
            blotter.lists.open[order.list]?.openCount += 1
        }
        return open(order, name, reserve: reserve, &shared)
    }
}
