import Trading

extension Ledger {
    /// Microseconds of log time for which funds that came from another shard are not sent on.
    ///
    /// Two shards that want the same funds would take them from each other for ever, and no order
    /// would get them.
    public static let restMicroseconds: Int64 = 50_000

    /// Sends free funds to another shard: they leave the balance and wait in the outbox.
    ///
    /// - Parameters:
    ///   - funds: Whose, of what, how much; must be positive.
    ///   - shard: Where to; never 0, the coordinator's log.
    ///   - reference: A repeated one that is still in the journal gives the first answer again.
    ///   - time: Log time.
    /// - Returns: The number of the transfer, or why it was refused, in this order: `referenceTaken`,
    ///   `malformed`, `unknownAsset`, `insufficientBalance`, `recentlyCredited`, `overloaded`.
    public mutating func send(
        _ funds: Funds,
        to shard: ShardID,
        reference: UInt64,
        at time: Timestamp
    ) -> Result<UInt64, Refusal> {
        if let earlier = transferJournal.transfer(reference) {
            let isSame = earlier.funds == funds && earlier.shard == shard
            return isSame ? .success(earlier.sequence) : .failure(Refusal(.referenceTaken))
        }
        guard funds.amount.units > 0, shard.rawValue != 0 else {
            return .failure(Refusal(.malformed))
        }
        guard let column = column(of: funds.asset) else { return .failure(Refusal(.unknownAsset)) }
        guard let slot = slot(of: funds.account), funds.amount <= free(slot, column) else {
            return .failure(Refusal(.insufficientBalance))
        }
        if isResting(slot, column, at: time) { return .failure(Refusal(.recentlyCredited)) }
        guard canSend(funds.amount, slot, column), let outbox = openOutbox(to: shard) else {
            return .failure(Refusal(.overloaded))
        }
        change(slot, column, free: -funds.amount.units, locked: 0)
        changeTransit(slot, column, sent: funds.amount.units, withdrawing: 0)
        let sequence = outboxes[outbox].append(funds)
        note(shard, sequence)
        note(.sent, funds, shard, sequence: sequence, reference: reference, at: time)
        return .success(sequence)
    }

    /// Takes in the funds of the next transfer from another shard; an account may begin with it.
    ///
    /// - Parameters:
    ///   - funds: As the other shard sent them.
    ///   - shard: Where from.
    ///   - sequence: The number of the transfer there; one that came before changes nothing.
    ///   - time: Log time.
    /// - Returns: Why it was refused, so that the funds stay on their way: `transferGap` when one
    ///   before it is missing, `malformed`, `unknownAsset`, `overloaded` for a limit or a sum that
    ///   would leave 63 bits; or `nil`.
    public mutating func credit(
        _ funds: Funds,
        from shard: ShardID,
        sequence: UInt64,
        at time: Timestamp
    ) -> RejectReason? {
        let last = received(from: shard)
        if sequence <= last { return nil }
        guard sequence == last + 1 else { return .transferGap }
        guard funds.amount.units > 0, shard.rawValue != 0 else { return .malformed }
        guard let column = column(of: funds.asset) else { return .unknownAsset }
        guard let inbox = openInbox(from: shard), let slot = slot(opening: funds.account),
            canReceive(funds.amount, slot, column)
        else { return .overloaded }
        inboxes[inbox].last = sequence
        change(slot, column, free: funds.amount.units, locked: 0)
        changeTransit(slot, column, sent: -funds.amount.units, withdrawing: 0)
        noteCredit(slot, column, at: time)
        note(shard, sequence)
        note(.received, funds, shard, sequence: sequence, reference: 0, at: time)
        return nil
    }

    /// Forgets the transfers that another shard is known to have taken in.
    ///
    /// - Parameters:
    ///   - shard: Which.
    ///   - sequence: The last of them; one forgotten before changes nothing.
    /// - Returns: `malformed` for a transfer that was never made; or `nil`.
    public mutating func settle(to shard: ShardID, through sequence: UInt64) -> RejectReason? {
        guard let index = outboxes.firstIndex(where: { $0.shard == shard }),
            sequence <= outboxes[index].last
        else { return .malformed }
        outboxes[index].settle(through: sequence)
        note(shard, sequence)
        return nil
    }

    /// The number of the last transfer taken in from another shard; 0 for none.
    public func received(from shard: ShardID) -> UInt64 {
        inboxes.first { $0.shard == shard }?.last ?? 0
    }

    /// Whether funds came so lately that they are to stay.
    private func isResting(
        _ slot: AccountSlot,
        _ column: AssetColumn,
        at time: Timestamp
    ) -> Bool {
        let credited = transit(slot, column).creditedAt
        guard credited != .zero else { return false }
        return time.microseconds - credited.microseconds < Self.restMicroseconds
    }

    /// The place of an outbox with room for another transfer.
    private mutating func openOutbox(to shard: ShardID) -> Int? {
        let index = outboxes.firstIndex { $0.shard >= shard } ?? outboxes.count
        if index < outboxes.count, outboxes[index].shard == shard {
            return outboxes[index].entries.count < Outbox.countMax ? index : nil
        }
        guard outboxes.count < Outbox.shardsMax else { return nil }
        outboxes.insert(Outbox(to: shard), at: index)
        return index
    }

    private mutating func openInbox(from shard: ShardID) -> Int? {
        let index = inboxes.firstIndex { $0.shard >= shard } ?? inboxes.count
        if index < inboxes.count, inboxes[index].shard == shard { return index }
        guard inboxes.count < Outbox.shardsMax else { return nil }
        inboxes.insert(Inbox(shard: shard, last: 0), at: index)
        return index
    }

    private mutating func note(_ shard: ShardID, _ sequence: UInt64) {
        running.add(UInt64(shard.rawValue))
        running.add(sequence)
    }

    /// Why a transfer was refused.
    public struct Refusal: Error, Equatable, Sendable {
        /// The reason.
        public let reason: RejectReason

        /// Wraps a reason.
        public init(_ reason: RejectReason) { self.reason = reason }
    }
}
