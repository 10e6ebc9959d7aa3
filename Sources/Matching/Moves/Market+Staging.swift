import Accounts
import Trading
import Wire

extension Market {
    /// Takes in a part of a copy, or what changed since: see `PairRecord`.
    ///
    /// - Parameters:
    ///   - bytes: The records; the header comes first.
    ///   - shared: The money and the names of the shard the pair comes to.
    /// - Throws: `DecodeError`; what was taken in is then of no use.
    mutating func stage(
        _ bytes: [UInt8],
        _ shared: inout SharedState
    ) throws(DecodeError) {
        var reader = ByteReader(bytes)
        try Self.readHeader(&reader, &shared)
        try readCounters(&reader, at: shared.now)
        while reader.remaining > 0 {
            let start = reader.position
            guard let kind = PairRecord(rawValue: try reader.read(UInt8.self)) else {
                throw .badValue(field: "PairRecord", at: start)
            }
            try stage(kind, &reader, &shared)
        }
    }

    /// Reads the pair and the source's log time, which becomes the least of this shard.
    ///
    /// - Returns: The pair.
    @discardableResult
    static func readHeader(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) -> Instrument {
        let start = reader.position
        guard try reader.read(UInt8.self) == PairRecord.header.rawValue else {
            throw .badValue(field: "PairRecord.header", at: start)
        }
        let instrument = try reader.readInstrument()
        let time = try reader.readTimestamp()
        guard shared.advance(to: time) else { throw .badValue(field: "PairRecord.time", at: start) }
        return instrument
    }

    private mutating func stage(
        _ kind: PairRecord,
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        switch kind {
        case .terms: try stageTerms(&reader, &shared)
        case .resting: try stageResting(&reader, &shared)
        case .removed: try unstage(try reader.read(OrderID.self), at: reader.position, &shared)
        case .changed: try stageChange(&reader, &shared)
        case .position:
            let owner = try owner(try reader.read(AccountID.self), reader.position, shared)
            blotter.seat(owner)
            blotter.owners[UInt32(owner.index)].position = try PositionEntry(decoding: &reader)
        case .closedName:
            let owner = try owner(try reader.read(AccountID.self), reader.position, shared)
            let name = shared.names.name(
                try reader.readClientOrderID(),
                of: owner,
                in: instrument.id
            )
            let terms = try reader.read(UInt64.self)
            // Remembered a little longer than at the source: since it came here.
            shared.names.insertClosed(name, terms: terms, at: shared.timeOfNames)
        case .closedOrder, .oldOrder: try stageClosed(kind, &reader, &shared)
        case .fill: try readFill(&reader, shared)
        case .closedList: try readClosedList(&reader, shared)
        case .amendment: try readAmendment(&reader, shared)
        case .preventedMatch: try readPreventedMatch(&reader, shared)
        case .openList: try stageOpenList(&reader, shared)
        case .waiting: try stageWaiting(&reader, &shared)
        case .header: throw .badValue(field: "PairRecord.header", at: reader.position)
        }
    }

    /// The row of an account whose terms came before.
    private func owner(
        _ account: AccountID,
        _ position: Int,
        _ shared: borrowing SharedState
    ) throws(DecodeError) -> AccountSlot {
        guard let slot = shared.ledger.slot(of: account) else {
            throw .badValue(field: "PairRecord.account", at: position)
        }
        return slot
    }

    private func stageTerms(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let terms = try reader.readAccountTerms()
        // What a shard that knows the account has agreed with it stands.
        guard shared.ledger.slot(of: terms.account) == nil else { return }
        guard shared.ledger.slot(opening: terms.account) != nil, shared.ledger.set(terms) == nil
        else { throw .badValue(field: "PairRecord.terms", at: start) }
    }

    // MARK: Orders

    private mutating func stageResting(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let order = try reader.readOrder()
        let lots = try reader.read(Int64.self)
        guard isRestingSound(order, lots) else {
            throw .badValue(field: "PairRecord.resting", at: start)
        }
        let slot = try restore(order, reserve: .zero, at: start, &shared)
        _ = book.enter(slot, order.side, at: order.price, lots: lots)
    }

    private mutating func unstage(
        _ id: OrderID,
        at start: Int,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let slot = book.find(id)
        guard !slot.isNone, book.isResting(slot) else {
            throw .badValue(field: "PairRecord.removed", at: start)
        }
        _ = book.leave(slot)
        shared.names.remove(blotter.records[slot.index].name)
        blotter.unlink(slot, OrderTag(rawValue: book.tag(of: slot)).owner)
        book.free(slot)
    }

    private mutating func stageChange(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let order = try reader.readOrder()
        let lots = try reader.read(Int64.self)
        let slot = book.find(order.id)
        let owner = try owner(order.account, start, shared)
        guard !slot.isNone, book.isResting(slot), book.price(of: slot) == order.price,
            OrderTag(rawValue: book.tag(of: slot)).owner == owner, isRestingSound(order, lots),
            isSound(order, reserve: .zero, at: shared.now), lots <= book.lots(of: slot)
        else { throw .badValue(field: "PairRecord.changed", at: start) }
        if blotter.records[slot.index].order.clientOrderID != order.clientOrderID {
            let name = shared.names.name(order.clientOrderID, of: owner, in: instrument.id)
            rename(slot, name, &shared)
        }
        blotter.records[slot.index].order = order
        if lots < book.lots(of: slot) { _ = book.reduce(slot, to: lots) }
    }

    private mutating func stageWaiting(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let order = try reader.readOrder()
        let reserve = try reader.readAmount()
        let best = try reader.readPrice()
        guard isWaitingSound(order, best: best) else {
            throw .badValue(field: "PairRecord.waiting", at: start)
        }
        _ = try restore(order, reserve: reserve, at: start, &shared)
        if order.status != .pendingNew { wait(order, best: best) }
    }

    private mutating func stageOpenList(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let list = try readOpenList(&reader, shared)
        guard blotter.lists.open[list.list.id] == nil else {
            throw .badValue(field: "PairRecord.openList", at: start)
        }
        blotter.lists.insert(list)
    }

    private mutating func stageClosed(
        _ kind: PairRecord,
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let (order, owner) = try readClosedOrder(&reader, shared)
        guard kind == .closedOrder, order.executed.lots > 0 else { return }
        let name = shared.names.name(order.clientOrderID, of: owner, in: instrument.id)
        let terms = TermsDigest.of(order)
        shared.names.insertClosed(name, terms: terms, at: shared.timeOfNames)
    }

    // MARK: The end of staging

    /// Counts the open orders of each list, once all are there.
    mutating func countListed() {
        var ids: [OrderListID] = []
        for row in 0..<blotter.owners.count {
            blotter.visitOpen(of: AccountSlot(index: Int32(row))) { open in
                if open.order.list != .none { ids.append(open.order.list) }
            }
        }
        for id in ids { blotter.lists.open[id]?.openCount += 1 }
    }

    /// Whether what was staged can trade: the checks that need all of it.
    var isWhole: Bool {
        !isCrossedWhileTrading && blotter.lists.open.values.allSatisfy { isSound($0) }
    }

    /// Gives back the names of the open orders of a pair that goes.
    func forgetNames(_ shared: inout SharedState) {
        for row in 0..<blotter.owners.count {
            blotter.visitOpen(of: AccountSlot(index: Int32(row))) { shared.names.remove($0.name) }
        }
    }
}
