import Workload

/// The exchange's time never goes back, nor follows a clock that jumps: trades of a pair are in the
/// order of their times.
public enum TimeCheck {
    /// Compares the times of trades that follow each other.
    ///
    /// - Parameters:
    ///   - state: What can be read after the run.
    ///   - expected: Where the newest trade's time must be, since a primary's clock jumped; in
    ///     milliseconds since 1970, `nil` for anywhere.
    /// - Returns: What is wrong.
    public static func violations(
        _ state: ExchangeState,
        newest expected: ClosedRange<Int64>? = nil
    ) -> [Violation] {
        var found: [Violation] = []
        let newest = state.accounts.flatMap(\.trades).map(\.time).max() ?? 0
        if let expected, newest < expected.lowerBound {
            let text = "no trade is of \(expected.lowerBound) or later: no jump"
            found.append(Violation(.expectation, text))
        }
        if let expected, newest > expected.upperBound {
            let text = "a trade is of \(newest): its time followed a clock that jumped"
            found.append(Violation(.expectation, text))
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
