import Trading
import Wire

extension Ledger {
    /// Appends what accounts have beside their balances, the withdrawals, and what is under way
    /// between shards.
    func encodeTransit(into writer: inout ByteWriter) {
        let places = (0..<transits.count).filter { transits[$0] != Transit() }
        writer.write(count: places.count)
        for place in places {
            writer.write(UInt32(Int(place) / stride))
            writer.write(UInt16(Int(place) % stride))
            writer.write(transits[place].sent)
            writer.write(transits[place].withdrawing)
            writer.write(transits[place].creditedAt)
        }
        writer.write(count: payouts.count)
        for (reference, payout) in payouts.sorted(by: { $0.key < $1.key }) {
            writer.write(reference)
            writer.write(payout.funds)
            writer.write(payout.state)
        }
        writer.write(count: outboxes.count)
        for outbox in outboxes {
            writer.write(outbox.shard)
            writer.write(outbox.last)
            writer.write(count: outbox.entries.count)
            for funds in outbox.entries { writer.write(funds) }
        }
        writer.write(count: inboxes.count)
        for inbox in inboxes {
            writer.write(inbox.shard)
            writer.write(inbox.last)
        }
    }

    /// Appends the journals.
    func encodeMovements(into writer: inout ByteWriter) {
        writer.write(movementCount)
        for journal in [cashJournal, transferJournal] {
            writer.write(count: journal.count)
            for movement in journal.movements { writer.write(movement) }
        }
    }

    /// Reads what `encodeTransit(into:)` wrote.
    mutating func readTransit(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        var previous = -1
        for _ in 0..<(try reader.readCount(elementSizeMin: 30)) {
            let row = Int(try reader.read(UInt32.self))
            let column = Int(try reader.read(UInt16.self))
            guard row < accounts.count, column < columns.count, row * stride + column > previous
            else { throw .badValue(field: "Ledger.transit", at: start) }
            previous = row * stride + column
            try readTransit(
                &reader,
                AccountSlot(index: Int32(row)),
                AssetColumn(index: Int32(column))
            )
        }
        try readPayouts(&reader)
        try readOutboxes(&reader)
        try readInboxes(&reader)
    }

    private mutating func readTransit(
        _ reader: inout ByteReader,
        _ slot: AccountSlot,
        _ column: AssetColumn
    ) throws(DecodeError) {
        let start = reader.position
        var transit = Transit()
        transit.sent = try reader.read(Int64.self)
        transit.withdrawing = try reader.read(Int64.self)
        transit.creditedAt = try reader.readTimestamp()
        guard transit != Transit(), transit.creditedAt >= .zero,
            fits(sentSums[Int(column.index)], plus: transit.sent)
        else { throw .badValue(field: "Ledger.transit", at: start) }
        transits[reachTransit(slot, column)] = transit
        sentSums[Int(column.index)] += transit.sent
    }

    private mutating func readPayouts(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 23)
        guard count <= Self.withdrawalsMax else {
            throw .badValue(field: "Ledger.withdrawals", at: start)
        }
        var previous: UInt64?
        for _ in 0..<count {
            let reference = try reader.read(UInt64.self)
            let payout = Withdrawal(
                funds: try reader.readFunds(),
                state: try reader.read(Withdrawal.State.self)
            )
            guard previous.map({ $0 < reference }) ?? true, payout.funds.amount.units > 0 else {
                throw .badValue(field: "Ledger.withdrawal", at: start)
            }
            payouts[reference] = payout
            previous = reference
        }
    }

    private mutating func readOutboxes(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 14)
        guard count <= Outbox.shardsMax else {
            throw .badValue(field: "Ledger.outboxes", at: start)
        }
        for _ in 0..<count {
            let shard = try reader.read(ShardID.self)
            let last = try reader.read(UInt64.self)
            var entries: ContiguousArray<Funds> = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 14)) {
                entries.append(try reader.readFunds())
            }
            guard shard > outboxes.last?.shard ?? ShardID(0), last < .max,
                entries.count <= Outbox.countMax, UInt64(entries.count) <= last,
                entries.allSatisfy({ $0.amount.units > 0 })
            else { throw .badValue(field: "Ledger.outbox", at: start) }
            outboxes.append(Outbox(to: shard, last: last, entries: entries))
        }
    }

    private mutating func readInboxes(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 10)
        guard count <= Outbox.shardsMax else {
            throw .badValue(field: "Ledger.inboxes", at: start)
        }
        for _ in 0..<count {
            let inbox = Inbox(
                shard: try reader.read(ShardID.self),
                last: try reader.read(UInt64.self)
            )
            guard inbox.shard > inboxes.last?.shard ?? ShardID(0), inbox.last < .max else {
                throw .badValue(field: "Ledger.inbox", at: start)
            }
            inboxes.append(inbox)
        }
    }

    /// Reads what `encodeMovements(into:)` wrote.
    mutating func readMovements(_ reader: inout ByteReader) throws(DecodeError) {
        movementCount = try reader.read(UInt64.self)
        cashJournal = try readJournal(&reader, isOfTransfers: false)
        transferJournal = try readJournal(&reader, isOfTransfers: true)
    }

    private func readJournal(
        _ reader: inout ByteReader,
        isOfTransfers: Bool
    ) throws(DecodeError) -> Journal {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 49)
        guard count <= Journal.countMax, movementCount < .max else {
            throw .badValue(field: "Ledger.journal", at: start)
        }
        var journal = Journal()
        var previous: UInt64 = 0
        for _ in 0..<count {
            let movement = try reader.readMovement()
            let isTransfer = movement.kind == .sent || movement.kind == .received
            guard movement.number > previous, movement.number <= movementCount,
                isTransfer == isOfTransfers
            else { throw .badValue(field: "Ledger.movement", at: start) }
            previous = movement.number
            journal.append(movement)
        }
        return journal
    }

    /// Whether what is set aside in every account is the sum of its withdrawals that have not ended.
    var arePayoutsReserved: Bool {
        var open: [UInt32: Int64] = [:]
        for payout in payouts.values where payout.state == .reserved {
            guard let slot = slot(of: payout.funds.account),
                let column = column(of: payout.funds.asset)
            else { return false }
            let place = index(slot, column)
            guard fits(open[place] ?? 0, plus: payout.funds.amount.units) else { return false }
            open[place, default: 0] += payout.funds.amount.units
        }
        for place in 0..<transits.count
        where transits[place].withdrawing != open.removeValue(forKey: place) ?? 0 {
            return false
        }
        return open.isEmpty
    }
}
