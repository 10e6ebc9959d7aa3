import Trading

/// Funds set aside to be paid out, and what became of them.
struct Withdrawal: Equatable, Sendable, BitwiseCopyable {
    enum State: UInt8, Sendable, BitwiseCopyable {
        case reserved = 0
        case paid = 1
        case released = 2
    }

    let funds: Funds
    var state = State.reserved
}

extension Ledger {
    /// Adds funds from outside, once per reference; an account begins with its first deposit.
    ///
    /// - Parameters:
    ///   - funds: Whose, of what, how much; must be positive, and not of account 0, the venue.
    ///   - reference: A repeated one with the same funds changes nothing and is no refusal.
    ///   - time: Log time.
    /// - Returns: Why it was refused, in this order: `referenceTaken`, `malformed`, `unknownAsset`,
    ///   `overloaded`; or `nil`.
    public mutating func deposit(
        _ funds: Funds,
        reference: UInt64,
        at time: Timestamp
    ) -> RejectReason? {
        let content = Self.content(of: funds)
        if let earlier = references[reference] { return earlier == content ? nil : .referenceTaken }
        let amount = funds.amount
        guard amount.units > 0, funds.account.rawValue != 0 else { return .malformed }
        guard let column = column(of: funds.asset) else { return .unknownAsset }
        guard fits(deposits[Int(column.index)], plus: amount.units),
            fits(present(column), plus: amount.units), references.count < Self.referencesMax,
            let slot = slot(opening: funds.account)
        else { return .overloaded }
        deposits[Int(column.index)] += amount.units
        references[reference] = content
        change(slot, column, free: amount.units, locked: 0)
        note(.deposited, funds, ShardID(0), sequence: 0, reference: reference, at: time)
        return nil
    }

    /// Sets free funds aside to be paid out, once per reference.
    ///
    /// - Parameters:
    ///   - funds: Whose, of what, how much; must be positive.
    ///   - reference: A repeated one with the same funds changes nothing and is no refusal, whatever
    ///     has become of the withdrawal since.
    ///   - time: Log time.
    /// - Returns: Why it was refused, in this order: `referenceTaken`, `malformed`, `unknownAsset`,
    ///   `insufficientBalance`, `overloaded`; or `nil`.
    public mutating func withdraw(
        _ funds: Funds,
        reference: UInt64,
        at time: Timestamp
    ) -> RejectReason? {
        if let earlier = payouts[reference] {
            return earlier.funds == funds ? nil : .referenceTaken
        }
        guard funds.amount.units > 0 else { return .malformed }
        guard let column = column(of: funds.asset) else { return .unknownAsset }
        guard let slot = slot(of: funds.account), funds.amount <= free(slot, column) else {
            return .insufficientBalance
        }
        guard payouts.count < Self.withdrawalsMax else { return .overloaded }
        payouts[reference] = Withdrawal(funds: funds)
        change(slot, column, free: -funds.amount.units, locked: 0)
        changeTransit(slot, column, sent: 0, withdrawing: funds.amount.units)
        note(.reserved, funds, ShardID(0), sequence: 0, reference: reference, at: time)
        return nil
    }

    /// Ends a withdrawal.
    ///
    /// - Parameters:
    ///   - reference: That of the withdrawal.
    ///   - isPaid: Whether the funds were paid out; else they become free again. The same end again
    ///     changes nothing and is no refusal.
    ///   - time: Log time.
    /// - Returns: Why it was refused: `noSuchWithdrawal`, `referenceTaken` when it ended otherwise,
    ///   `overloaded` when the sum of all withdrawals would leave 63 bits; or `nil`.
    public mutating func endWithdrawal(
        _ reference: UInt64,
        isPaid: Bool,
        at time: Timestamp
    ) -> RejectReason? {
        guard let payout = payouts[reference] else { return .noSuchWithdrawal }
        let end: Withdrawal.State = isPaid ? .paid : .released
        guard payout.state == .reserved else {
            return payout.state == end ? nil : .referenceTaken
        }
        let (funds, units) = (payout.funds, payout.funds.amount.units)
        guard let column = column(of: funds.asset), let slot = slot(of: funds.account) else {
            return .unknownAsset
        }
        guard !isPaid || fits(withdrawals[Int(column.index)], plus: units) else {
            return .overloaded
        }
        payouts[reference]?.state = end
        changeTransit(slot, column, sent: 0, withdrawing: -units)
        if isPaid {
            withdrawals[Int(column.index)] += units
        } else {
            change(slot, column, free: units, locked: 0)
        }
        let kind: Movement.Kind = isPaid ? .withdrawn : .released
        note(kind, funds, ShardID(0), sequence: 0, reference: reference, at: time)
        return nil
    }

    /// The movements of an account that are still kept, oldest first.
    ///
    /// O(movements kept): for the control path.
    ///
    /// - Parameters:
    ///   - account: Whose.
    ///   - asset: Only of this asset, if any.
    /// - Returns: The movements.
    public func movements(of account: AccountID, asset: AssetID?) -> [Movement] {
        (cashJournal.movements + transferJournal.movements).filter {
            $0.funds.account == account && (asset == nil || asset == $0.funds.asset)
        }.sorted { $0.number < $1.number }
    }

    /// The movement that the last change of funds made, if it has not been taken yet.
    ///
    /// - Returns: `nil` when nothing moved, such as for a reference that came before.
    public mutating func takeMovement() -> Movement? {
        defer { newMovement = nil }
        return newMovement
    }

    /// Puts a movement into its journal.
    mutating func note(
        _ kind: Movement.Kind,
        _ funds: Funds,
        _ shard: ShardID,
        sequence: UInt64,
        reference: UInt64,
        at time: Timestamp
    ) {
        movementCount += 1
        let movement = Movement(
            number: movementCount,
            time: time,
            kind: kind,
            funds: funds,
            shard: shard,
            sequence: sequence,
            reference: reference
        )
        newMovement = movement
        switch kind {
        case .sent, .received: transferJournal.append(movement)
        case .deposited, .reserved, .withdrawn, .released: cashJournal.append(movement)
        }
    }

    /// A word that says what a deposit was of; 0 is not known, from before words were kept.
    static func content(of funds: Funds) -> UInt64 {
        var digest = StateDigest()
        digest.add(UInt64(funds.account.rawValue) << 16 | UInt64(funds.asset.rawValue))
        digest.add(funds.amount.units)
        return max(digest.value, 1)
    }
}
