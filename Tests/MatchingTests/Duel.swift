import Accounts
import Matching
import Trading

/// One thing done to both exchanges.
enum Move: Equatable {
    case command(TimedCommand)
    /// Snapshot and go on with the restored engine.
    case restore
}

/// The engine and the naive exchange, fed with the same commands.
final class Duel {
    let exchange = Exchange.empty()
    var naive = NaiveExchange()
    var flow: RandomFlow
    /// Asks for every account and history after every command rather than in turns: a difference
    /// stays, so it is found a few commands later all the same.
    var isThorough = false
    private var turn = 0
    private var random: SeededGenerator

    /// Sets both up; a difference in that shows in the first step.
    init(seed: UInt64) {
        flow = RandomFlow(seed: seed)
        random = SeededGenerator(state: ~seed)
        for command in flow.setUp() { _ = play(command) }
    }

    /// The next random move.
    func nextMove() -> Move {
        random.chance(1) && random.chance(40) ? .restore : .command(flow.next(naive))
    }

    /// Makes a move on both and says where they differ.
    func play(_ move: Move) -> String? {
        switch move {
        case .command(let command): play(command)
        case .restore: restoreDifference()
        }
    }

    func play(_ timed: TimedCommand) -> String? {
        exchange.time = timed.time
        if case .place(let request) = timed.command {
            // A question is answered as of the last command, so time must stand still.
            if let difference = apply(.void) { return "void before: \(difference)" }
            let query = Query.test(request)
            if let difference = difference(query) { return difference }
        }
        if let difference = apply(timed.command) { return difference }
        return stateDifference()
    }

    private func apply(_ command: Command) -> String? {
        let reply = exchange.apply(command)
        let (expected, events) = naive.apply(command, at: exchange.time)
        if reply != expected { return "reply \(reply), expected \(expected)" }
        guard exchange.events != events else { return nil }
        return "events \(exchange.events), expected \(events)"
    }

    private func difference(_ query: Query) -> String? {
        let (reply, expected) = (exchange.ask(query), naive.answer(query))
        return reply == expected ? nil : "\(query): \(reply), expected \(expected)"
    }

    private func stateDifference() -> String? {
        turn += 1
        let accounts = isThorough ? flow.accounts : [flow.accounts[turn % flow.accounts.count]]
        for account in accounts {
            let queries: [Query] = [
                .balances(account: account), .openOrders(account: account, instrument: nil),
                .positions(account: account), .openOrderLists(account: account, instrument: nil),
                .orderLists(
                    account: account,
                    named: .none,
                    HistoryRange(fromID: nil, start: nil, end: nil, limit: 5)
                ),
            ]
            for query in queries {
                if let difference = difference(query) { return difference }
            }
        }
        for instrument in flow.instruments {
            if let difference = depthDifference(instrument.id) { return difference }
        }
        if !exchange.isConserved { return "I7: \(exchange.engine.conservation())" }
        for outbox in exchange.engine.outboxes
        where outbox.last != naive.funds.last[outbox.shard] ?? 0
            || outbox.first != (naive.funds.settled[outbox.shard] ?? 0) + 1
        {
            return "transfers: \(outbox), expected \(naive.funds.last) \(naive.funds.settled)"
        }
        for totals in exchange.engine.conservation()
        where totals.fees.units != naive.fees[totals.asset] ?? 0 {
            return "fees of \(totals.asset): \(totals), expected \(naive.fees)"
        }
        return historyDifference()
    }

    private func depthDifference(_ instrument: InstrumentID) -> String? {
        let depth = exchange.engine.depth(instrument)
        for (side, levels) in [(Side.buy, depth.bids), (.sell, depth.asks)] {
            let expected = naive.levels(instrument, side)
                .sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
                .map { [$0.key, $0.value] }
            let shown = levels.map { [$0.0.ticks, $0.1.lots] }
            if shown != expected { return "depth of \(instrument): \(shown), expected \(expected)" }
        }
        return nil
    }

    // MARK: History

    private func historyDifference() -> String? {
        if isThorough { return wholeHistoryDifference() }
        guard random.chance(5) else { return nil }
        let account = random.pick(flow.accounts)
        let instrument = random.pick(flow.instruments).id
        let range = HistoryRange(
            fromID: random.chance(30) ? random.number(in: 0...99) : nil,
            start: random.chance(30) ? naive.closed.randomElement(using: &random)?.createdAt : nil,
            end: random.chance(30) ? naive.closed.randomElement(using: &random)?.createdAt : nil,
            limit: Int(random.number(in: 1...30))
        )
        return historyDifference(account, instrument, range)
    }

    private func wholeHistoryDifference() -> String? {
        let all = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1000)
        for account in flow.accounts {
            for instrument in flow.instruments {
                if let difference = historyDifference(account, instrument.id, all) {
                    return difference
                }
            }
        }
        return nil
    }

    private func historyDifference(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ range: HistoryRange
    ) -> String? {
        let name = flow.sent.randomElement(using: &random)?.clientOrderID ?? .none
        let queries: [Query] = [
            .statement(account: account, asset: nil, range),
            .orders(account: account, instrument: instrument, range),
            .fills(account: account, instrument: instrument, order: nil, range),
            .order(account: account, instrument: instrument, order: .clientOrderID(name)),
            .orderList(
                account: account,
                instrument: instrument,
                list: .id(OrderListID(random.number(in: 1...20)))
            ),
            .orderList(account: account, instrument: instrument, list: .clientOrderID(name)),
        ]
        for query in queries {
            if let difference = difference(query) { return difference }
        }
        return nil
    }

    /// Snapshots, restores, and goes on with the restored engine.
    private func restoreDifference() -> String? {
        let (bytes, digest) = (exchange.snapshot, exchange.digest)
        do { try exchange.restore(bytes) } catch { return "restore: \(error)" }
        if exchange.snapshot != bytes { return "other bytes after a restore" }
        return exchange.digest == digest ? nil : "other digest after a restore"
    }
}
