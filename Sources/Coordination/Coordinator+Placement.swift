import Membership
import Trading

// Where replicas are: a lost one gets another node, a drained node gives all away. One step at a
// time, each judged anew from what is committed and reported: first a new replica follows, then the
// role goes over, then the old replica leaves.

extension Coordinator {
    /// Between two looks; each hands over one role at most, so that pauses do not add up.
    private static let lookMilliseconds: UInt64 = 100

    /// Drains a node, or lets it be used again.
    ///
    /// - Parameters:
    ///   - node: Its name.
    ///   - isOn: Whether it is to be drained.
    ///   - isDryRun: Whether to say what it would mean and change nothing.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    /// - Returns: What is to happen, for people.
    /// - Throws: `OperationRefusal`.
    public mutating func drain(
        _ node: NodeID,
        isOn: Bool,
        isDryRun: Bool = false,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) -> String {
        guard isLeader else { throw .notLeading }
        let members = state.map.members + state.departed
        guard members.contains(where: { $0.id == node && $0.role == .node }) else {
            throw .noSuchNode(node)
        }
        guard isOn != state.draining.contains(node) else {
            throw .unchanged(node, why: isOn ? "is being drained already" : "is not drained")
        }
        let outlook = isOn ? outlook(withoutNode: node, now: now) : "\(node) may be used again"
        guard !isDryRun else { return outlook }
        let command = CoordinationCommand.drain(node, isOn: isOn)
        guard !pending.contains(command) else { throw .unchanged(node, why: "is being changed") }
        pending.append(command)
        effects.append(.propose(command))
        return outlook
    }

    private func outlook(withoutNode node: NodeID, now: UInt64) -> String {
        let placement = placement(besides: node, now: now)
        var (led, followed, kept) = (0, 0, 0)
        for (index, shard) in placement.shards.enumerated() {
            guard state.replicas[index].contains(node) else { continue }
            if state.map.shards[index].primary == node { led += 1 } else { followed += 1 }
            if shard.replicas.contains(node) { kept += 1 }
        }
        let rest = kept == 0 ? "" : "; \(kept) stay as standbys, since no other node may take them"
        return "\(node) hands over \(led) shards and leaves \(followed)\(rest)"
    }

    /// Where everything should be.
    ///
    /// - Parameters:
    ///   - extra: A node that counts as drained.
    ///   - now: Monotonic milliseconds.
    /// - Returns: One shard for each of the map, at the same index.
    func placement(besides extra: NodeID? = nil, now: UInt64) -> Placement {
        let nodes = peers.filter { $0.member.role == .node }.map { peer in
            Placement.Node(
                id: peer.id,
                zone: peer.member.zone,
                capacity: capacities[peer.id] ?? 1,
                isHealthy: !isLost(peer, now: now),
                isDraining: peer.id == extra || state.draining.contains(peer.id)
            )
        }
        let shards = state.map.shards.indices.map { index in
            let assignment = state.map.shards[index]
            let first = assignment.primary.map { [$0] } ?? []
            return Placement.Shard(
                id: assignment.shard,
                replicas: first + state.replicas[index].filter { $0 != assignment.primary },
                replicaCount: replicaCount(index)
            )
        }
        return Placement(nodes: nodes, shards: shards)
    }

    /// Notes since when members are not well.
    mutating func noteMissing(now: UInt64) {
        for index in peers.indices {
            if isHealthy(peers[index], now: now) {
                peers[index].missingSince = nil
            } else if peers[index].missingSince == nil {
                peers[index].missingSince = now
            }
        }
    }

    /// Proposes at most one step for each shard that is not as it should be.
    mutating func placeReplicas(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard placesReplicas, isLeader, state.isBootstrapped, !isInGrace(now),
            now >= placedAt + Self.lookMilliseconds
        else { return }
        placedAt = now
        let due = watches.indices.filter { isMisplaced($0, now: now) }
        guard !due.isEmpty else { return }
        let wanted = placement(now: now)
        var hasHandedOver = false
        for index in due where watches[index].inFlight == nil {
            guard let serving = servingStatus(index, now: now) else { continue }
            let target = wanted.shards[index].replicas
            if let command = nextPlace(index, target, behind: serving.position, now: now) {
                watches[index].inFlight = command
                effects.append(.propose(command))
            } else if !hasHandedOver {
                hasHandedOver = handOver(index, target, now: now, &effects)
            }
        }
    }

    /// Whether a shard has a replica too many or too few, or one where none should be.
    private func isMisplaced(_ index: Int, now: UInt64) -> Bool {
        let replicas = state.replicas[index]
        return replicas.count != replicaCount(index)
            || replicas.contains { isUnwanted($0, now: now) }
    }

    private func nextPlace(
        _ index: Int,
        _ target: [NodeID],
        behind front: SequenceNumber,
        now: UInt64
    ) -> CoordinationCommand? {
        let assignment = state.map.shards[index]
        let present = state.replicas[index]
        let added = target.filter { !present.contains($0) }
        var why = added.map { "\($0) is to follow" }
        // Who is lost is of no use meanwhile; who is drained stays until another has caught up.
        var kept = present.filter { node in
            node == assignment.primary || target.contains(node) || !isLost(node, now: now)
        }
        guard added.allSatisfy({ peer($0).map { isHealthy($0, now: now) } ?? false }) else {
            return nil
        }
        let isReady = target.allSatisfy { node in
            node == assignment.primary
                || unreadiness(of: node, index, behind: front, now: now) == nil
        }
        if isReady {
            // The last that are too many leave first, unless an operator wants others to.
            let order =
                kept.filter { !isUnwanted($0, now: now) }
                + kept.filter { isUnwanted($0, now: now) }
            for node in order.reversed() where kept.count > replicaCount(index) {
                guard node != assignment.primary, !target.contains(node) else { continue }
                kept.removeAll { $0 == node }
            }
        }
        why += present.filter { !kept.contains($0) }.map { node in
            isLost(node, now: now) ? "\(node) is gone" : "\(node) leaves"
        }
        let replicas = kept + added
        guard replicas != present else { return nil }
        return .place(
            shard: assignment.shard,
            replicas: replicas,
            why: why.joined(separator: "; ")
        )
    }

    /// A primary on a drained node hands over to one of those that stay.
    private mutating func handOver(
        _ index: Int,
        _ target: [NodeID],
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) -> Bool {
        let assignment = state.map.shards[index]
        guard let primary = assignment.primary, state.draining.contains(primary) else {
            return false
        }
        for node in target where node != primary {
            do throws(OperationRefusal) {
                try switchOver(
                    assignment.shard,
                    to: node,
                    why: "\(primary) is being drained",
                    now: now,
                    &effects
                )
                return true
            } catch {
                // It has not caught up yet; the next look asks again.
                continue
            }
        }
        return false
    }

    private func isUnwanted(_ node: NodeID, now: UInt64) -> Bool {
        state.draining.contains(node) || isLost(node, now: now)
    }

    private func isLost(_ node: NodeID, now: UInt64) -> Bool {
        guard let peer = peer(node) else {
            return settings.replaceMilliseconds > 0
                && now - leaderSince >= settings.replaceMilliseconds
        }
        return isLost(peer, now: now)
    }

    /// Away for so long that another node should have what it had.
    private func isLost(_ peer: Peer, now: UInt64) -> Bool {
        guard let since = peer.missingSince, settings.replaceMilliseconds > 0 else { return false }
        return now - since >= settings.replaceMilliseconds
    }

    /// How many replicas a shard should have.
    func replicaCount(_ index: Int) -> Int {
        let shard = state.map.shards[index].shard
        return plan.shards.first { $0.shard == shard }?.replicas.count ?? usualReplicaCount
    }

    /// How many replicas a shard should have that the plan does not know.
    var usualReplicaCount: Int {
        plan.shards.map(\.replicas.count).max() ?? Self.replicaCountDefault
    }

    private static let replicaCountDefault = 2
}
