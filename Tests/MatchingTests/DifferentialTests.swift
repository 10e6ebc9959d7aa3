import Accounts
import Matching
import Testing
import Trading
import Wire

#if canImport(Glibc)
    import Glibc
#endif

/// The engine against the naive exchange, command by command.
///
/// Besides, the replay of the order-flow file `small.oflw` (a replace as cancel and add, one
/// account, one command a minute of log time so that no retry rule applies) was checked by hand:
/// 34,596 trades, quantity 1,279,571, notional 63,926,668,542 and resting quantity 160,966, all as
/// its header says. A replay command will make that a check of its own.
@Suite struct DifferentialTests {
    static let rounds = 8

    /// Commands of one round; `CASTLE_COMMANDS` sets the total of all rounds.
    static let commandCount = (environment("CASTLE_COMMANDS") ?? 40_000) / rounds

    static func environment(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }

    static let seeds: [UInt64] =
        environment("CASTLE_SEED").map { [UInt64($0)] } ?? (1...UInt64(rounds)).map { $0 }

    @Test(.timeLimit(.minutes(10)), arguments: seeds)
    func engineAgreesWithTheNaiveExchange(seed: UInt64) throws {
        var left = Self.commandCount
        var part: UInt64 = 0
        while left > 0 {
            // A fresh exchange now and then keeps the naive one's arrays short.
            let count = min(left, 500)
            try compare(seed: seed &* 1_000_003 &+ part, count, report: "CASTLE_SEED=\(seed)")
            left -= count
            part += 1
        }
    }

    /// Parts that once differed, each a bug found: a sell by amount was refused for more lots than
    /// it could have traded.
    @Test(arguments: [8_000_113])
    func engineAgreesWhereItOnceDidNot(part: UInt64) throws {
        try compare(seed: part, 500, report: "part")
    }

    private func compare(seed: UInt64, _ count: Int, report: String) throws {
        let pair = Duel(seed: seed)
        for step in 0..<count {
            let command = pair.flow.next()
            let difference = pair.step(command)
            try #require(
                difference == nil,
                "\(report), part \(seed), step \(step), \(command): \(difference ?? "")"
            )
            if pair.flow.random.chance(1), pair.flow.random.chance(30) {
                try #require(try pair.restoreChangesNothing(), "\(report), step \(step): restore")
            }
        }
    }
}

/// Both exchanges fed with the same commands.
final class Duel {
    var exchange = Exchange()
    var naive = NaiveExchange()
    var flow: RandomFlow

    init(seed: UInt64) {
        let instruments = Self.instruments(seed)
        flow = RandomFlow(seed: seed, instruments: instruments)
        exchange.engine = TradingEngine()
        var setUp = Asset.three.map { Command.addAsset($0) }
        setUp += instruments.map { .addInstrument($0) }
        for account in flow.accounts {
            for asset in Asset.three {
                flow.reference += 1
                setUp.append(
                    .deposit(
                        account: account,
                        asset: asset.id,
                        amount: Amount(units: asset.id.rawValue == 3 ? 2_000 : 150),
                        reference: flow.reference
                    )
                )
            }
        }
        for command in setUp { _ = step(command) }
    }

    /// Two pairs share the quote asset, the third trades between the bases; each has other rules.
    static func instruments(_ seed: UInt64) -> [Instrument] {
        var first = Instrument.plain(5, "ABCUSD", base: 1, quote: 3)
        first.takerRate = 20_000_000
        first.makerRate = 10_000_000
        first.bidMultiplierUp = 150_000_000
        first.bidMultiplierDown = 60_000_000
        first.askMultiplierUp = 140_000_000
        first.askMultiplierDown = 70_000_000
        first.marketBand = 10_000_000
        first.notionalMin = Amount(units: 30)
        first.notionalMax = Amount(units: 450)
        var second = Instrument.plain(2, "XYZUSD", base: 2, quote: 3)
        second.tickUnits = 50_000_000
        second.lotUnits = 6
        second.takerRate = 1_234_567
        second.quantityMin = Quantity(lots: 2)
        second.quantityMax = Quantity(lots: 11)
        second.marketQuantityMax = Quantity(lots: 9)
        second.openOrdersMax = 3
        second.priceMin = Price(ticks: 20)
        second.priceMax = Price(ticks: 40)
        second.defaultSelfTradePrevention = .expireMaker
        var third = Instrument.plain(3, "ABCXYZ", base: 1, quote: 2)
        third.marketBand = seed % 2 == 0 ? 0 : 25_000_000
        third.makerRate = 50_000_000
        third.defaultSelfTradePrevention = .expireBoth
        return [first, second, third]
    }

    /// Runs one command on both and says where they differ.
    func step(_ command: Command) -> String? {
        exchange.time = flow.time
        let isAllowed = testAgrees(command)
        let reply = exchange.apply(command)
        let (expected, events) = naive.apply(command, at: flow.time)
        if reply != expected { return "reply \(reply), expected \(expected)" }
        if exchange.events != events { return "events \(exchange.events), expected \(events)" }
        if let isAllowed {
            guard case .placed = reply else { return isAllowed ? "test was done" : nil }
            if !isAllowed { return "test was refused" }
        }
        return stateDifference()
    }

    /// What a test of a place command says beforehand.
    private func testAgrees(_ command: Command) -> Bool? {
        guard case .place(let request) = command else { return nil }
        // The test sees the retry window as of the last command, so time must stand still.
        exchange.apply(.void)
        return exchange.ask(.test(request)) == .done
    }

    private func stateDifference() -> String? {
        let balances = naive.balances()
        for account in flow.accounts {
            if exchange.ask(.balances(account: account)) != .balances(balances[account] ?? []) {
                return "balances of \(account)"
            }
            let mine = naive.open.filter { $0.account == account }
                .sorted { ($0.instrument, $0.id) < ($1.instrument, $1.id) }
            if exchange.ask(.openOrders(account: account, instrument: nil)) != .orders(mine) {
                return "open orders of \(account)"
            }
        }
        for instrument in flow.instruments {
            let depth = exchange.engine.depth(instrument.id)
            let bids = naive.levels(instrument.id, .buy).sorted { $0.key > $1.key }
            let asks = naive.levels(instrument.id, .sell).sorted { $0.key < $1.key }
            if depth.bids.map({ [$0.0.ticks, $0.1.lots] }) != bids.map({ [$0.key, $0.value] })
                || depth.asks.map({ [$0.0.ticks, $0.1.lots] }) != asks.map({ [$0.key, $0.value] })
            {
                return "depth of \(instrument.id)"
            }
        }
        if !exchange.isConserved { return "I7: \(exchange.engine.conservation())" }
        for totals in exchange.engine.conservation()
        where totals.fees.units != naive.fees[totals.asset] ?? 0 {
            return "fees of \(totals.asset)"
        }
        return historyDifference()
    }

    /// History of one account and pair at random, by id, by time and by name.
    private func historyDifference() -> String? {
        guard flow.random.chance(5) else { return nil }
        let account = flow.random.pick(flow.accounts)
        let instrument = flow.random.pick(flow.instruments).id
        let range = HistoryRange(
            fromID: flow.random.chance(30) ? Int64.random(in: 0...99, using: &flow.random) : nil,
            start: flow.random.chance(30)
                ? naive.closed.randomElement(using: &flow.random)?.createdAt : nil,
            end: flow.random.chance(30)
                ? naive.closed.randomElement(using: &flow.random)?.createdAt : nil,
            limit: Int.random(in: 1...30, using: &flow.random)
        )
        let orders = (naive.open + naive.closed)
            .filter { $0.account == account && $0.instrument == instrument }
            .sorted { $0.id < $1.id }
        let page = Self.page(orders, range, id: \.id.rawValue, time: \.createdAt)
        if exchange.ask(.orders(account: account, instrument: instrument, range)) != .orders(page) {
            return "orders in \(range)"
        }
        let fills = naive.fills
            .filter { $0.account == account && $0.trade.instrument == instrument }
        let fillPage = Self.page(fills, range, id: \.trade.id.rawValue, time: \.trade.time)
        let query = Query.fills(account: account, instrument: instrument, order: nil, range)
        if exchange.ask(query) != .fills(fillPage) { return "fills in \(range)" }
        guard let name = orders.randomElement(using: &flow.random)?.clientOrderID else {
            return nil
        }
        let newest = orders.last { $0.clientOrderID == name }
        let byName = Query.order(
            account: account,
            instrument: instrument,
            order: .clientOrderID(name)
        )
        return exchange.ask(byName) == .orders(newest.map { [$0] } ?? []) ? nil : "order by name"
    }

    private static func page<Record>(
        _ records: [Record],
        _ range: HistoryRange,
        id: (Record) -> Int64,
        time: (Record) -> Timestamp
    ) -> [Record] {
        let inside = records.filter {
            id($0) >= range.fromID ?? 0 && time($0) >= range.start ?? .zero
                && time($0).microseconds <= range.end?.microseconds ?? Int64.max
        }
        return range.fromID == nil && range.start == nil
            ? Array(inside.suffix(range.limit)) : Array(inside.prefix(range.limit))
    }

    /// Snapshots, restores, and goes on with the restored engine.
    func restoreChangesNothing() throws -> Bool {
        let (bytes, digest) = (exchange.snapshot, exchange.digest)
        try exchange.restore(bytes)
        return exchange.snapshot == bytes && exchange.digest == digest
    }
}
