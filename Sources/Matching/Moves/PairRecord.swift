import Accounts
import Trading
import Wire

/// What a copy of a pair is made of: records of these kinds, one byte of kind and then the fields.
///
/// Accounts stand by their ids, since their rows differ from shard to shard.
enum PairRecord: UInt8 {
    /// The pair's rules, counters and phase, and the log time of the source. First in every part.
    case header = 0
    /// Terms of an account named later, for a shard that does not know it.
    case terms = 1
    /// An order that rests behind all others of its price, and the lots it shows.
    case resting = 2
    /// What an account bought and did not sell.
    case position = 3
    /// The name of an order that traded and closed lately.
    case closedName = 4
    /// A closed order; one that traded closes its name too.
    case closedOrder = 5
    /// A closed order whose name came as `closedName`, or is forgotten.
    case oldOrder = 6
    case fill = 7
    case closedList = 8
    /// An order that came as `resting` and has left its place.
    case removed = 9
    /// An order that came as `resting`, as it is now, at its place.
    case changed = 10
    case openList = 11
    /// An order that waits for a trigger or for its list.
    case waiting = 12
    case amendment = 13
    case preventedMatch = 14
}

extension ByteWriter {
    mutating func write(_ kind: PairRecord) { write(kind.rawValue) }
}

extension Market {
    /// Appends the rules, counters and phase.
    func writeHeader(to writer: inout ByteWriter, at now: Timestamp) {
        writer.write(PairRecord.header)
        writer.write(blotter.instrument)
        writer.write(now)
        writeCounters(to: &writer)
    }

    /// Appends what counts and what is remembered of trading: part of snapshots too.
    func writeCounters(to writer: inout ByteWriter) {
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
    }

    /// Reads what `writeCounters(to:)` wrote.
    mutating func readCounters(
        _ reader: inout ByteReader,
        at now: Timestamp
    ) throws(DecodeError) {
        let start = reader.position
        blotter.nextOrderID = try reader.read(Int64.self)
        blotter.nextTradeID = try reader.read(Int64.self)
        blotter.lists.nextID = try reader.read(Int64.self)
        updateID = try reader.read(Int64.self)
        blotter.lastPrice = try reader.readPrice()
        phase = try reader.read(TradingPhase.self)
        reopensAt = try reader.readTimestamp()
        reference = try reader.readPrice()
        referenceAt = try reader.readTimestamp()
        blotter.digest = StateDigest(value: try reader.read(UInt64.self))
        guard areCountersSound(at: now) else {
            throw .badValue(field: "Market.counters", at: start)
        }
    }

    /// Tells one state of a resting order from another.
    static func fingerprint(_ order: Order, shown lots: Int64) -> UInt64 {
        var digest = StateDigest()
        digest.add(order.id.rawValue)
        digest.add(order.price.ticks)
        digest.add(order.quantity.lots)
        digest.add(order.executed.lots)
        digest.add(order.cumulativeQuote.units)
        digest.add(order.prevented.lots)
        digest.add(order.updatedAt.microseconds)
        digest.add(UInt64(order.status.rawValue))
        digest.add(lots)
        let name = order.clientOrderID.words
        digest.add(name.0 ^ name.1)
        digest.add(name.2 ^ name.3 ^ name.4)
        return digest.value
    }

    /// Digest of all that a move has to bring over unchanged, history aside: counters, resting
    /// orders in the order of their queues, waiting orders, lists, positions.
    ///
    /// - Parameters:
    ///   - waiting: Slots of the orders that are not in the book, as `waitingSlots` gives them.
    ///   - shared: Whose the accounts are.
    /// - Returns: The same on every shard.
    func contentDigest(waiting: [OrderSlot], _ shared: borrowing SharedState) -> UInt64 {
        var digest = digestOfCounters()
        for side in Side.allCases {
            var price = Price.none
            while let level = book.level(side, after: price) {
                price = level.price
                var slot = level.first
                while !slot.isNone {
                    let order = blotter.records[slot.index].order
                    digest.add(Self.fingerprint(order, shown: book.lots(of: slot)))
                    slot = book.next(in: slot)
                }
            }
        }
        self.digest(waiting: waiting, shared, into: &digest)
        return digest.value
    }

    /// The first part of `contentDigest`.
    func digestOfCounters() -> StateDigest {
        var digest = blotter.digest
        for number in [blotter.nextOrderID, blotter.nextTradeID, blotter.lists.nextID, updateID] {
            digest.add(number)
        }
        return digest
    }

    /// The part of `contentDigest` behind the resting orders.
    func digest(
        waiting: [OrderSlot],
        _ shared: borrowing SharedState,
        into digest: inout StateDigest
    ) {
        for slot in waiting {
            digest.add(Self.fingerprint(blotter.records[slot.index].order, shown: 0))
            digest.add(blotter.records[slot.index].reserve.units)
        }
        for list in blotter.lists.open.values.sorted(by: { $0.list.id < $1.list.id }) {
            digest.add(list.list.id.rawValue)
            digest.add(list.hold.units)
            digest.add(list.holder.rawValue)
            digest.add(Int64(list.openCount))
        }
        // Rows differ from shard to shard, so that the sum may not depend on their order.
        var sum: UInt64 = 0
        for row in 0..<blotter.owners.count where !blotter.owners[row].position.isEmpty {
            var one = StateDigest()
            one.add(UInt64(shared.ledger.account(at: AccountSlot(index: Int32(row))).rawValue))
            one.add(blotter.owners[row].position.lots.lots)
            one.add(blotter.owners[row].position.cost.units)
            one.add(blotter.owners[row].position.realized.units)
            sum &+= one.value
        }
        digest.add(sum)
    }
}
