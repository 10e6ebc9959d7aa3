import Membership
import Trading

/// Whether a member is believed to live.
public enum MemberState: String, Equatable, Sendable {
    /// Connected and heard of late.
    case alive
    /// Silent or disconnected, and not given up.
    case suspect
    /// Given up, or gone.
    case dead
    /// Planned or known, and not seen by this coordinator.
    case neverSeen = "never seen"
}

/// The cluster as an operator sees it: what `GET /cluster` answers.
public struct ClusterView: Equatable, Sendable {
    /// One member.
    public struct Node: Equatable, Sendable {
        /// Its name.
        public var id: NodeID
        /// What it does.
        public var role: MemberRole
        /// Its failure zone; empty while never seen.
        public var zone: String
        /// Whether it lives.
        public var state: MemberState
        /// Its process; `nil` while never seen.
        public var pid: Int32?
        /// Where it serves; `nil` while never seen.
        public var address: String?
        /// Whether an operator wants nothing on it.
        public var isDraining: Bool
    }

    /// One standby of a shard.
    public struct Standby: Equatable, Sendable {
        /// The node.
        public var node: NodeID
        /// Log entries behind the shard's position; `nil` while it has not reported.
        public var lag: UInt64?
    }

    /// One shard.
    public struct Shard: Equatable, Sendable {
        /// The shard.
        public var id: ShardID
        /// The present term.
        public var epoch: Epoch
        /// Who holds it.
        public var primary: NodeID?
        /// Whether the primary says that it serves this term.
        public var isServing: Bool
        /// Who follows, the snapshot writer first.
        public var standbys: [Standby]
        /// The nodes that may run it, those that are away too.
        public var replicas: [NodeID]
        /// The pairs it owns.
        public var pairs: [String]
        /// The highest position a replica reported; 0 while none has.
        public var logPosition: SequenceNumber
    }

    /// Version of the shard map.
    public var mapVersion: UInt64
    /// Whether the answering coordinator leads.
    public var isLeader: Bool
    /// Members and planned nodes, by id.
    public var nodes: [Node]
    /// The shards, by number.
    public var shards: [Shard]
    /// Pairs on their way to another shard, from the moment that was asked for.
    public var moves: [PairMove]
    /// What happened, oldest first.
    public var recent: [ClusterEvent]
}

extension Coordinator {
    /// The cluster as an operator sees it.
    ///
    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: A value of its own.
    public func clusterView(now: UInt64) -> ClusterView {
        let members = state.map.members + state.departed
        let planned = state.isBootstrapped ? state.replicas : plan.shards.map(\.replicas)
        let names = members.map(\.id) + peers.map(\.id) + planned.flatMap { $0 }
        return ClusterView(
            mapVersion: state.map.version,
            isLeader: isLeader,
            nodes: Set(names).sorted().map { view(of: $0, members: members, now: now) },
            shards: state.map.shards.map(view),
            moves: state.moves + movesAskedFor,
            recent: state.recent
        )
    }

    private func view(of id: NodeID, members: [Member], now: UInt64) -> ClusterView.Node {
        let peer = peer(id)
        let member = peer?.member ?? members.first { $0.id == id }
        return ClusterView.Node(
            id: id,
            role: member?.role ?? .node,
            zone: member?.zone ?? "",
            state: memberState(id, peer: peer, now: now),
            pid: member?.pid,
            address: member?.address,
            isDraining: state.draining.contains(id)
        )
    }

    private func memberState(_ id: NodeID, peer: Peer?, now: UInt64) -> MemberState {
        guard let peer else {
            return state.departed.contains { $0.id == id } ? .dead : .neverSeen
        }
        guard peer.verdict == .none else { return .dead }
        if isHealthy(peer, now: now) { return .alive }
        return peer.wasSeen ? .suspect : .neverSeen
    }

    private func view(of assignment: ShardAssignment) -> ClusterView.Shard {
        let shard = assignment.shard
        let replicas = assignment.standbys + (assignment.primary.map { [$0] } ?? [])
        let positions = replicas.compactMap { peer($0)?.status(of: shard)?.position }
        let front = positions.max() ?? SequenceNumber(0)
        let serving = assignment.primary.flatMap { peer($0)?.status(of: shard) }
        return ClusterView.Shard(
            id: shard,
            epoch: assignment.epoch,
            primary: assignment.primary,
            isServing: serving.map { $0.isPrimary && $0.epoch == assignment.epoch } ?? false,
            standbys: assignment.standbys.map { node in
                let position = peer(node)?.status(of: shard)?.position
                return ClusterView.Standby(
                    node: node,
                    lag: position.map { front.rawValue - $0.rawValue }
                )
            },
            replicas: state.replicas(of: shard),
            pairs: assignment.pairs,
            logPosition: front
        )
    }
}
