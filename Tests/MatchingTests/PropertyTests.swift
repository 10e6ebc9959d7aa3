import Accounts
import Matching
import Testing
import Trading

/// What holds after every command, whatever the commands are; the naive exchange only aims them.
@Suite struct PropertyTests {
    /// Runs a flow on the engine and looks after each command.
    private func run(
        _ seed: UInt64,
        _ check: (Exchange, RandomFlow, TimedCommand) -> String?
    ) throws {
        var flow = RandomFlow(seed: seed)
        var naive = NaiveExchange()
        let exchange = Exchange.empty()
        func play(_ timed: TimedCommand) {
            exchange.time = timed.time
            exchange.apply(timed.command)
            _ = naive.apply(timed.command, at: timed.time)
        }
        for command in flow.setUp() { play(command) }
        for step in 0..<400 {
            let command = flow.next(naive)
            play(command)
            let fault = check(exchange, flow, command)
            try #require(
                fault == nil,
                "seed \(seed), step \(step): \(fault ?? "")\n\(command.command.source)"
            )
        }
    }

    private static let seeds: ClosedRange<UInt64> = 901...908

    @Test(arguments: seeds)
    func moneyIsConserved(seed: UInt64) throws {
        try run(seed) { exchange, flow, _ in
            if !exchange.isConserved { return "\(exchange.engine.conservation())" }
            for account in flow.accounts {
                guard case .balances(let balances) = exchange.ask(.balances(account: account))
                else { return "no balances" }
                for balance in balances where balance.free < .zero || balance.locked < .zero {
                    return "\(account): \(balance)"
                }
            }
            return nil
        }
    }

    /// What resting and waiting orders hold, said once more: from the open orders as anyone sees
    /// them; stops without limit that buy hold by their trigger and are only bounded from below.
    @Test(arguments: seeds)
    func lockedIsWhatTheOpenOrdersNeed(seed: UInt64) throws {
        try run(seed) { exchange, flow, _ in
            for account in flow.accounts {
                guard
                    case .orders(let open) = exchange.ask(
                        .openOrders(account: account, instrument: nil)
                    ),
                    case .balances(let balances) = exchange.ask(.balances(account: account))
                else { return "no answer" }
                let isExact = !open.contains {
                    $0.side == .buy && !$0.type.hasLimit && $0.status != .pendingNew
                }
                for balance in balances {
                    let need = Self.need(open, flow.instruments, balance.asset)
                    let locked = balance.locked.units
                    if isExact ? locked != need : locked < need {
                        return "\(account) \(balance), needs \(need)"
                    }
                }
            }
            return nil
        }
    }

    private static func need(
        _ open: [Order],
        _ instruments: [Instrument],
        _ asset: AssetID
    ) -> Int64 {
        var single: Int64 = 0
        var pairs: [String: Int64] = [:]
        for order in open where order.status != .pendingNew {
            guard let instrument = instruments.first(where: { $0.id == order.instrument }) else {
                continue
            }
            let isBuy = order.side == .buy
            guard (isBuy ? instrument.quote : instrument.base) == asset else { continue }
            let lots = order.remaining.lots
            let need =
                isBuy
                ? order.price.ticks * lots * instrument.notionalUnits : lots * instrument.lotUnits
            if order.list == .none {
                single += need
            } else {
                // Of a pair only the larger one is held; a working order stands alone.
                let key = "\(order.instrument) \(order.list)"
                pairs[key] = max(pairs[key] ?? 0, need)
            }
        }
        return single + pairs.values.reduce(0, +)
    }

    @Test(arguments: seeds)
    func bookIsNeverCrossedWhileItTrades(seed: UInt64) throws {
        var phases: [InstrumentID: TradingPhase] = [:]
        try run(seed) { exchange, flow, _ in
            for case .phase(let change) in exchange.events {
                phases[change.instrument] = change.phase
            }
            for instrument in flow.instruments
            where phases[instrument.id] ?? .continuous == .continuous {
                let depth = exchange.engine.depth(instrument.id)
                if let bid = depth.bids.first, let ask = depth.asks.first, bid.0 >= ask.0 {
                    return "\(instrument.symbol): \(bid) and \(ask)"
                }
            }
            return nil
        }
    }

    @Test(arguments: seeds)
    func tradesStayWithinTheLimitsOfBoth(seed: UInt64) throws {
        try run(seed) { exchange, flow, _ in
            for case .trade(let trade) in exchange.events {
                var sides = 0
                for account in flow.accounts {
                    sides += Self.sidesWithinTheirLimits(of: trade, account, exchange)
                }
                if sides != 2 { return "\(trade)" }
            }
            return nil
        }
    }

    private static func sidesWithinTheirLimits(
        of trade: Trade,
        _ account: AccountID,
        _ exchange: Exchange
    ) -> Int {
        let range = HistoryRange(
            fromID: trade.id.rawValue,
            start: nil,
            end: nil,
            limit: 2
        )
        let query = Query.fills(
            account: account,
            instrument: trade.instrument,
            order: nil,
            range
        )
        guard case .fills(let fills) = exchange.ask(query) else { return 0 }
        return fills.filter { fill in
            guard fill.trade == trade,
                case .orders(let orders) = exchange.ask(
                    .order(
                        account: account,
                        instrument: trade.instrument,
                        order: .id(fill.order)
                    )
                ), let order = orders.first
            else { return false }
            if !order.type.hasLimit { return true }
            return order.side == .buy ? trade.price <= order.price : trade.price >= order.price
        }.count
    }

    /// Orders of one price that are never changed trade in the order in which they came.
    @Test(arguments: seeds)
    func firstComesFirstAtOnePrice(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let exchange = Exchange()
        var expected: [Int64] = []
        for id in 1...60 as ClosedRange<Int64> {
            let lots = random.number(in: 1...9)
            exchange.place(exchange.limit(.sell, lots, at: 10))
            if random.chance(25) {
                exchange.cancel(id)
            } else {
                expected.append(lots)
            }
        }
        let sum = expected.reduce(0, +)
        var traded: [Int64] = []
        var left = sum
        while left > 0 {
            let lots = min(left, random.number(in: 1...30))
            traded += exchange.fills(exchange.limit(.buy, lots, at: 10, by: 2))
                .map(\.trade.quantity.lots)
            left -= lots
        }
        // Parts of one order are next to each other; the borders between orders are all met.
        var borders: Set<Int64> = [0]
        for lots in traded { borders.insert((borders.max() ?? 0) + lots) }
        var border: Int64 = 0
        for lots in expected {
            border += lots
            #expect(borders.contains(border), "CASTLE_SEED=\(seed)")
        }
        #expect(exchange.depth(.sell).isEmpty)
    }
}
