import Audit
import Coordination
import Matching
import Membership
import Shard
import Trading
import Wire

/// What is read out of a state, in words that no layout changes.
enum GoldenFacts {
    static func facts(of state: borrowing ShardState) -> [String] {
        var lines = [
            "digest \(ChainHash(rawValue: state.digest))", "feed \(state.machine.feedPosition)",
        ]
        for session in GoldenContent.sessions {
            lines.append(answers(to: session, of: state))
        }
        for account in [AccountID(1), AccountID(2), AccountID(4)] {
            lines += money(of: account, state) + orders(of: account, state)
        }
        for pair in GoldenContent.pairs { lines += market(of: pair.id, state) }
        return lines
    }

    private static func answers(to session: UInt64, of state: borrowing ShardState) -> String {
        let id = SessionID(rawValue: session)
        let last = state.machine.lastSequence(of: id)
        let kept = (1...max(last, 1)).filter { state.machine.subject(of: $0, in: id) != nil }
        return "session \(session): last \(last), kept \(kept)"
    }

    private static func money(of account: AccountID, _ state: borrowing ShardState) -> [String] {
        var lines: [String] = []
        if case .balances(let balances) = state.machine.engine.answer(.balances(account: account)) {
            lines += balances.map {
                "account \(account): asset \($0.asset) free \($0.free.units)"
                    + " locked \($0.locked.units)"
            }
        }
        if case .positions(let all) = state.machine.engine.answer(.positions(account: account)) {
            lines += all.map {
                "account \(account): pair \($0.instrument) has \($0.quantity.lots)"
                    + " for \($0.cost.units), realized \($0.realized.units)"
            }
        }
        return lines
    }

    private static func orders(of account: AccountID, _ state: borrowing ShardState) -> [String] {
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1000)
        var lines: [String] = []
        for pair in GoldenContent.pairs.map(\.id) {
            let orders = Query.orders(account: account, instrument: pair, range)
            if case .orders(let orders) = state.machine.engine.answer(orders) {
                lines += orders.map(text)
            }
            let fills = Query.fills(account: account, instrument: pair, order: nil, range)
            if case .fills(let fills) = state.machine.engine.answer(fills) {
                lines += fills.map {
                    "fill \($0.trade.id) of \($0.order): \($0.trade.quantity.lots) at"
                        + " \($0.trade.price.ticks), \($0.commission.units) of \($0.commissionAsset)"
                }
            }
        }
        let lists = Query.openOrderLists(account: account, instrument: nil)
        if case .orderLists(let lists, _) = state.machine.engine.answer(lists) {
            lines += lists.map { "list \($0.id) \($0.clientOrderID.text): \($0.orders)" }
        }
        return lines
    }

    private static func text(_ order: Order) -> String {
        "order \(order.id) \(order.clientOrderID.text) of \(order.account) in \(order.instrument):"
            + " \(order.side) \(order.type) \(order.timeInForce) \(order.status)"
            + " \(order.executed.lots)/\(order.quantity.lots) at \(order.price.ticks)"
            + " stop \(order.stopPrice.ticks) trail \(order.trailingDelta)"
            + " shows \(order.icebergQuantity.lots) list \(order.list)"
            + " created \(order.createdAt.microseconds) updated \(order.updatedAt.microseconds)"
    }

    private static func market(of pair: InstrumentID, _ state: borrowing ShardState) -> [String] {
        let depth = state.machine.engine.depth(pair)
        let bids = depth.bids.map { "\($0.0.ticks)x\($0.1.lots)" }.joined(separator: " ")
        let asks = depth.asks.map { "\($0.0.ticks)x\($0.1.lots)" }.joined(separator: " ")
        let phase = state.machine.engine.phase(of: pair).map { "\($0)" } ?? "unknown"
        return ["pair \(pair): \(phase), update \(depth.updateID), bids \(bids), asks \(asks)"]
    }

    static func facts(of state: borrowing MapState) -> [String] {
        let map = state.cluster.map
        let members = map.members.map { "member \(text($0))" }
        let shards = map.shards.map {
            "shard \($0.shard) epoch \($0.epoch): primary \($0.primary?.rawValue ?? "none")"
                + " \($0.primaryInstance), standbys \($0.standbys), pairs \($0.pairs),"
                + " replicas \(state.cluster.replicas(of: $0.shard))"
        }
        let departed = state.cluster.departed.map { "departed \(text($0))" }
        // Texts are for operators, and may change.
        let events = state.cluster.recent.map { "event at \($0.time.microseconds)" }
        let table = state.cluster.keys
        let keys = table.keys.map {
            "key \($0.key) of \($0.account) \($0.kind) \($0.material.bytes) may"
                + " \($0.permissions.rawValue) from \($0.addresses) since"
                + " \($0.createdAt.microseconds)"
        }
        let revoked = table.revoked.map { "revoked \($0)" }
        return ["map \(map.version)"] + members + shards + departed + events + keys + revoked
    }

    private static func text(_ member: Member) -> String {
        "\(member.id) \(member.role) \(member.zone) \(member.address) \(member.pid)"
            + " \(member.instance)"
    }
}
