import Trading

extension Ledger {
    /// What an account has of an asset beside its balance: all that left it without being spent.
    ///
    /// Apart from the balances, which every order touches.
    struct Transit: BitwiseCopyable, Equatable {
        /// Units sent to other shards less units that came from them.
        var sent: Int64 = 0
        /// Units set aside to be paid out.
        var withdrawing: Int64 = 0
        /// When funds last came from another shard.
        var creditedAt = Timestamp.zero
    }

    /// Units sent to other shards less units that came from them, ever; may be negative.
    public func sent(_ slot: AccountSlot, _ column: AssetColumn) -> Amount {
        Amount(units: transit(slot, column).sent)
    }

    /// Units set aside to be paid out.
    public func withdrawing(_ slot: AccountSlot, _ column: AssetColumn) -> Amount {
        Amount(units: transit(slot, column).withdrawing)
    }

    /// Sends held funds to another shard, with the orders that hold them.
    ///
    /// - Parameters:
    ///   - amount: At most what is held.
    ///   - slot: Whose.
    ///   - column: Of what.
    /// - Returns: `overloaded` when the sums would leave 63 bits, which then changes nothing; or
    ///   `nil`.
    public mutating func ship(
        held amount: Amount,
        _ slot: AccountSlot,
        _ column: AssetColumn
    ) -> RejectReason? {
        guard canSend(amount, slot, column) else { return .overloaded }
        change(slot, column, free: 0, locked: -amount.units)
        changeTransit(slot, column, sent: amount.units, withdrawing: 0)
        return nil
    }

    /// Takes in held funds from another shard, with the orders that hold them.
    ///
    /// - Parameters:
    ///   - amount: How much is held.
    ///   - slot: Whose; see `slot(opening:)`.
    ///   - column: Of what.
    /// - Returns: `overloaded` when the sums would leave 63 bits, which then changes nothing; or
    ///   `nil`.
    public mutating func receive(
        held amount: Amount,
        _ slot: AccountSlot,
        _ column: AssetColumn
    ) -> RejectReason? {
        guard canReceive(amount, slot, column) else { return .overloaded }
        change(slot, column, free: 0, locked: amount.units)
        changeTransit(slot, column, sent: -amount.units, withdrawing: 0)
        return nil
    }

    /// Finds an account or gives it its row; `nil` when the ledger is full and for account 0.
    public mutating func slot(opening account: AccountID) -> AccountSlot? {
        if let slot = slot(of: account) { return slot }
        return account.rawValue == 0 ? nil : open(account)
    }

    /// Whether the sums hold when so much leaves the shard.
    func canSend(_ amount: Amount, _ slot: AccountSlot, _ column: AssetColumn) -> Bool {
        amount.units >= 0 && fits(transit(slot, column).sent, plus: amount.units)
            && fits(sentSums[Int(column.index)], plus: amount.units)
    }

    /// Whether the sums hold when so much comes: no balance of the asset can then leave 63 bits.
    func canReceive(_ amount: Amount, _ slot: AccountSlot, _ column: AssetColumn) -> Bool {
        guard amount.units >= 0, fits(transit(slot, column).sent, plus: -amount.units),
            fits(sentSums[Int(column.index)], plus: -amount.units)
        else { return false }
        return fits(present(column), plus: amount.units)
    }

    /// Units of an asset on this shard: in accounts, set aside or collected.
    ///
    /// It fits 63 bits at all times, since whatever makes it larger is checked.
    func present(_ column: AssetColumn) -> Int64 {
        let position = Int(column.index)
        // Sent and withdrawn units may be more than ever were paid in here.
        return Int64(
            Int128(deposits[position]) - Int128(withdrawals[position])
                - Int128(sentSums[position])
        )
    }

    func fits(_ units: Int64, plus other: Int64) -> Bool {
        !units.addingReportingOverflow(other).overflow
    }

    func transit(_ slot: AccountSlot, _ column: AssetColumn) -> Transit {
        let place = index(slot, column)
        return place < transits.count ? transits[place] : Transit()
    }

    /// The only place where units leave or come without a trade, beside deposits and withdrawals.
    mutating func changeTransit(
        _ slot: AccountSlot,
        _ column: AssetColumn,
        sent: Int64,
        withdrawing: Int64
    ) {
        let place = reachTransit(slot, column)
        transits[place].sent += sent
        transits[place].withdrawing += withdrawing
        invariant(transits[place].withdrawing >= 0, "nothing is paid out twice")
        sentSums[Int(column.index)] += sent
        running.add(UInt64(truncatingIfNeeded: Int(slot.index) << 8 | Int(column.index)))
        running.add(transits[place].sent)
        running.add(transits[place].withdrawing)
    }

    /// Remembers when funds came.
    mutating func noteCredit(_ slot: AccountSlot, _ column: AssetColumn, at time: Timestamp) {
        transits[reachTransit(slot, column)].creditedAt = time
        running.add(time.microseconds)
    }

    /// Makes the transit pool reach a place: a shard without transfers has none.
    mutating func reachTransit(_ slot: AccountSlot, _ column: AssetColumn) -> UInt32 {
        let place = index(slot, column)
        while transits.count <= place { transits.append(Transit()) }
        return place
    }
}
