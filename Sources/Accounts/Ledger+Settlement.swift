import Trading

extension Ledger {
    /// Which part of a balance pays.
    public enum Source: Sendable {
        /// The free part: an incoming order.
        case free
        /// The held part: a resting order.
        case locked
    }

    /// Holds a part of what is free for a resting order.
    ///
    /// - Parameters:
    ///   - amount: At most what is free; the caller has checked.
    ///   - slot: Whose.
    ///   - column: Of what.
    @inlinable
    public mutating func hold(_ amount: Amount, _ slot: AccountSlot, _ column: AssetColumn) {
        change(slot, column, free: -amount.units, locked: amount.units)
    }

    /// Gives back a hold.
    ///
    /// - Parameters:
    ///   - amount: At most what is held.
    ///   - slot: Whose.
    ///   - column: Of what.
    @inlinable
    public mutating func release(_ amount: Amount, _ slot: AccountSlot, _ column: AssetColumn) {
        change(slot, column, free: amount.units, locked: -amount.units)
    }

    /// Moves one leg of a trade: the payer loses the amount, the receiver gets it less the fee.
    ///
    /// - Parameters:
    ///   - amount: The whole leg.
    ///   - payer: Who pays.
    ///   - source: The part of the payer's balance that pays.
    ///   - receiver: Who is paid, always into the free part; may be the payer.
    ///   - fee: What the venue keeps, at most the amount.
    ///   - column: The asset of the leg.
    @inlinable
    public mutating func settle(
        _ amount: Amount,
        from payer: AccountSlot,
        _ source: Source,
        to receiver: AccountSlot,
        fee: Amount,
        _ column: AssetColumn
    ) {
        invariant(fee.units >= 0 && fee <= amount, "a fee is a part of its leg")
        switch source {
        case .free: change(payer, column, free: -amount.units, locked: 0)
        case .locked: change(payer, column, free: 0, locked: -amount.units)
        }
        fees[UInt32(column.index)] += fee.units
        change(receiver, column, free: amount.units - fee.units, locked: 0)
    }

    /// Takes a fee out of what is free, in an asset that is no leg of the trade.
    ///
    /// - Parameters:
    ///   - fee: At most what is free; the caller has checked.
    ///   - slot: Whose.
    ///   - column: The asset of the fee.
    @inlinable
    public mutating func charge(_ fee: Amount, _ slot: AccountSlot, _ column: AssetColumn) {
        invariant(fee.units >= 0, "a fee is never paid out")
        change(slot, column, free: -fee.units, locked: 0)
        fees[UInt32(column.index)] += fee.units
    }

    /// The only place where a balance changes.
    @inlinable
    mutating func change(_ slot: AccountSlot, _ column: AssetColumn, free: Int64, locked: Int64) {
        let position = index(slot, column)
        let place = UInt64(truncatingIfNeeded: Int(slot.index) << 8 | Int(column.index))
        var entry = entries[position]
        entry.free += free
        entry.locked += locked
        invariant(entry.free >= 0 && entry.locked >= 0, "no balance is ever negative")
        entries[position] = entry
        running.add(Self.word(entry, at: place))
    }

    /// A balance and its place in one word.
    ///
    /// The odd factors spread each part over the word, so that equal amounts at different places do
    /// not look alike, nor does an amount that is free look like one that is held.
    @inlinable
    static func word(_ entry: Entry, at place: UInt64) -> UInt64 {
        UInt64(bitPattern: entry.free) &+ UInt64(bitPattern: entry.locked) &* 0xA076_1D64_78BD_642F
            &+ place &* 0xD6E8_FEB8_6659_FD93
    }
}
