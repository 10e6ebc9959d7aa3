import Configuration
import EventLoop
import Workload

/// Orders for a few pairs only: too much for the node that has them.
struct Crowd: Equatable, Sendable {
    /// The pairs.
    var symbols: [String]
    /// Order requests a second.
    var rate: Int
    /// Commands a second that one node may get.
    var limit: Int
}

/// How a cluster evened a crowd out.
struct Evening: Equatable, Sendable {
    /// Roles and pairs that changed their places.
    var changes: [String] = []
    /// Until the load was even.
    var milliseconds: UInt64 = 0
    /// Promises that were not kept.
    var problems: [String] = []

    /// For the report.
    var text: String { "\(changes.joined(separator: ", ")), even after \(milliseconds) ms" }
}

extension FaultChooser {
    /// Of the limit, how much comes: too much for one node, and half of it for none.
    private static let ratePercent = 160

    /// The crowd of a run: in turn all pairs of a node that leads several shards, for which a role
    /// moves, and two pairs of one shard, for which a pair must.
    ///
    /// - Parameters:
    ///   - number: Of the run, from 1.
    ///   - status: The cluster just now.
    /// - Returns: What is crowded.
    /// - Throws: `LoadError` when the cluster has no limit, or nothing that could move.
    func crowd(_ number: Int, _ status: ClusterStatus) throws(LoadError) -> FaultChoice {
        guard plan.rebalance == .auto, let limit = plan.rebalanceLimits?.commands, limit > 0 else {
            throw LoadError("the topology needs rebalance: auto, and rebalanceLimits.commands")
        }
        let full = status.shards.filter { !$0.pairs.isEmpty }
        var crowded: [ClusterStatus.Shard]
        if number % 2 == 1 {
            let groups = status.leaders.map { node in full.filter { $0.primary == node } }
            crowded = groups.max { $0.count < $1.count } ?? []
            guard crowded.count > 1 else { throw LoadError("no node leads two shards") }
            // Two of them: half for each of two nodes is then even.
            crowded = Array(crowded.prefix(2))
            // As many of each, so that neither alone is too much.
            let count = crowded.map(\.pairs.count).min() ?? 0
            for index in crowded.indices {
                crowded[index].pairs = Array(crowded[index].pairs.prefix(count))
            }
        } else {
            crowded = full.max { $0.pairs.count < $1.pairs.count }.map { [$0] } ?? []
            guard crowded.first?.pairs.count ?? 0 > 1 else {
                throw LoadError("no shard has two pairs")
            }
            crowded[0].pairs = Array(crowded[0].pairs.prefix(2))
        }
        let crowd = Crowd(
            symbols: crowded.flatMap(\.pairs),
            rate: limit * Self.ratePercent / 100,
            limit: limit
        )
        return FaultChoice(members: [], shards: crowded, excused: [], action: .crowd(crowd))
    }
}

extension FaultInjector {
    private static let evenMilliseconds: UInt64 = 40_000
    /// Longer than the cluster waits between two moves, and before the first.
    private static let quietMilliseconds: UInt64 = 6000
    private static let windowMilliseconds: UInt64 = 1000
    /// A role or a pair is enough; another may go before its effect is measured.
    private static let changesMax = 3

    /// Waits until no node gets more than the limit, and then sees that nothing moves any more.
    ///
    /// - Parameters:
    ///   - crowd: What is crowded.
    ///   - before: The cluster before that.
    ///   - driver: Sends the orders.
    /// - Returns: What moved, and what is wrong.
    /// - Throws: `LoadError` when nobody answers.
    func evenOut(
        _ crowd: Crowd,
        _ before: ClusterStatus,
        _ driver: LoadDriver
    ) throws(LoadError) -> Evening {
        var evening = Evening()
        let loop = cluster.waiter.loop
        let start = loop.nowNanoseconds
        var last = before
        var quietSince: UInt64?
        while !cluster.waiter.isInterrupted {
            cluster.waiter.pause(milliseconds: 100)
            let now = loop.nowNanoseconds
            guard let status = cluster.status() else { continue }
            let changes = status.changes(since: last)
            last = status
            evening.changes += changes
            let isEven = share(of: status, driver) * crowd.rate <= crowd.limit * 1000
            // Once it is even, a random excess of orders is no news; another move is.
            if !changes.isEmpty || !(status.moves ?? []).isEmpty {
                quietSince = nil
            } else if quietSince == nil, isEven, !evening.changes.isEmpty {
                quietSince = now
                evening.milliseconds = (now - start) / 1_000_000
            }
            if let since = quietSince, now - since > Self.quietMilliseconds * 1_000_000 { break }
            guard now - start < Self.evenMilliseconds * 1_000_000 else {
                let share = share(of: status, driver) / 10
                evening.problems.append("after \(evening.changes) a node has \(share) % of orders")
                break
            }
        }
        if evening.changes.count > Self.changesMax {
            evening.problems.append("\(evening.changes.count) moves for one crowd")
        }
        return evening
    }

    /// The orders of the last second that the busiest node got, in thousandths of all.
    private func share(of status: ClusterStatus, _ driver: LoadDriver) -> Int {
        let now = cluster.waiter.loop.nowNanoseconds
        let since = now - min(now, Self.windowMilliseconds * 1_000_000)
        var counts: [String: Int] = [:]
        var total = 0
        for answer in driver.acknowledged.reversed() {
            guard answer.nanoseconds > since else { break }
            let owner = status.shards.first { $0.pairs.contains(answer.symbol) }
            counts[owner?.primary ?? "", default: 0] += 1
            total += 1
        }
        // Nothing acknowledged is not even.
        return total == 0 ? 1000 : (counts.values.max() ?? 0) * 1000 / total
    }
}

extension ClusterStatus {
    /// Roles and pairs that are elsewhere than before.
    func changes(since before: ClusterStatus) -> [String] {
        var found: [String] = []
        for shard in shards {
            guard let old = before.shards.first(where: { $0.id == shard.id }) else { continue }
            if let primary = shard.primary, primary != old.primary {
                found.append("shard \(shard.id) to \(primary)")
            }
            for pair in shard.pairs where !old.pairs.contains(pair) {
                found.append("\(pair) to shard \(shard.id)")
            }
        }
        return found
    }
}
