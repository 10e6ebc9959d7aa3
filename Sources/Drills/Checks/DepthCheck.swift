import Workload

/// The book that `GET depth` shows is the one that the open orders make.
public enum DepthCheck {
    /// Compares a book with the open orders.
    ///
    /// - Parameters:
    ///   - snapshot: Every level of the pair's book, with nothing going on.
    ///   - symbol: Name of the pair.
    ///   - state: Orders of all accounts.
    /// - Returns: What differs.
    public static func violations(
        _ snapshot: DepthSnapshot,
        symbol: String,
        _ state: ExchangeState
    ) -> [Violation] {
        var found: [Violation] = []
        for (name, side, levels) in [
            ("bids", "BUY", snapshot.bids), ("asks", "SELL", snapshot.asks),
        ] {
            var expected: [Int64: Int64] = [:]
            for order in state.accounts.flatMap(\.orders)
            where order.isOpen && order.symbol == symbol && order.side == side {
                expected[order.price.units, default: 0] +=
                    order.origQty.units - order.executedQty.units
            }
            let shown = Dictionary(
                levels.filter { $0.count == 2 }.map { ($0[0].units, $0[1].units) },
                uniquingKeysWith: +
            )
            let prices = Set(expected.keys).union(shown.keys)
                .filter { expected[$0] != shown[$0] }.sorted()
            if let first = prices.first {
                found.append(
                    Violation(
                        .depth,
                        "\(symbol): \(name) differ from the open orders at \(prices.count)"
                            + " prices, first \(first)"
                    )
                )
            }
        }
        if let bid = snapshot.bids.first?.first, let ask = snapshot.asks.first?.first,
            bid.units >= ask.units
        {
            found.append(Violation(.depth, "\(symbol): the book is crossed"))
        }
        return found
    }
}
