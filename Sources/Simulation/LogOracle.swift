import Accounts
import Matching
import Replication
import Trading
import Wire

/// What the durable log amounts to, by the slowest and plainest means: every entry is kept, every
/// reply is kept, a command runs when it is the next of its session and never else.
///
/// It shares the matching engine with the replicas, and nothing of their bookkeeping.
struct LogOracle: ~Copyable {
    /// The names of an account's orders.
    struct OrderName: Hashable {
        var account: AccountID
        var name: ClientOrderID
    }

    private(set) var chain = DurableChain()
    /// State digest and feed position after each of them; the first is before any.
    private(set) var digests: [UInt64] = [0]
    private(set) var feedPositions: [UInt64] = [0]
    /// Every public event.
    private(set) var events: [MarketEvent] = []
    private var engine = TradingEngine()
    private var replies: [SessionID: [(reply: Reply, sequence: UInt64)]] = [:]
    private var placed: [OrderName: [OrderID]] = [:]
    private var time = Timestamp.zero

    init() { digests[0] = digest }

    /// Durable entries.
    var count: UInt64 { chain.count }

    /// Whether these are the public events from an index on.
    func holds(_ some: [MarketEvent], from start: Int) -> Bool {
        guard start + some.count <= events.count else { return false }
        return some.indices.allSatisfy { events[start + $0] == some[$0] }
    }

    /// The reply a session's command must get, and the entry it ran in; nil while not durable.
    func reply(to session: SessionID, _ sequence: UInt64) -> (reply: Reply, sequence: UInt64)? {
        guard let all = replies[session], sequence >= 1, sequence <= UInt64(all.count) else {
            return nil
        }
        return all[Int(sequence) - 1]
    }

    /// Where all units of its assets are.
    var totals: [AssetTotals] { engine.conservation() }

    /// The book of a pair.
    func depth(_ instrument: InstrumentID) -> [PriceLevel] {
        let depth = engine.depth(instrument)
        return (depth.bids + depth.asks).map { PriceLevel(price: $0.0, quantity: $0.1) }
    }

    /// Takes a record that a majority of the acceptors has stored.
    ///
    /// - Parameter record: New, or stored before.
    /// - Returns: What is wrong; nil when all is well.
    mutating func stored(_ record: LogRecord) -> String? {
        let entry: LogEntry
        switch chain.take(record) {
        case .known: return nil
        case .wrong(let text): return text
        case .next(let next): entry = next
        }
        let commands: [SessionCommand]
        do { commands = try BatchPayload.commands(of: entry) } catch {
            return "entry \(record.id) cannot be read: \(error)"
        }
        time = max(time, entry.time)
        if entry.kind == .newEpoch { engine.beginTerm(at: time) }
        let sequence = record.id.sequence.rawValue
        for command in commands { run(command, in: sequence) }
        digests.append(digest)
        feedPositions.append(UInt64(events.count))
        return nil
    }

    private mutating func run(_ command: SessionCommand, in sequence: UInt64) {
        let last = UInt64(replies[command.session]?.count ?? 0)
        guard command.sequence == last + 1 else { return }
        let reply = engine.apply(command.command, at: time, events: &events)
        replies[command.session, default: []].append((reply, sequence))
        switch reply {
        case .placed(let order, _): note(order)
        case .replaced(let outcome):
            if case .done(let order, _) = outcome.place { note(order) }
        default: break
        }
    }

    private mutating func note(_ order: Order) {
        let name = OrderName(account: order.account, name: order.clientOrderID)
        placed[name, default: []].append(order.id)
    }

    /// Whether an order of that name was ever placed.
    func hasPlaced(_ name: ClientOrderID, of account: AccountID) -> Bool {
        placed[OrderName(account: account, name: name)] != nil
    }

    /// How often the orders of a name have traded: once at most.
    func executions(of account: AccountID, _ name: ClientOrderID, _ pair: InstrumentID) -> Int {
        let ids = placed[OrderName(account: account, name: name)] ?? []
        return ids.filter { id in
            let query = Query.order(account: account, instrument: pair, order: .id(id))
            guard case .orders(let orders) = engine.answer(query) else { return false }
            return orders.contains { $0.executed.lots > 0 }
        }.count
    }

    private var digest: UInt64 {
        // As `ShardMachine` names its state.
        engine.digest ^ (UInt64(events.count) &* 0x9E37_79B9_7F4A_7C15)
    }
}
