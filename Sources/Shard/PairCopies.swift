import Matching
import MarketData
import Trading
import Wire

/// The copies of pairs that a primary is making for other shards: what it told of each so far.
///
/// Not part of the state: a primary that takes over knows nothing of them, and the move begins anew.
struct PairCopies {
    /// Most copies at a time; another pushes out the oldest.
    static let countMax = 4

    private struct Copy {
        var generation: UInt32
        var nextPart: UInt32 = 0
        var export: PairExport
        /// The last trade told with the history; `nil` until then.
        var lastTrade: TradeID?
    }

    /// Oldest first.
    private var copies: [Copy] = []

    /// Answers a question that a move asks; `nil` for any other.
    mutating func answer(_ query: Query, _ machine: borrowing ShardMachine) -> Reply? {
        switch query {
        case .pairPart(let instrument, let generation, let part):
            nextPart(of: instrument, generation, part, machine)
        case .pairDelta(let instrument, let generation): delta(of: instrument, generation, machine)
        default: nil
        }
    }

    private func index(of instrument: InstrumentID) -> Int? {
        copies.firstIndex { $0.export.instrument == instrument }
    }

    private mutating func nextPart(
        of instrument: InstrumentID,
        _ generation: UInt32,
        _ part: UInt32,
        _ machine: borrowing ShardMachine
    ) -> Reply {
        if part == 0 {
            guard let export = machine.engine.beginExport(of: instrument) else {
                return .rejected(.moveRefused)
            }
            copies.removeAll { $0.export.instrument == instrument }
            if copies.count == Self.countMax { copies.removeFirst() }
            copies.append(Copy(generation: generation, export: export))
        }
        guard let index = index(of: instrument), copies[index].generation == generation,
            copies[index].nextPart == part
        else { return .rejected(.moveRefused) }
        copies[index].nextPart += 1
        guard copies[index].export.isDone else {
            guard let records = machine.engine.nextPart(of: &copies[index].export) else {
                return .rejected(.moveRefused)
            }
            return .pairPart(.records(records), isLast: false)
        }
        guard copies[index].lastTrade == nil, let history = machine.history(of: instrument) else {
            return .rejected(.moveRefused)
        }
        copies[index].lastTrade = history.lastTradeID
        var writer = ByteWriter()
        history.encode(into: &writer)
        return .pairPart(.history(writer.bytes), isLast: true)
    }

    private mutating func delta(
        of instrument: InstrumentID,
        _ generation: UInt32,
        _ machine: borrowing ShardMachine
    ) -> Reply {
        guard let index = index(of: instrument), copies[index].generation == generation,
            let lastTrade = copies[index].lastTrade, let history = machine.history(of: instrument),
            let (records, digest) = machine.engine.delta(of: &copies[index].export)
        else { return .rejected(.moveRefused) }
        // Once told, the export knows it as told: another delta would lack what this one has.
        copies.remove(at: index)
        var writer = ByteWriter()
        guard history.encodeTrades(after: lastTrade, into: &writer) else {
            return .rejected(.moveRefused)
        }
        return .pairDelta(PairDelta(records: records, trades: writer.bytes, digest: digest))
    }
}
