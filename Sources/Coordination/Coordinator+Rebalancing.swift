import Membership
import Trading

// What the policy of rebalancing is told, and what is done of what it proposes.

extension Coordinator {
    /// Between two looks.
    private static let rebalanceMilliseconds: UInt64 = 1000

    /// What would even the load out just now.
    ///
    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: One move after another.
    public func rebalancingPlan(now: UInt64) -> [Rebalancer.Proposal] {
        Rebalancer.plan(
            loadedNodes(now: now),
            loadedShards,
            rebalancer?.settings ?? Rebalancer.Settings()
        )
    }

    /// Begins what would even the load out.
    ///
    /// Of each shard only the first move; what follows from it is seen once it is made.
    ///
    /// - Parameters:
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    /// - Returns: What was begun.
    /// - Throws: `OperationRefusal`.
    public mutating func rebalance(
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) -> [Rebalancer.Proposal] {
        guard isLeader else { throw .notLeading }
        var begun: [Rebalancer.Proposal] = []
        for proposal in rebalancingPlan(now: now) where begin(proposal, now: now, &effects) {
            begun.append(proposal)
        }
        return begun
    }

    /// Lets the policy move something, if there is one.
    mutating func rebalanceIfDue(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard isLeader, placesReplicas, now >= rebalancedAt + Self.rebalanceMilliseconds else {
            return
        }
        rebalancedAt = now
        let isDisturbed =
            isInGrace(now) || !state.draining.isEmpty || !state.moves.isEmpty
            || watches.indices.contains {
                watches[$0].inFlight != nil || servingStatus($0, now: now) == nil
            }
        let (nodes, shards) = (loadedNodes(now: now), loadedShards)
        let proposal = rebalancer?.next(nodes, shards, isDisturbed: isDisturbed, now: now)
        guard let proposal else { return }
        let isBegun = begin(proposal, now: now, &effects)
        effects.append(.log("rebalancing\(isBegun ? "" : " not possible"): \(proposal.text)"))
    }

    private mutating func begin(
        _ proposal: Rebalancer.Proposal,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        switch proposal.move {
        case .role(let shard, _, let node):
            return Self.isTaken { () throws(OperationRefusal) in
                try switchOver(shard, to: node, why: proposal.why, now: now, &effects)
            }
        case .replica(let shard, let from, let to):
            guard let index = shardIndex(shard), watches[index].inFlight == nil,
                let primary = state.map.shards[index].primary, primary != from,
                let peer = peer(to), isHealthy(peer, now: now)
            else { return false }
            // The new one stands before the old: of one too many the last leaves.
            let others = state.replicas[index].filter { $0 != primary && $0 != from && $0 != to }
            let command = CoordinationCommand.place(
                shard: shard,
                replicas: [primary] + others + [to, from],
                why: proposal.why
            )
            watches[index].inFlight = command
            effects.append(.propose(command))
            return true
        case .pair(let symbol, _, let to):
            return Self.isTaken { () throws(OperationRefusal) in
                try move(symbol, to: to, why: proposal.why, now: now, &effects)
            }
        }
    }

    /// An operation can be refused for what happened since the load was reported.
    private static func isTaken(_ operation: () throws(OperationRefusal) -> Void) -> Bool {
        do {
            try operation()
            return true
        } catch {
            return false
        }
    }

    private func loadedNodes(now: UInt64) -> [Rebalancer.Node] {
        peers.filter { $0.member.role == .node }.map { peer in
            Rebalancer.Node(
                Placement.Node(
                    id: peer.id,
                    zone: peer.member.zone,
                    capacity: capacities[peer.id] ?? 1,
                    isHealthy: isHealthy(peer, now: now),
                    isDraining: state.draining.contains(peer.id)
                ),
                processor: peer.load?.processor ?? 0
            )
        }
    }

    private var loadedShards: [Rebalancer.Shard] {
        state.map.shards.indices.compactMap { index in
            let assignment = state.map.shards[index]
            guard let primary = assignment.primary else { return nil }
            let load = peer(primary)?.load?.shards.first { $0.shard == assignment.shard }
            let others = state.replicas[index].filter { $0 != primary }
            return Rebalancer.Shard(
                Placement.Shard(
                    id: assignment.shard,
                    replicas: [primary] + others,
                    replicaCount: replicaCount(index),
                    load: load?.commands ?? 0
                ),
                queueDepth: load?.queueDepth ?? 0,
                pairs: load?.pairs ?? []
            )
        }
    }
}

extension Rebalancer.Proposal {
    /// One line for people.
    public var text: String {
        let what =
            switch move {
            case .role(let shard, let from, let to): "the lead of shard \(shard): \(from) to \(to)"
            case .replica(let shard, let from, let to):
                "a standby of shard \(shard): \(from) to \(to)"
            case .pair(let symbol, let from, let to): "\(symbol): shard \(from) to shard \(to)"
            }
        let loads = zip(before, after).map { "\($0) to \($1)" }.joined(separator: ", ")
        return "\(what), since \(why) (loads \(loads))"
    }
}
