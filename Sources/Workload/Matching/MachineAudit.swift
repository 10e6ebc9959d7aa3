import Matching
import Shard
import Trading

/// Finds out which orders of a flow made the trades of a machine, by asking every account for its
/// fills as `GET /api/v3/myTrades` does: the public events do not tell.
struct MachineAudit {
    /// A pair keeps the fills of 20,000 trades; what 256 messages can trade must fit besides.
    private static let tradesBetweenQuestions = 10_000
    private static let pageSize = 1000

    private struct Pair {
        /// The flow's ids by the machine's, which are dense from 1.
        var names: ContiguousArray<UInt64> = [0]
        /// The last trade whose maker is known.
        var lastAsked: Int64 = 0
        /// The last trade.
        var last: Int64 = 0
    }

    private var pairs: ContiguousArray<Pair>
    private var sum: UInt64 = 0
    /// Trades whose maker no account, or more than one, said to be.
    private(set) var faults: [String] = []

    init(symbolCount: Int) {
        pairs = ContiguousArray(repeating: Pair(), count: symbolCount)
    }

    /// Learns the next order of a pair.
    mutating func name(_ record: FlowRecord) { pairs[Int(record.symbol)].names.append(record.id) }

    /// Learns of a trade.
    mutating func note(_ trade: Trade) {
        let pair = Int(trade.instrument.rawValue)
        if pairs[pair].last == 0 { pairs[pair].lastAsked = trade.id.rawValue - 1 }
        pairs[pair].last = trade.id.rawValue
    }

    /// Asks about the pairs that traded a lot.
    mutating func askWhereDue(_ machine: borrowing ShardMachine, accountCount: UInt32) {
        for pair in pairs.indices
        where pairs[pair].last - pairs[pair].lastAsked >= Int64(Self.tradesBetweenQuestions) {
            ask(pair, machine, accountCount)
        }
    }

    /// Asks about all that is left.
    ///
    /// - Returns: The sum of maker id × lots over the trades learnt of, modulo 2^64.
    mutating func makerSum(_ machine: borrowing ShardMachine, accountCount: UInt32) -> UInt64 {
        for pair in pairs.indices where pairs[pair].last > pairs[pair].lastAsked {
            ask(pair, machine, accountCount)
        }
        return sum
    }

    private mutating func ask(
        _ pair: Int,
        _ machine: borrowing ShardMachine,
        _ accountCount: UInt32
    ) {
        let expected = pairs[pair].last - pairs[pair].lastAsked
        var found: Int64 = 0
        for account in 1...accountCount {
            found += ask(pair, AccountID(account), machine)
        }
        if found != expected {
            faults.append("pair \(pair): \(expected) trades, but makers of \(found)")
        }
        pairs[pair].lastAsked = pairs[pair].last
    }

    /// Adds what an account made.
    ///
    /// - Returns: How many trades it made.
    private mutating func ask(
        _ pair: Int,
        _ account: AccountID,
        _ machine: borrowing ShardMachine
    ) -> Int64 {
        var found: Int64 = 0
        var last = pairs[pair].lastAsked
        while true {
            // Of a trade with oneself a page may hold the maker's half only, and that comes first.
            let query = Query.fills(
                account: account,
                instrument: InstrumentID(UInt16(pair)),
                order: nil,
                HistoryRange(fromID: last + 1, start: nil, end: nil, limit: Self.pageSize)
            )
            guard case .fills(let fills) = machine.engine.answer(query) else { return found }
            for fill in fills where fill.isMaker {
                let name = pairs[pair].names[Int(fill.order.rawValue)]
                sum &+= name &* UInt64(bitPattern: fill.trade.quantity.lots)
                found += 1
            }
            guard let end = fills.last, fills.count == Self.pageSize else { return found }
            last = end.trade.id.rawValue
        }
    }
}
