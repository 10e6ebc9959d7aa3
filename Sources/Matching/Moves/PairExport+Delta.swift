import Accounts
import Trading
import Wire

extension PairExport {
    /// All that is otherwise in the frozen pair than it was told.
    ///
    /// - Returns: `nil` when history was pushed out of its window before it was told.
    mutating func delta(
        of market: borrowing Market,
        _ shared: borrowing SharedState
    ) -> (records: [UInt8], digest: UInt64)? {
        var writer = ByteWriter(capacity: 16 << 10)
        market.writeHeader(to: &writer, at: shared.now)
        tellChanges(market, shared, &writer)
        tellOpenLists(market, shared, &writer)
        for slot in market.waitingSlots(accountCount: shared.ledger.accountCount) {
            let record = market.blotter.records[slot.index]
            tellTerms(
                of: OrderTag(rawValue: market.book.tag(of: slot)).owner,
                shared,
                &writer
            )
            writer.write(PairRecord.waiting)
            writer.write(record.order)
            writer.write(record.reserve)
            writer.write(market.triggers.trailing.best(of: record.order.id))
        }
        for row in 0..<market.blotter.owners.count {
            tellPosition(row, market, shared, &writer)
        }
        guard tellClosed(market, shared, &writer, upTo: .max),
            tellFills(market, shared, &writer, upTo: .max),
            tellLists(market, shared, &writer, upTo: .max)
        else { return nil }
        return (writer.bytes, market.contentDigest(shared))
    }

    /// Resting orders: first those that left their places, then what changed in place, then those
    /// that came, behind all others of their price.
    ///
    /// An order stays as long as those told before it in its queue and it itself still stand in that
    /// order; whatever follows the first newcomer has come too.
    private mutating func tellChanges(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        var stayed = Set<OrderID>(minimumCapacity: orders.count)
        var changed: [OrderSlot] = []
        var came: [OrderSlot] = []
        for side in Side.allCases {
            var price = Price.none
            while let level = market.book.level(side, after: price) {
                price = level.price
                var (slot, rank, isBehind) = (level.first, -1, false)
                while !slot.isNone {
                    let id = market.book.id(of: slot)
                    let lots = market.book.lots(of: slot)
                    // One that shows more than before is an iceberg order that went to the end.
                    if !isBehind, let told = orders[id], told.side == side, told.price == price,
                        told.rank > rank, lots <= told.lots
                    {
                        rank = told.rank
                        stayed.insert(id)
                        let order = market.blotter.records[slot.index].order
                        if Market.fingerprint(order, shown: lots) != told.fingerprint {
                            changed.append(slot)
                        }
                    } else {
                        isBehind = true
                        came.append(slot)
                    }
                    slot = market.book.next(in: slot)
                }
            }
        }
        for id in orders.keys.filter({ !stayed.contains($0) }).sorted() {
            writer.write(PairRecord.removed)
            writer.write(id)
        }
        for slot in changed {
            writer.write(PairRecord.changed)
            writer.write(market.blotter.records[slot.index].order)
            writer.write(market.book.lots(of: slot))
        }
        for slot in came {
            tell(market.blotter.records[slot.index].order, at: slot, market, shared, &writer)
        }
    }

    private mutating func tellOpenLists(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        for list in market.blotter.lists.open.values.sorted(by: { $0.list.id < $1.list.id }) {
            tellTerms(of: list.owner, shared, &writer)
            writer.write(PairRecord.openList)
            writer.write(list.list)
            writer.write(list.state)
            writer.write(list.hold)
            writer.write(list.holder)
        }
    }

    // MARK: History

    /// Appends closed orders until the part is long enough.
    ///
    /// - Returns: False when some left the window before they were told.
    mutating func tellClosed(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int
    ) -> Bool {
        guard market.blotter.closed.evicted <= closedNext else { return false }
        while closedNext < market.blotter.closed.total, writer.bytes.count < size {
            let order = market.blotter.closed[Int(closedNext - market.blotter.closed.evicted)]
            tellTerms(ofAccount: order.account, shared, &writer)
            writer.write(closedNext < firstNamed ? PairRecord.oldOrder : .closedOrder)
            writer.write(order)
            closedNext += 1
        }
        return true
    }

    /// Appends fills until the part is long enough.
    ///
    /// - Returns: False when some left the window before they were told.
    mutating func tellFills(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int
    ) -> Bool {
        guard market.blotter.fills.evicted <= fillsNext else { return false }
        while fillsNext < market.blotter.fills.total, writer.bytes.count < size {
            let fill = market.blotter.fills[Int(fillsNext - market.blotter.fills.evicted)]
            tellTerms(ofAccount: fill.account, shared, &writer)
            writer.write(PairRecord.fill)
            writer.write(fill)
            fillsNext += 1
        }
        return true
    }

    /// Appends done lists until the part is long enough.
    ///
    /// - Returns: False when some left the window before they were told.
    mutating func tellLists(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int
    ) -> Bool {
        guard market.blotter.lists.closed.evicted <= listsNext else { return false }
        while listsNext < market.blotter.lists.closed.total, writer.bytes.count < size {
            let list = market.blotter.lists.closed[
                Int(listsNext - market.blotter.lists.closed.evicted)
            ]
            tellTerms(ofAccount: list.account, shared, &writer)
            writer.write(PairRecord.closedList)
            writer.write(list)
            listsNext += 1
        }
        return true
    }

    private mutating func tellTerms(
        ofAccount account: AccountID,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        if let owner = shared.ledger.slot(of: account) { tellTerms(of: owner, shared, &writer) }
    }
}
