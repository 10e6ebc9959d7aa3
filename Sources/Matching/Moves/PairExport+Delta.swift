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
        var digest = market.digestOfCounters()
        tellChanges(market, shared, &writer, &digest)
        tellOpenLists(market, shared, &writer)
        let waiting = market.waitingSlots(accountCount: shared.ledger.accountCount)
        for slot in waiting {
            tellTerms(
                of: OrderTag(rawValue: market.book.tag(of: slot)).owner,
                shared,
                &writer
            )
            writer.write(PairRecord.waiting)
            market.writeWaiting(slot, to: &writer)
        }
        for row in 0..<market.blotter.owners.count {
            tellPosition(row, market, shared, &writer)
        }
        guard tellClosed(market, shared, &writer, upTo: .max),
            tellFills(market, shared, &writer, upTo: .max),
            tellLists(market, shared, &writer, upTo: .max),
            tellAmendments(market, shared, &writer, upTo: .max),
            tellPrevented(market, shared, &writer, upTo: .max)
        else { return nil }
        market.digest(waiting: waiting, shared, into: &digest)
        return (writer.bytes, digest.value)
    }

    /// Resting orders: first those that left their places, then what changed in place, then those
    /// that came, behind all others of their price.
    ///
    /// An order stays as long as those told before it in its queue and it itself still stand in that
    /// order; whatever follows the first newcomer has come too. The digest takes in each order, as
    /// `Market.contentDigest` does: a frozen book is walked once.
    private mutating func tellChanges(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        _ digest: inout StateDigest
    ) {
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
                    let order = market.blotter.records[slot.index].order
                    let fingerprint = Market.fingerprint(order, shown: lots)
                    digest.add(fingerprint)
                    // One that shows more than before is an iceberg order that went to the end.
                    if !isBehind, let place = orders.index(forKey: id),
                        stays(orders.values[place], side, price, lots, behind: rank)
                    {
                        rank = orders.values[place].rank
                        orders.values[place].hasStayed = true
                        if fingerprint != orders.values[place].fingerprint { changed.append(slot) }
                    } else {
                        isBehind = true
                        came.append(slot)
                    }
                    slot = market.book.next(in: slot)
                }
            }
        }
        for id in orders.filter({ !$0.value.hasStayed }).keys.sorted() {
            writer.write(PairRecord.removed)
            writer.write(id)
        }
        for slot in changed {
            writer.write(PairRecord.changed)
            market.writeResting(slot, to: &writer)
        }
        for slot in came {
            tell(market.blotter.records[slot.index].order, at: slot, market, shared, &writer)
        }
    }

    private func stays(
        _ told: ToldOrder,
        _ side: Side,
        _ price: Price,
        _ lots: Int64,
        behind rank: Int
    ) -> Bool {
        told.side == side && told.price == price && told.rank > rank && lots <= told.lots
    }

    private mutating func tellOpenLists(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        for list in market.blotter.lists.open.values.sorted(by: { $0.list.id < $1.list.id }) {
            tellTerms(of: list.owner, shared, &writer)
            writer.write(PairRecord.openList)
            market.write(list, to: &writer)
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
        let firstNamed = firstNamed
        // Their names are told by these records alone.
        guard market.blotter.closed.evicted <= firstNamed else { return false }
        return tell(market.blotter.closed, \.closedNext, shared, &writer, upTo: size) {
            $2.write($1 < firstNamed ? PairRecord.oldOrder : .closedOrder)
            $2.write($0)
        } account: {
            $0.account
        }
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
        tell(market.blotter.fills, \.fillsNext, shared, &writer, upTo: size) {
            $2.write(PairRecord.fill)
            $2.write($0)
        } account: {
            $0.account
        }
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
        tell(market.blotter.lists.closed, \.listsNext, shared, &writer, upTo: size) {
            $2.write(PairRecord.closedList)
            $2.write($0)
        } account: {
            $0.account
        }
    }

    /// Appends amendments until the part is long enough.
    ///
    /// - Returns: False when some left the window before they were told.
    mutating func tellAmendments(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int
    ) -> Bool {
        tell(market.blotter.amendments, \.amendmentsNext, shared, &writer, upTo: size) {
            $2.write(PairRecord.amendment)
            $2.write($0)
        } account: {
            $0.account
        }
    }

    /// Appends prevented matches until the part is long enough.
    ///
    /// - Returns: False when some left the window before they were told.
    mutating func tellPrevented(
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int
    ) -> Bool {
        tell(market.blotter.prevented, \.preventedNext, shared, &writer, upTo: size) {
            $2.write(PairRecord.preventedMatch)
            $2.write($0)
        } account: {
            $0.account
        }
    }

    /// Appends records of a history from the next one on until the part is long enough.
    ///
    /// What leaves the window before the first is told is nobody's loss; what leaves it in between
    /// would be a hole.
    private mutating func tell<Record>(
        _ history: borrowing AccountHistory<Record>,
        _ next: WritableKeyPath<Self, UInt64?>,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter,
        upTo size: Int,
        _ write: (Record, UInt64, inout ByteWriter) -> Void,
        account: (Record) -> AccountID
    ) -> Bool {
        var number = self[keyPath: next] ?? history.evicted
        guard history.evicted <= number else { return false }
        while number < history.total, writer.bytes.count < size {
            let record = history[Int(number - history.evicted)]
            tellTerms(ofAccount: account(record), shared, &writer)
            write(record, number, &writer)
            number += 1
        }
        self[keyPath: next] = number
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
