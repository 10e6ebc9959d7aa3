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
    /// The last transfer taken in from each shard.
    private var receipts: [ShardID: UInt64] = [:]
    /// The number that each transfer got, by reference.
    private var transfers: [UInt64: UInt64] = [:]

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

    /// Transfers that left it.
    var transferCount: Int { transfers.count }

    /// What it has of a pair.
    func standing(of instrument: InstrumentID) -> PairStanding {
        engine.standing(of: instrument)
    }

    /// Transfers it has sent and not settled.
    var outboxes: ContiguousArray<Outbox> { engine.outboxes }

    /// The number of the last transfer taken in from a shard; 0 for none.
    func received(from shard: ShardID) -> UInt64 { receipts[shard] ?? 0 }

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
        for command in commands {
            if let defect = run(command, in: sequence) { return defect }
        }
        digests.append(digest)
        feedPositions.append(UInt64(events.count))
        return nil
    }

    private mutating func run(_ command: SessionCommand, in sequence: UInt64) -> String? {
        let last = UInt64(replies[command.session]?.count ?? 0)
        guard command.sequence == last + 1 else { return nil }
        let reply = engine.apply(
            command.command,
            generation: command.generation,
            at: time,
            events: &events
        )
        replies[command.session, default: []].append((reply, sequence))
        switch reply {
        case .placed(let order, _): note(order)
        case .replaced(let outcome):
            if case .done(let order, _) = outcome.place { note(order) }
        case .transferred(let number):
            guard case .transfer(_, _, let reference) = command.command else { break }
            let known = transfers.updateValue(number, forKey: reference)
            if let known, known != number {
                return "exactly once: transfer \(reference) is sent as \(known) and \(number)"
            }
        case .done:
            guard case .credit(_, let shard, let number) = command.command else { break }
            receipts[shard] = max(received(from: shard), number)
        default: break
        }
        return nil
    }

    private mutating func note(_ order: Order) {
        let name = OrderName(account: order.account, name: order.clientOrderID)
        placed[name, default: []].append(order.id)
    }

    /// Whether an order of that name was ever placed.
    func hasPlaced(_ name: ClientOrderID, of account: AccountID) -> Bool {
        placed[OrderName(account: account, name: name)] != nil
    }

    /// The orders placed here under a name.
    func orders(of account: AccountID, _ name: ClientOrderID) -> [OrderID] {
        placed[OrderName(account: account, name: name)] ?? []
    }

    /// Whether an order of a pair that is here now has traded, here or where the pair was before.
    func hasTraded(_ order: OrderID, of account: AccountID, _ pair: InstrumentID) -> Bool {
        let query = Query.order(account: account, instrument: pair, order: .id(order))
        guard case .orders(let orders) = engine.answer(query) else { return false }
        return orders.contains { $0.executed.lots > 0 }
    }

    private var digest: UInt64 {
        // As `ShardMachine` names its state.
        engine.digest ^ (UInt64(events.count) &* 0x9E37_79B9_7F4A_7C15)
    }
}
