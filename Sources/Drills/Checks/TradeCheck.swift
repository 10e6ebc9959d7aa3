import Workload

/// Trades are numbered without a hole, have two sides, and make up what orders executed.
///
/// It holds where nobody else trades: a drill has its cluster for itself.
public enum TradeCheck {
    /// Compares trades with each other and with the orders.
    ///
    /// - Parameter state: What can be read after the run.
    /// - Returns: What is wrong.
    public static func violations(_ state: ExchangeState) -> [Violation] {
        state.pairs.flatMap { numbering($0.symbol, state) }
            + state.accounts.indices.flatMap { executions($0, state.accounts[$0]) }
    }

    private static func numbering(_ symbol: String, _ state: ExchangeState) -> [Violation] {
        var sides: [Int64: [TradeRecord]] = [:]
        for trade in state.accounts.flatMap(\.trades) where trade.symbol == symbol {
            sides[trade.id, default: []].append(trade)
        }
        var expected = (state.tradeIDsBefore[symbol] ?? 0) + 1
        var found: [Violation] = []
        for (id, pair) in sides.sorted(by: { $0.key < $1.key }) {
            if id != expected {
                found.append(
                    Violation(.trades, "\(symbol): trade \(expected) is missing before \(id)")
                )
            }
            expected = id + 1
            if !areTwoSides(pair) {
                found.append(
                    Violation(.trades, "\(symbol): trade \(id) has \(pair.count) sides unlike")
                )
            }
        }
        return found
    }

    private static func areTwoSides(_ pair: [TradeRecord]) -> Bool {
        guard pair.count == 2 else { return false }
        let (one, two) = (pair[0], pair[1])
        return one.isBuyer != two.isBuyer && one.isMaker != two.isMaker
            && one.price == two.price && one.qty == two.qty && one.quoteQty == two.quoteQty
            && one.orderId != two.orderId
    }

    private struct Key: Hashable {
        var symbol: String
        var order: Int64
    }

    private struct Sum: Equatable {
        var quantity: Int64 = 0
        var quote: Int64 = 0
    }

    private static func executions(_ account: Int, _ state: AccountState) -> [Violation] {
        var sums: [Key: Sum] = [:]
        for trade in state.trades {
            sums[Key(symbol: trade.symbol, order: trade.orderId), default: Sum()].quantity +=
                trade.qty.units
            sums[Key(symbol: trade.symbol, order: trade.orderId), default: Sum()].quote +=
                trade.quoteQty.units
        }
        var found: [Violation] = []
        for order in state.orders {
            let sum =
                sums.removeValue(forKey: Key(symbol: order.symbol, order: order.orderId)) ?? Sum()
            let executed = Sum(
                quantity: order.executedQty.units,
                quote: order.cummulativeQuoteQty.units
            )
            if sum != executed {
                found.append(
                    Violation(
                        .trades,
                        "\(order.symbol) \(order.orderId) executed \(executed.quantity),"
                            + " its trades make \(sum.quantity)"
                    )
                )
            }
        }
        let strangers = sums.keys.map { "\($0.symbol) \($0.order)" }.sorted()
        return found
            + strangers.map {
                Violation(.trades, "account \(account) has trades of \($0), which is not there")
            }
    }
}
