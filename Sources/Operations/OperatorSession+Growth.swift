import EventLoop
import Workload

// More shards: one that is empty, or one that takes over half of another's pairs.

extension OperatorSession {
    static let newShardPath = "/control/shards"
    /// A new shard serves within a second where all is well.
    private static let serveMilliseconds: UInt64 = 30_000

    /// Adds a shard, and waits until it serves.
    ///
    /// - Parameter number: Its number; `nil` is the next that is free.
    /// - Returns: Its number.
    /// - Throws: `OperationError`.
    @discardableResult
    func addShard(_ number: Int?) throws(OperationError) -> Int {
        let reply = try tell(Self.newShardPath, shard: number)
        guard let shard = reply.shard else {
            throw OperationError("the coordinator does not say which shard it added")
        }
        if !order.isDryRun { try waitUntilServed(shard) }
        return shard
    }

    private func waitUntilServed(_ shard: Int) throws(OperationError) {
        let deadline = client.waiter.loop.nowNanoseconds + Self.serveMilliseconds * 1_000_000
        while client.waiter.loop.nowNanoseconds < deadline, !client.waiter.isInterrupted {
            let now = try client.status().shards.first { $0.id == shard }
            if let now, now.serving, let primary = now.primary {
                return Terminal.say("shard \(shard) is served by \(primary)")
            }
            client.waiter.pause(milliseconds: Self.pollMilliseconds / 10)
        }
        throw OperationError("shard \(shard) is there and not served yet; see: castle shards")
    }

    /// Adds a shard, and moves every second pair there, one after another.
    ///
    /// What ends it half-way leaves a cluster that is well: the rest is moved by `castle move`.
    func split() throws(OperationError) {
        guard let shard = order.shard,
            let now = try client.status().shards.first(where: { $0.id == shard })
        else { throw OperationError("there is no shard \(order.subject)") }
        let leaving = Self.half(of: now.pairs)
        guard !leaving.isEmpty else {
            throw OperationError("shard \(shard) has too few pairs to be split")
        }
        let new = try addShard(nil)
        for pair in leaving {
            guard !order.isDryRun else {
                Terminal.say("would: \(pair) moves from shard \(shard) to shard \(new)")
                continue
            }
            try move(pair, to: new)
        }
    }

    /// The pairs that leave: every second one, so that the first stays.
    static func half(of pairs: [String]) -> [String] {
        pairs.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
