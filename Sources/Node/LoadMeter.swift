import Glibc
import Membership
import Shard
import Trading

/// Measures what a node has to do, from one report to the next.
struct LoadMeter {
    private var last: (at: UInt64, processor: UInt64)?
    private var counts: [ShardID: UInt64] = [:]

    /// What was done since the last call by replicas that serve as primaries.
    mutating func measure(_ replicas: [Replica], now: UInt64) -> LoadReport {
        let used = Self.processorNanoseconds()
        let before = counts
        counts = Dictionary(replicas.map { ($0.shard, $0.commandCount) }) { $1 }
        defer { last = (now, used) }
        guard let last, now > last.at else { return LoadReport(processor: 0, shards: []) }
        let elapsed = now - last.at
        return LoadReport(
            processor: Int((used - min(last.processor, used)) * 1000 / elapsed),
            shards: replicas.map { replica in
                // What it applied as a standby is no work of a primary.
                let done = replica.commandCount - (before[replica.shard] ?? replica.commandCount)
                return ShardLoad(
                    shard: replica.shard,
                    commands: Int(done * 1_000_000_000 / elapsed),
                    queueDepth: replica.queueDepth
                )
            }
        )
    }

    private static func processorNanoseconds() -> UInt64 {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
