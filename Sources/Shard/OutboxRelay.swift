import Accounts
import Trading

/// Which transfers of a serving primary are under way to which shard.
///
/// It holds nothing that matters: what is to be delivered stands in the replicated outboxes, and the
/// other shard takes each in once however often it comes. So a new term starts with an empty one.
struct OutboxRelay {
    /// Most transfers under way to one shard.
    static let inFlightMax: UInt64 = 256
    /// Pause before going back to the oldest transfer not known to be taken in.
    static let pauseNanoseconds: UInt64 = 20_000_000
    /// The same where the other shard refused it, which only an operator can mend.
    static let refusedPauseNanoseconds: UInt64 = 1_000_000_000

    /// The way to one shard.
    private struct Lane {
        let shard: ShardID
        /// Number of the last transfer handed out.
        var sent: UInt64 = 0
        /// Number of the last transfer that the other shard is known to have.
        var accepted: UInt64 = 0
        /// The last number asked to be settled.
        var settling: UInt64 = 0
        var retryAt: UInt64 = 0
    }

    /// By order of their first transfer in this term.
    private var lanes: [Lane] = []

    /// Hands out what can be delivered now, in order.
    mutating func deliveries(
        from outboxes: ContiguousArray<Outbox>,
        now: UInt64,
        _ deliver: (Funds, ShardID, UInt64) -> Void
    ) {
        for outbox in outboxes where !outbox.entries.isEmpty {
            let lane = index(of: outbox.shard)
            guard lanes[lane].retryAt <= now else { continue }
            var next = max(lanes[lane].sent, lanes[lane].accepted, outbox.first - 1) + 1
            while next - outbox.first < Self.inFlightMax, let funds = outbox.funds(next) {
                deliver(funds, outbox.shard, next)
                lanes[lane].sent = next
                next += 1
            }
        }
    }

    /// What the log may forget now; each is asked for once.
    mutating func settlements(of outboxes: ContiguousArray<Outbox>) -> [(ShardID, UInt64)] {
        var due: [(ShardID, UInt64)] = []
        for outbox in outboxes where !outbox.entries.isEmpty {
            let lane = index(of: outbox.shard)
            let through = min(lanes[lane].accepted, outbox.last)
            // The one before has to be applied first.
            guard through >= outbox.first, outbox.first > lanes[lane].settling else { continue }
            lanes[lane].settling = through
            due.append((outbox.shard, through))
        }
        return due
    }

    /// The other shard has the transfer.
    mutating func accepted(_ sequence: UInt64, by shard: ShardID) {
        let lane = index(of: shard)
        lanes[lane].accepted = max(lanes[lane].accepted, sequence)
    }

    /// The other shard has not taken it in, or that is not known: all after the last accepted one is
    /// delivered again after a pause.
    mutating func failed(_ sequence: UInt64, to shard: ShardID, retryAt: UInt64) {
        let lane = index(of: shard)
        guard sequence > lanes[lane].accepted, sequence <= lanes[lane].sent else { return }
        lanes[lane].sent = lanes[lane].accepted
        lanes[lane].retryAt = retryAt
    }

    private mutating func index(of shard: ShardID) -> Int {
        if let index = lanes.firstIndex(where: { $0.shard == shard }) { return index }
        lanes.append(Lane(shard: shard))
        return lanes.count - 1
    }
}
