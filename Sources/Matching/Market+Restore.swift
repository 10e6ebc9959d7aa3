import Accounts
import Trading
import Wire

extension Market {
    /// Reads what `encode(into:)` wrote, and registers the names of the open orders.
    ///
    /// - Parameters:
    ///   - reader: At the first byte of the pair.
    ///   - number: The pair's number on the shard from now on.
    ///   - shared: With the ledger already read.
    /// - Returns: The pair.
    /// - Throws: `DecodeError`, also when a record contradicts the state around it.
    static func decode(
        from reader: inout ByteReader,
        _ number: Int,
        _ shared: inout SharedState
    ) throws(DecodeError) -> Market {
        let start = reader.position
        let instrument = try reader.readInstrument()
        guard instrument.defect == nil, let base = shared.ledger.column(of: instrument.base),
            let quote = shared.ledger.column(of: instrument.quote)
        else { throw .badValue(field: "Market.instrument", at: start) }
        var market = Market(instrument, number: number, base: base, quote: quote)
        market.blotter.setRates(shared.ledger.feeSchedule)
        market.blotter.nextOrderID = try reader.read(Int64.self)
        market.blotter.nextTradeID = try reader.read(Int64.self)
        market.blotter.lists.nextID = try reader.read(Int64.self)
        market.updateID = try reader.read(Int64.self)
        market.blotter.lastPrice = try reader.readPrice()
        market.phase = try reader.read(TradingPhase.self)
        market.reopensAt = try reader.readTimestamp()
        market.reference = try reader.readPrice()
        market.referenceAt = try reader.readTimestamp()
        market.blotter.digest = StateDigest(value: try reader.read(UInt64.self))
        guard market.blotter.lastPrice.ticks >= 0, market.reference.ticks >= 0,
            market.reopensAt.microseconds >= 0
        else { throw .badValue(field: "Market.counters", at: start) }
        try market.readLists(&reader, shared)
        try market.readResting(.buy, &reader, &shared)
        try market.readResting(.sell, &reader, &shared)
        try market.readWaiting(&reader, &shared)
        try market.checkLists(at: start)
        try market.readPositions(&reader, shared)
        try market.readHistory(&reader, shared)
        shared.nextDue = min(shared.nextDue, market.nextDue)
        return market
    }

    // MARK: Lists

    private mutating func readLists(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 40)) {
            let start = reader.position
            let list = try reader.readOrderList()
            let state = try reader.read(OpenList.State.self)
            let hold = try reader.readAmount()
            let holder = try reader.read(OrderID.self)
            guard let owner = shared.ledger.slot(of: list.account), hold.units >= 0,
                list.orders.count == list.contingency.orderCount, list.status == .executing,
                blotter.lists.open[list.id] == nil
            else { throw .badValue(field: "Market.list", at: start) }
            blotter.lists.insert(
                OpenList(
                    list: list,
                    owner: owner,
                    state: state,
                    hold: hold,
                    holder: holder,
                    openCount: 0
                )
            )
        }
        for _ in 0..<(try reader.readCount(elementSizeMin: 40)) {
            let start = reader.position
            let list = try reader.readOrderList()
            guard let owner = shared.ledger.slot(of: list.account), list.status == .allDone else {
                throw .badValue(field: "Market.closedList", at: start)
            }
            blotter.lists.closed.append(list, owner: owner)
        }
    }

    private func checkLists(at start: Int) throws(DecodeError) {
        for list in blotter.lists.open.values where list.openCount == 0 {
            throw .badValue(field: "Market.list", at: start)
        }
    }

    // MARK: Open orders

    private mutating func readResting(
        _ side: Side,
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 84)) {
            let start = reader.position
            let order = try reader.readOrder()
            let shown = try reader.read(Int64.self)
            guard order.side == side, order.type.hasLimit, order.status != .pendingNew,
                shown > 0, shown <= order.remaining.lots,
                order.icebergQuantity != .zero || shown == order.remaining.lots
            else { throw .badValue(field: "Market.resting", at: start) }
            let slot = try restore(order, reserve: .zero, at: start, &shared)
            _ = book.enter(slot, side, at: order.price, lots: shown)
        }
    }

    private mutating func readWaiting(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 92)) {
            let start = reader.position
            let order = try reader.readOrder()
            let reserve = try reader.readAmount()
            let best = try reader.readPrice()
            let isPending = order.status == .pendingNew
            guard isPending || order.type.isConditional, reserve.units >= 0, best.ticks >= 0 else {
                throw .badValue(field: "Market.waiting", at: start)
            }
            _ = try restore(order, reserve: reserve, at: start, &shared)
            if !isPending { wait(order, best: best) }
        }
    }

    private mutating func restore(
        _ order: Order,
        reserve: Amount,
        at start: Int,
        _ shared: inout SharedState
    ) throws(DecodeError) -> OrderSlot {
        guard let owner = shared.ledger.slot(of: order.account), isSound(order), !book.isFull,
            book.find(order.id).isNone
        else { throw .badValue(field: "Market.open", at: start) }
        let name = shared.names.name(order.clientOrderID, of: owner)
        guard !shared.names.contains(name) else {
            throw .badValue(field: "Market.openName", at: start)
        }
        if order.list != .none {
            guard let list = blotter.lists.open[order.list], list.owner == owner,
                list.list.orders.contains(order.id)
            else { throw .badValue(field: "Market.listed", at: start) }
            blotter.lists.open[order.list]?.openCount += 1
        }
        return open(order, name, reserve: reserve, &shared)
    }

    /// Whether nothing the engine does with an order can leave its range.
    private func isSound(_ order: Order) -> Bool {
        let done = order.executed.lots.addingReportingOverflow(order.prevented.lots)
        guard order.instrument == instrument.id, order.status.isOpen, order.id.rawValue > 0,
            order.id.rawValue < blotter.nextOrderID, !order.clientOrderID.isEmpty,
            order.executed.lots >= 0, order.prevented.lots >= 0, !done.overflow,
            done.partialValue < order.quantity.lots, order.icebergQuantity.lots >= 0,
            order.stopPrice.ticks >= 0
        else { return false }
        guard (0..<10_000).contains(order.trailingDelta), order.expiresAt.microseconds >= 0,
            order.trailingDelta > 0 || !order.type.isConditional || order.stopPrice != .none,
            instrument.baseAmount(order.quantity) != nil
        else { return false }
        guard order.type.hasLimit else { return order.price == .none }
        return order.price.ticks > 0 && instrument.notional(order.price, order.quantity) != nil
    }

    // MARK: Positions and history

    private mutating func readPositions(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 28)) {
            let start = reader.position
            let row = try reader.read(UInt32.self)
            guard Int(row) < shared.ledger.accountCount else {
                throw .badValue(field: "Market.position", at: start)
            }
            blotter.seat(AccountSlot(index: Int32(row)))
            blotter.owners[row].position = try PositionEntry(decoding: &reader)
        }
    }

    private mutating func readHistory(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let closedCount = try reader.readCount(elementSizeMin: 76)
        guard closedCount <= Blotter.closedMax else {
            throw .badValue(field: "Market.closed", at: start)
        }
        for _ in 0..<closedCount {
            let position = reader.position
            let order = try reader.readOrder()
            guard let owner = shared.ledger.slot(of: order.account), !order.status.isOpen else {
                throw .badValue(field: "Market.closed", at: position)
            }
            blotter.closed.append(order, owner: owner)
        }
        let fillsStart = reader.position
        let fillCount = try reader.readCount(elementSizeMin: 66)
        guard fillCount <= Blotter.fillsMax else {
            throw .badValue(field: "Market.fills", at: fillsStart)
        }
        for _ in 0..<fillCount {
            let position = reader.position
            let fill = try reader.readFill()
            guard let owner = shared.ledger.slot(of: fill.account) else {
                throw .badValue(field: "Market.fill", at: position)
            }
            blotter.fills.append(fill, owner: owner)
        }
    }
}
