import Trading

/// What moved between this shard, the others and the outside, said plainly.
struct NaiveFunds {
    struct Sent {
        var funds: Funds
        var shard: ShardID
        var sequence: UInt64
    }

    var sent: [AccountID: [AssetID: Int64]] = [:]
    var withdrawing: [AccountID: [AssetID: Int64]] = [:]
    var creditedAt: [AccountID: [AssetID: Timestamp]] = [:]
    var transfers: [UInt64: Sent] = [:]
    /// Number of the last transfer by destination, and by source.
    var last: [ShardID: UInt64] = [:]
    var received: [ShardID: UInt64] = [:]
    var settled: [ShardID: UInt64] = [:]
    var withdrawals: [UInt64: (funds: Funds, isPaid: Bool?)] = [:]
    var withdrawn: [AssetID: Int64] = [:]
    var movements: [Movement] = []
}

/// Deposits, withdrawals and transfers.
extension NaiveExchange {
    mutating func deposit(_ deposit: Funds, _ reference: UInt64) -> Reply {
        if let earlier = references[reference] {
            return earlier == deposit ? .done : .rejected(.referenceTaken)
        }
        guard deposit.amount.units > 0 else { return .rejected(.malformed) }
        guard isAsset(deposit.asset) else { return .rejected(.unknownAsset) }
        let sum = deposits[deposit.asset] ?? 0
        if sum.addingReportingOverflow(deposit.amount.units).overflow {
            return .rejected(.overloaded)
        }
        references[reference] = deposit
        open(deposit.account)
        total[deposit.account, default: [:]][deposit.asset, default: 0] += deposit.amount.units
        deposits[deposit.asset, default: 0] += deposit.amount.units
        note(.deposited, deposit, reference: reference)
        return .done
    }

    mutating func transfer(_ sent: Funds, _ shard: ShardID, _ reference: UInt64) -> Reply {
        if let earlier = funds.transfers[reference] {
            let isSame = earlier.funds == sent && earlier.shard == shard
            return isSame
                ? .transferred(sequence: earlier.sequence) : .rejected(.referenceTaken)
        }
        guard sent.amount.units > 0, shard != ShardID(0) else { return .rejected(.malformed) }
        guard isAsset(sent.asset) else { return .rejected(.unknownAsset) }
        guard accounts.contains(sent.account),
            free(sent.account, sent.asset) >= sent.amount.units
        else { return .rejected(.insufficientBalance) }
        if let time = funds.creditedAt[sent.account]?[sent.asset],
            now.microseconds < time.microseconds + 50_000
        {
            return .rejected(.recentlyCredited)
        }
        total[sent.account, default: [:]][sent.asset, default: 0] -= sent.amount.units
        funds.sent[sent.account, default: [:]][sent.asset, default: 0] += sent.amount.units
        let sequence = (funds.last[shard] ?? 0) + 1
        funds.last[shard] = sequence
        funds.transfers[reference] = NaiveFunds.Sent(
            funds: sent,
            shard: shard,
            sequence: sequence
        )
        note(.sent, sent, shard, sequence, reference: reference)
        return .transferred(sequence: sequence)
    }

    mutating func credit(_ credit: Funds, _ shard: ShardID, _ sequence: UInt64) -> Reply {
        let last = funds.received[shard] ?? 0
        if sequence <= last { return .done }
        if sequence > last + 1 { return .rejected(.transferGap) }
        guard credit.amount.units > 0, shard != ShardID(0) else { return .rejected(.malformed) }
        guard isAsset(credit.asset) else { return .rejected(.unknownAsset) }
        open(credit.account)
        funds.received[shard] = sequence
        total[credit.account, default: [:]][credit.asset, default: 0] += credit.amount.units
        funds.sent[credit.account, default: [:]][credit.asset, default: 0] -= credit.amount.units
        funds.creditedAt[credit.account, default: [:]][credit.asset] = now
        note(.received, credit, shard, sequence)
        return .done
    }

    mutating func settle(_ shard: ShardID, _ sequence: UInt64) -> Reply {
        guard let last = funds.last[shard], sequence <= last else { return .rejected(.malformed) }
        funds.settled[shard] = max(sequence, funds.settled[shard] ?? 0)
        return .done
    }

    mutating func withdraw(_ payout: Funds, _ reference: UInt64) -> Reply {
        if let earlier = funds.withdrawals[reference] {
            return earlier.funds == payout ? .done : .rejected(.referenceTaken)
        }
        guard payout.amount.units > 0 else { return .rejected(.malformed) }
        guard isAsset(payout.asset) else { return .rejected(.unknownAsset) }
        guard accounts.contains(payout.account),
            free(payout.account, payout.asset) >= payout.amount.units
        else { return .rejected(.insufficientBalance) }
        funds.withdrawals[reference] = (payout, nil)
        total[payout.account, default: [:]][payout.asset, default: 0] -= payout.amount.units
        funds.withdrawing[payout.account, default: [:]][payout.asset, default: 0] +=
            payout.amount.units
        note(.reserved, payout, reference: reference)
        return .done
    }

    mutating func endWithdrawal(_ reference: UInt64, _ isPaid: Bool) -> Reply {
        guard let (payout, end) = funds.withdrawals[reference] else {
            return .rejected(.noSuchWithdrawal)
        }
        if let end { return end == isPaid ? .done : .rejected(.referenceTaken) }
        funds.withdrawals[reference] = (payout, isPaid)
        funds.withdrawing[payout.account, default: [:]][payout.asset, default: 0] -=
            payout.amount.units
        if isPaid {
            funds.withdrawn[payout.asset, default: 0] += payout.amount.units
        } else {
            total[payout.account, default: [:]][payout.asset, default: 0] += payout.amount.units
        }
        note(isPaid ? .withdrawn : .released, payout, reference: reference)
        return .done
    }

    func shortfall(_ command: Command) -> Reply {
        guard case .place(let request) = command else { return .rejected(.malformed) }
        guard let instrument = find(request.instrument) else {
            return .rejected(.unknownInstrument)
        }
        guard !isMalformed(request), let need = Int64(exactly: need(request, instrument)) else {
            return .rejected(.insufficientBalance)
        }
        let asset = request.side == .buy ? instrument.quote : instrument.base
        return .shortfall(asset, Amount(units: max(0, need - free(request.account, asset))))
    }

    /// Where all units are: as the ledger's totals say.
    func isConserved(_ asset: AssetID) -> Bool {
        let owned = total.values.reduce(0) { $0 + ($1[asset] ?? 0) }
        let withdrawing = funds.withdrawing.values.reduce(0) { $0 + ($1[asset] ?? 0) }
        let sent = funds.sent.values.reduce(0) { $0 + ($1[asset] ?? 0) }
        return owned + withdrawing + sent + (fees[asset] ?? 0)
            == (deposits[asset] ?? 0) - (funds.withdrawn[asset] ?? 0)
    }

    private mutating func open(_ account: AccountID) {
        if !accounts.contains(account) { accounts.append(account) }
    }

    private func isAsset(_ asset: AssetID) -> Bool { assets.contains { $0.id == asset } }

    private mutating func note(
        _ kind: Movement.Kind,
        _ moved: Funds,
        _ shard: ShardID = ShardID(0),
        _ sequence: UInt64 = 0,
        reference: UInt64 = 0
    ) {
        funds.movements.append(
            Movement(
                number: UInt64(funds.movements.count) + 1,
                time: now,
                kind: kind,
                funds: moved,
                shard: shard,
                sequence: sequence,
                reference: reference
            )
        )
    }
}
