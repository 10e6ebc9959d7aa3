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

    /// Entry of sequence `index + 1`.
    private(set) var records: [LogRecord] = []
    /// State digest and feed position after each of them; the first is before any.
    private(set) var digests: [UInt64] = [0]
    private(set) var feedPositions: [UInt64] = [0]
    /// Every public event.
    private(set) var events: [MarketEvent] = []
    /// Epochs whose marker is durable.
    private(set) var openedEpochs: Set<Epoch> = []
    private var engine = TradingEngine()
    private var replies: [SessionID: [(reply: Reply, sequence: UInt64)]] = [:]
    private var placed: [OrderName: [OrderID]] = [:]
    private var commandCount: UInt64 = 0
    private var hash = ChainHash.zero
    private var time = Timestamp.zero

    init() { digests[0] = digest }

    /// Durable entries.
    var count: UInt64 { UInt64(records.count) }

    /// The reply a session's command must get, and the entry it ran in; nil while not durable.
    func reply(to session: SessionID, _ sequence: UInt64) -> (reply: Reply, sequence: UInt64)? {
        guard let all = replies[session], sequence >= 1, sequence <= UInt64(all.count) else {
            return nil
        }
        return all[Int(sequence) - 1]
    }

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
        let sequence = record.id.sequence.rawValue
        guard sequence <= count + 1 else { return "I2: entry \(record.id) leaves a hole" }
        let entry: LogEntry
        let commands: [SessionCommand]
        do {
            entry = try LogEntry(decoding: record.bytes)
            commands = try BatchPayload.commands(of: entry)
        } catch {
            return "entry \(record.id) cannot be read: \(error)"
        }
        // A majority may come to hold a marker only when a later term has it in its log too.
        if entry.kind == .newEpoch { openedEpochs.insert(record.id.epoch) }
        if sequence <= count {
            // Under a later epoch it may come again, with the same content.
            let known = records[Int(sequence) - 1]
            guard known.hash == record.hash else {
                return "I2: entry \(known.id) was replaced by \(record.id)"
            }
            if record.id.epoch > known.id.epoch { records[Int(sequence) - 1] = record }
            return nil
        }
        guard entry.previousHash == hash, entry.firstCommand == commandCount + 1 else {
            return "I2: entry \(record.id) does not follow the last durable one"
        }
        records.append(record)
        hash = record.hash
        commandCount += UInt64(commands.count)
        time = max(time, entry.time)
        for command in commands { run(command, in: sequence) }
        digests.append(digest)
        feedPositions.append(UInt64(events.count))
        for totals in engine.conservation() where !totals.isConserved {
            return "I7: asset \(totals.asset) is not conserved after entry \(record.id)"
        }
        return nil
    }

    private mutating func run(_ command: SessionCommand, in sequence: UInt64) {
        let last = UInt64(replies[command.session]?.count ?? 0)
        guard command.sequence == last + 1 else { return }
        let reply = engine.apply(command.command, at: time, events: &events)
        replies[command.session, default: []].append((reply, sequence))
        guard case .placed(let order, _) = reply else { return }
        let name = OrderName(account: order.account, name: order.clientOrderID)
        placed[name, default: []].append(order.id)
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
