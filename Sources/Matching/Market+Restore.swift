import Accounts
import Trading
import Wire

extension Market {
    /// Reads what `encode(into:)` wrote, and registers the names of the open orders.
    ///
    /// - Parameters:
    ///   - reader: At the first byte of the pair.
    ///   - hasStanding: Whether it says where pairs stand in their moves.
    ///   - hasExecutions: Whether it tells of executions, amendments and prevented matches.
    ///   - number: The pair's number on the shard from now on.
    ///   - shared: With the ledger already read.
    /// - Returns: The pair.
    /// - Throws: `DecodeError`, also when a record contradicts the state around it.
    static func decode(
        from reader: inout ByteReader,
        hasStanding: Bool,
        hasExecutions: Bool,
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
        if hasStanding { try market.readStanding(&reader) }
        if hasExecutions { try market.readExecutions(&reader) }
        try market.readCounters(&reader, at: shared.now)
        try market.readLists(&reader, shared)
        try market.readResting(.buy, &reader, &shared)
        try market.readResting(.sell, &reader, &shared)
        try market.readWaiting(&reader, &shared)
        // Parts of a copy need not be of one moment.
        guard market.state == .arriving || market.isWhole else {
            throw .badValue(field: "Market.book", at: start)
        }
        try market.readPositions(&reader, shared)
        try market.readHistory(&reader, shared)
        if hasExecutions { try market.readEvents(&reader, shared) }
        if market.isActive { shared.nextDue = min(shared.nextDue, market.nextDue) }
        return market
    }

    private mutating func readStanding(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let state = try reader.read(PairStanding.State.self)
        let generation = try reader.read(UInt32.self)
        stagedParts = try reader.read(UInt32.self)
        guard state != .absent, generation > 0 || state == .active else {
            throw .badValue(field: "Market.state", at: start)
        }
        stand(state, generation)
    }

    private mutating func readExecutions(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let next = try reader.read(Int64.self)
        // The standing has set the least that its generation allows.
        guard next >= blotter.nextExecutionID else {
            throw .badValue(field: "Market.executions", at: start)
        }
        blotter.nextExecutionID = next
    }

    // MARK: Lists

    private mutating func readLists(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        var previous = OrderListID.none
        for _ in 0..<(try reader.readCount(elementSizeMin: 40)) {
            let start = reader.position
            let list = try readOpenList(&reader, shared)
            let name = OrderListReference.clientOrderID(list.list.clientOrderID)
            guard list.list.id > previous,
                blotter.lists.findOpen(name, of: list.owner) == nil
            else { throw .badValue(field: "Market.list", at: start) }
            previous = list.list.id
            blotter.lists.insert(list)
        }
        let start = reader.position
        let closedCount = try reader.readCount(elementSizeMin: 40)
        guard closedCount <= ListTable.closedMax else {
            throw .badValue(field: "Market.closedLists", at: start)
        }
        for _ in 0..<closedCount { try readClosedList(&reader, shared) }
    }

    // MARK: Open orders

    private mutating func readResting(
        _ side: Side,
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        var (lots, best) = (Int64(0), Price.none)
        for _ in 0..<(try reader.readCount(elementSizeMin: 84)) {
            let start = reader.position
            let order = try reader.readOrder()
            let shown = try reader.read(Int64.self)
            guard order.side == side, isRestingSound(order, shown),
                best == .none || !Self.isBetter(order.price, best, side)
            else { throw .badValue(field: "Market.resting", at: start) }
            let slot = try restore(order, reserve: .zero, at: start, &shared)
            // Whatever sums up lots of a side relies on this.
            let (sum, overflows) = lots.addingReportingOverflow(order.remaining.lots)
            guard !overflows else { throw .badValue(field: "Market.resting", at: start) }
            _ = book.enter(slot, side, at: order.price, lots: shown)
            (lots, best) = (sum, order.price)
        }
    }

    private mutating func readWaiting(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        var previous = OrderID(0)
        for _ in 0..<(try reader.readCount(elementSizeMin: 92)) {
            let start = reader.position
            let order = try reader.readOrder()
            let reserve = try reader.readAmount()
            let best = try reader.readPrice()
            guard order.id > previous, isWaitingSound(order, best: best) else {
                throw .badValue(field: "Market.waiting", at: start)
            }
            previous = order.id
            _ = try restore(order, reserve: reserve, at: start, &shared)
            if order.status != .pendingNew { wait(order, best: best) }
        }
    }

    // MARK: Positions and history

    private mutating func readPositions(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        var least = 0
        for _ in 0..<(try reader.readCount(elementSizeMin: 28)) {
            let start = reader.position
            let row = try reader.read(UInt32.self)
            guard Int(row) >= least, Int(row) < shared.ledger.accountCount else {
                throw .badValue(field: "Market.position", at: start)
            }
            least = Int(row) + 1
            blotter.seat(AccountSlot(index: Int32(row)))
            let position = try PositionEntry(decoding: &reader)
            guard !position.isEmpty else { throw .badValue(field: "Market.position", at: start) }
            blotter.owners[row].position = position
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
        for _ in 0..<closedCount { _ = try readClosedOrder(&reader, shared) }
        let fillsStart = reader.position
        let fillCount = try reader.readCount(elementSizeMin: 66)
        guard fillCount <= Blotter.fillsMax else {
            throw .badValue(field: "Market.fills", at: fillsStart)
        }
        for _ in 0..<fillCount { try readFill(&reader, shared) }
    }

    private mutating func readEvents(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let amendmentCount = try reader.readCount(elementSizeMin: Amendment.wireSizeMin)
        guard amendmentCount <= Blotter.amendmentsMax else {
            throw .badValue(field: "Market.amendments", at: start)
        }
        for _ in 0..<amendmentCount { try readAmendment(&reader, shared) }
        let matchesStart = reader.position
        let matchCount = try reader.readCount(elementSizeMin: PreventedMatch.wireSizeMin)
        guard matchCount <= Blotter.preventedMax else {
            throw .badValue(field: "Market.prevented", at: matchesStart)
        }
        for _ in 0..<matchCount { try readPreventedMatch(&reader, shared) }
    }
}
