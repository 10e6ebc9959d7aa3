import Workload

/// The exchange's time never goes back: trades of a pair are in the order of their times.
public enum TimeCheck {
    /// Compares the times of trades that follow each other.
    ///
    /// - Parameter state: What can be read after the run.
    /// - Returns: What is wrong.
    public static func violations(_ state: ExchangeState) -> [Violation] {
        var found: [Violation] = []
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
