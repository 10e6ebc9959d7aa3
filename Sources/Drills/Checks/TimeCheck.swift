import Workload

/// The exchange's time never goes back: trades of a pair are in the order of their times.
public enum TimeCheck {
    /// Compares the times of trades that follow each other.
    ///
    /// - Parameters:
    ///   - state: What can be read after the run.
    ///   - reached: What some trade's time must have reached, since a primary's clock jumped there;
    ///     in milliseconds since 1970, `nil` for nothing.
    /// - Returns: What is wrong.
    public static func violations(
        _ state: ExchangeState,
        reaching reached: Int64? = nil
    ) -> [Violation] {
        var found: [Violation] = []
        let newest = state.accounts.flatMap(\.trades).map(\.time).max() ?? 0
        if let reached, newest < reached {
            found.append(Violation(.expectation, "no trade is of \(reached) or later: no jump"))
        }
        for pair in state.pairs {
            let trades = state.accounts.flatMap(\.trades).filter { $0.symbol == pair.symbol }
            var latest = state.tradeTimesBefore[pair.symbol] ?? 0
            for trade in trades.sorted(by: { $0.id < $1.id }) {
                if trade.time < latest {
                    found.append(
                        Violation(
                            .trades,
                            "\(pair.symbol): trade \(trade.id) is of \(trade.time), one before it"
                                + " of \(latest)"
                        )
                    )
                }
                latest = max(latest, trade.time)
            }
        }
        return found
    }
}
