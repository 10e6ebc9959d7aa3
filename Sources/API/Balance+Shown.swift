import Trading

extension Balance {
    /// What can be spent, as an account is shown: the sum over all shards.
    ///
    /// Shards are read one after the other. Funds that moved meanwhile are seen at both ends when
    /// the source was read first; what was sent then sums up below zero and is taken off here.
    var shownFree: Amount { max(.zero, free + min(.zero, sent)) }

    /// What cannot be spent: held by orders, in transit between shards, or set aside to be paid out.
    ///
    /// With what can be spent it adds up to the same total at any moment.
    var shownLocked: Amount { max(.zero, total - shownFree) }

    /// All that the account has.
    var total: Amount { free + locked + sent + withdrawing }
}
