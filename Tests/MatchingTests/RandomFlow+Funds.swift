import Trading

extension RandomFlow {
    /// A movement of funds: of the next number mostly, else a repeat, a gap or nonsense.
    mutating func movement(_ exchange: NaiveExchange) -> Command {
        let funds = Funds(
            account: random.pick(accounts),
            asset: AssetID(UInt16(random.number(in: 1...4))),
            amount: Amount(units: random.number(in: 0...30))
        )
        let shard = ShardID(UInt16(random.number(in: random.chance(5) ? 0...0 : 2...3)))
        switch random.number(in: 0...9) {
        case 0...2: return .transfer(funds, to: shard, reference: nextReference())
        case 3...5:
            let last = exchange.funds.received[shard] ?? 0
            let sequence = random.chance(80) ? last + 1 : UInt64(random.number(in: 0...9))
            return .credit(funds, from: shard, sequence: sequence)
        case 6:
            let last = exchange.funds.last[shard] ?? 0
            return .settle(to: shard, through: last + UInt64(random.pick([0, 0, 0, 1])))
        case 7: return .withdraw(funds, reference: nextReference())
        default:
            let known = exchange.funds.withdrawals.keys.sorted()
            let reference = known.isEmpty || random.chance(10) ? 0 : random.pick(known)
            return .endWithdrawal(reference: reference, isPaid: random.chance(60))
        }
    }

    /// One in five is a repeat.
    private mutating func nextReference() -> UInt64 {
        if !random.chance(20) { reference += 1 }
        return reference
    }
}
