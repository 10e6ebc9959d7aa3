import Glibc
import Membership
import Shard
import Trading

/// Measures what a node has to do, from one report to the next.
struct LoadMeter {
    private var last: (at: UInt64, processor: UInt64)?
    private var counts: [ShardID: UInt64] = [:]
    private var pairCounts: [ShardID: [InstrumentID: UInt64]] = [:]
    /// Names of the pairs, by instrument.
    private let symbols: [String]

    init(symbols: [String]) { self.symbols = symbols }

    /// What was done since the last call by replicas that serve as primaries.
    mutating func measure(_ replicas: [Replica], now: UInt64) -> LoadReport {
        let used = Self.processorNanoseconds()
        let (before, pairsBefore) = (counts, pairCounts)
        pairCounts = Dictionary(replicas.map { ($0.shard, $0.commandCounts) }) { $1 }
        counts = Dictionary(replicas.map { ($0.shard, $0.commandCount) }) { $1 }
        defer { last = (now, used) }
        guard let last, now > last.at else { return LoadReport(processor: 0, shards: []) }
        let elapsed = now - last.at
        return LoadReport(
            processor: Int((used - min(last.processor, used)) * 1000 / elapsed),
            shards: replicas.map { replica in
                // What it applied as a standby is no work of a primary.
                let count = replica.commandCount
                let done = count - min(before[replica.shard] ?? count, count)
                return ShardLoad(
                    shard: replica.shard,
                    commands: Int(done * 1_000_000_000 / elapsed),
                    queueDepth: replica.queueDepth,
                    pairs: pairs(of: replica, since: pairsBefore[replica.shard], elapsed)
                )
            }
        )
    }

    private func pairs(
        of replica: Replica,
        since before: [InstrumentID: UInt64]?,
        _ elapsed: UInt64
    ) -> [PairLoad] {
        guard let before else { return [] }
        return symbols.indices.compactMap { index in
            let id = InstrumentID(UInt16(index))
            guard let count = replica.commandCounts[id] else { return nil }
            let done = count - min(before[id] ?? 0, count)
            guard done > 0 else { return nil }
            return PairLoad(symbol: symbols[index], commands: Int(done * 1_000_000_000 / elapsed))
        }
    }

    private static func processorNanoseconds() -> UInt64 {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
