import HTTP
import Workload

/// Reads what the exchange shows of the accounts, through the public API.
final class StateReader {
    private static let pageSize: Int64 = 1000
    private static let pagesMax = 100
    private static let triesMax = 40
    private static let retryMilliseconds: UInt64 = 100

    private let lane: ClientLane
    private let keys: [TradingKey]
    private let waiter: LoopWaiter
    /// Highest numbers read so far, by symbol: a run's orders and trades are above them.
    private var orderIDs: [String: Int64] = [:]
    private var tradeIDs: [String: Int64] = [:]
    private var tradeTimes: [String: Int64] = [:]

    init(lane: ClientLane, keys: [TradingKey], waiter: LoopWaiter) {
        self.lane = lane
        self.keys = keys
        self.waiter = waiter
    }

    /// The pairs that trade.
    func pairs() throws(LoadError) -> [PairRules] {
        try read(ExchangePairs.self, "/api/v3/exchangeInfo", RequestQuery(), nil).pairs
    }

    /// Total of every asset, account by account.
    func totals() throws(LoadError) -> [[String: Int64]] {
        var totals: [[String: Int64]] = []
        for key in keys {
            totals.append(
                try read(AccountRecord.self, "/api/v3/account", RequestQuery(), key).totals
            )
        }
        return totals
    }

    /// Everything since the last call, with the totals before the run beside those of now.
    func state(
        of pairs: [PairRules],
        since before: [[String: Int64]]
    ) throws(LoadError) -> ExchangeState {
        var state = ExchangeState(accounts: [], pairs: pairs, tradeIDsBefore: tradeIDs)
        state.tradeTimesBefore = tradeTimes
        let after = try totals()
        for (index, key) in keys.enumerated() {
            var account = AccountState()
            account.before = before[index]
            account.after = after[index]
            for pair in pairs {
                account.orders += try orders(pair.symbol, key)
                account.trades += try trades(pair.symbol, key)
            }
            state.accounts.append(account)
        }
        for order in state.accounts.flatMap(\.orders) {
            orderIDs[order.symbol] = max(orderIDs[order.symbol] ?? 0, order.orderId)
        }
        for trade in state.accounts.flatMap(\.trades) {
            tradeIDs[trade.symbol] = max(tradeIDs[trade.symbol] ?? 0, trade.id)
            tradeTimes[trade.symbol] = max(tradeTimes[trade.symbol] ?? 0, trade.time)
        }
        return state
    }

    /// Cancels every open order of all accounts.
    func cancelAll(_ pairs: [PairRules]) throws(LoadError) {
        for key in keys {
            for pair in pairs { try cancelAll(pair.symbol, key) }
        }
    }

    private func cancelAll(_ symbol: String, _ key: TradingKey) throws(LoadError) {
        for _ in 0..<Self.triesMax {
            guard let client = openClient() else { break }
            let result = waiter.result {
                client.cancelAll(symbol: symbol, key: key, completion: $0)
            }
            if case .success(let response) = result {
                // 400 says that there was nothing to cancel.
                if response.status == 200 || response.status == 400 { return }
            }
            waiter.pause(milliseconds: Self.retryMilliseconds)
        }
        throw LoadError("the open orders of \(symbol) cannot be cancelled")
    }

    private func orders(_ symbol: String, _ key: TradingKey) throws(LoadError) -> [OrderRecord] {
        var all: [OrderRecord] = []
        var next = (orderIDs[symbol] ?? 0) + 1
        for _ in 0..<Self.pagesMax {
            var query = page(symbol)
            query.add("orderId", next)
            let some = try read([OrderRecord].self, "/api/v3/allOrders", query, key)
            all += some
            guard some.count == Self.pageSize, let last = some.last else { return all }
            next = last.orderId + 1
        }
        throw LoadError("too many orders in \(symbol)")
    }

    private func trades(_ symbol: String, _ key: TradingKey) throws(LoadError) -> [TradeRecord] {
        var all: [TradeRecord] = []
        var next = (tradeIDs[symbol] ?? 0) + 1
        for _ in 0..<Self.pagesMax {
            var query = page(symbol)
            query.add("fromId", next)
            let some = try read([TradeRecord].self, "/api/v3/myTrades", query, key)
            all += some
            guard some.count == Self.pageSize, let last = some.last else { return all }
            next = last.id + 1
        }
        throw LoadError("too many trades in \(symbol)")
    }

    private func page(_ symbol: String) -> RequestQuery {
        var query = RequestQuery()
        query.add("symbol", symbol)
        query.add("limit", Self.pageSize)
        return query
    }

    /// A read is tried again while a shard changes hands: only its last word counts.
    private func read<Value: Decodable>(
        _ type: Value.Type,
        _ path: String,
        _ query: RequestQuery,
        _ key: TradingKey?
    ) throws(LoadError) -> Value {
        var failure = ReadError.timedOut
        for _ in 0..<Self.triesMax {
            guard let client = openClient() else { break }
            let answer = waiter.result {
                client.read(type, path, query, key: key, completion: $0)
            }
            do throws(ReadError) {
                return try (answer ?? .failure(.timedOut)).get()
            } catch {
                failure = error
                if case .malformed = error { break }
            }
            waiter.pause(milliseconds: Self.retryMilliseconds)
        }
        throw LoadError("\(path): \(failure)")
    }

    private func openClient() -> PublicClient? {
        waiter.wait(timeoutMilliseconds: 10_000) { self.lane.isOpen }
        return lane.client
    }
}
