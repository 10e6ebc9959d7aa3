import Workload

/// Balances change by exactly what trades and commissions say, to the unit.
public enum BalanceCheck {
    /// Compares the change of every balance with the fills.
    ///
    /// - Parameter state: What can be read after the run.
    /// - Returns: What is wrong, account by account and for all of them together.
    public static func violations(_ state: ExchangeState) -> [Violation] {
        let pairs = Dictionary(
            state.pairs.map { ($0.symbol, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var found: [Violation] = []
        var change: [String: Int64] = [:]
        var commissions: [String: Int64] = [:]
        for (index, account) in state.accounts.enumerated() {
            let expected = changes(account.trades, pairs)
            let assets = Set(account.before.keys).union(account.after.keys).union(expected.keys)
            for asset in assets.sorted() {
                let actual = account.after[asset, default: 0] - account.before[asset, default: 0]
                change[asset, default: 0] += actual
                if actual != expected[asset, default: 0] {
                    found.append(
                        Violation(
                            .balances,
                            "account \(index): \(asset) changed by \(actual) units,"
                                + " its trades say \(expected[asset, default: 0])"
                        )
                    )
                }
            }
            for trade in account.trades {
                commissions[trade.commissionAsset, default: 0] += trade.commission.units
            }
        }
        for asset in Set(change.keys).union(commissions.keys).sorted()
        where change[asset, default: 0] + commissions[asset, default: 0] != 0 {
            found.append(
                Violation(
                    .balances,
                    "\(asset) is not conserved: all accounts changed by"
                        + " \(change[asset, default: 0]) units and paid"
                        + " \(commissions[asset, default: 0])"
                )
            )
        }
        return found
    }

    private static func changes(
        _ trades: [TradeRecord],
        _ pairs: [String: PairRules]
    ) -> [String: Int64] {
        var changes: [String: Int64] = [:]
        for trade in trades {
            guard let pair = pairs[trade.symbol] else { continue }
            let sign: Int64 = trade.isBuyer ? 1 : -1
            changes[pair.base, default: 0] += sign * trade.qty.units
            changes[pair.quote, default: 0] -= sign * trade.quoteQty.units
            changes[trade.commissionAsset, default: 0] -= trade.commission.units
        }
        return changes
    }
}
