import Membership
import Trading

// A planned failover: the primary lives and serves, and hands over to a standby that has the log.

extension Coordinator {
    /// Hands a shard over to a standby.
    ///
    /// Nothing is waited for: the primary stops when it hears the map, the standby seals, and the
    /// routers send again what had no answer. So the pause is two writes of the log.
    ///
    /// - Parameters:
    ///   - shard: Which.
    ///   - target: Who is to lead it; `nil` is the standby that can best.
    ///   - why: Ends in the log.
    ///   - isDryRun: Whether to say who would lead and change nothing.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    /// - Returns: Who is to lead.
    /// - Throws: `OperationRefusal`; nothing has changed then.
    @discardableResult
    public mutating func switchOver(
        _ shard: ShardID,
        to target: NodeID?,
        why: String,
        isDryRun: Bool = false,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) -> NodeID {
        guard isLeader else { throw .notLeading }
        guard let index = shardIndex(shard) else { throw .noSuchShard(shard) }
        guard watches[index].inFlight == nil else { throw .busy(shard) }
        let assignment = state.map.shards[index]
        guard let serving = servingStatus(index, now: now) else { throw .notServing(shard) }
        let successor = try successor(index, target, behind: serving.position, now: now)
        guard !isDryRun else { return successor.id }
        let command = CoordinationCommand.assign(
            shard: shard,
            epoch: Epoch(assignment.epoch.rawValue + 1),
            primary: successor.id,
            instance: successor.member.instance,
            standbys: standbys(index, besides: successor.id, now: now),
            why: why
        )
        watches[index].inFlight = command
        effects.append(.propose(command))
        return successor.id
    }

    /// What the primary says of itself, if it serves its term and is well.
    func servingStatus(_ index: Int, now: UInt64) -> ReplicaStatus? {
        let assignment = state.map.shards[index]
        guard let primary = assignment.primary, let peer = peer(primary),
            peer.member.instance == assignment.primaryInstance, isHealthy(peer, now: now),
            let status = peer.status(of: assignment.shard), status.isPrimary,
            status.epoch == assignment.epoch
        else { return nil }
        return status
    }

    private func successor(
        _ index: Int,
        _ target: NodeID?,
        behind front: SequenceNumber,
        now: UInt64
    ) throws(OperationRefusal) -> Peer {
        let assignment = state.map.shards[index]
        if let target {
            if target == assignment.primary { throw .isPrimary(assignment.shard, target) }
            guard let peer = peer(target), peer.member.role == .node else {
                throw .noSuchNode(target)
            }
            if let why = unreadiness(of: target, index, behind: front, now: now) {
                throw .notReady(assignment.shard, target, why: why)
            }
            return peer
        }
        var why = "it has none"
        for node in assignment.standbys.sorted(by: { isBefore($0, $1, index) }) {
            guard let defect = unreadiness(of: node, index, behind: front, now: now) else {
                if let peer = peer(node) { return peer }
                continue
            }
            why = "\(node) \(defect)"
        }
        throw .noStandby(assignment.shard, why: why)
    }

    /// The one that is to lead by the order of replicas comes first.
    private func isBefore(_ left: NodeID, _ right: NodeID, _ index: Int) -> Bool {
        let order = state.replicas[index]
        return (order.firstIndex(of: left) ?? .max) < (order.firstIndex(of: right) ?? .max)
    }

    /// Why a node could not take a shard over at once; `nil` when it could.
    func unreadiness(
        of node: NodeID,
        _ index: Int,
        behind front: SequenceNumber,
        now: UInt64
    ) -> String? {
        let assignment = state.map.shards[index]
        guard assignment.standbys.contains(node) else { return "is no standby of it" }
        if state.draining.contains(node) { return "is being drained" }
        guard let peer = peer(node), isHealthy(peer, now: now) else { return "is not well" }
        guard let status = peer.status(of: assignment.shard) else { return "does not report" }
        guard status.isCaughtUp else { return "has not caught up with the log" }
        let lag = front.rawValue - min(status.position.rawValue, front.rawValue)
        guard lag <= settings.laggardEntries else { return "is \(lag) entries behind" }
        return nil
    }
}
