import Trading
import Wire

/// The name of a process of the cluster, such as `n1`; unique in a topology.
public struct NodeID: Identifier {
    /// The bare value.
    public var rawValue: String

    /// Wraps a bare value.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What a member does.
public enum MemberRole: UInt8, Sendable, CaseIterable {
    /// Hosts shard replicas.
    case node = 0
    case router = 1
}

/// A running process as it introduces itself to the coordinator.
public struct Member: Equatable, Sendable {
    /// Its name in the topology.
    public var id: NodeID
    /// What it does.
    public var role: MemberRole
    /// Its failure zone.
    public var zone: String
    /// Where it serves, `host:port`.
    public var address: String
    /// Its process id.
    public var pid: Int32
    /// Drawn at start: tells a restarted process from the one that died.
    public var instance: UInt64

    /// Makes a member.
    public init(
        id: NodeID,
        role: MemberRole,
        zone: String,
        address: String,
        pid: Int32,
        instance: UInt64
    ) {
        self.id = id
        self.role = role
        self.zone = zone
        self.address = address
        self.pid = pid
        self.instance = instance
    }
}

/// What a node says about one replica it hosts.
public struct ReplicaStatus: Equatable, Sendable {
    /// The shard.
    public var shard: ShardID
    /// The epoch it holds as primary, or follows as standby.
    public var epoch: Epoch
    /// Whether it serves as primary.
    public var isPrimary: Bool
    /// The last entry applied.
    public var position: SequenceNumber
    /// Whether it has caught up with the log since it started following.
    public var isCaughtUp: Bool
    /// Milliseconds: as primary, for how long the log has owed it an answer, 0 while it owes none;
    /// as standby, since a majority of the acceptors last answered it.
    public var logSilenceMilliseconds: UInt32

    /// Makes a status.
    public init(
        shard: ShardID,
        epoch: Epoch,
        isPrimary: Bool,
        position: SequenceNumber,
        isCaughtUp: Bool,
        logSilenceMilliseconds: UInt32 = 0
    ) {
        self.shard = shard
        self.epoch = epoch
        self.isPrimary = isPrimary
        self.position = position
        self.isCaughtUp = isCaughtUp
        self.logSilenceMilliseconds = logSilenceMilliseconds
    }
}

/// How long a member has heard nothing from a node it talks to: the second observer's word.
public struct Observation: Equatable, Sendable {
    /// The node observed.
    public var node: NodeID
    /// Milliseconds since anything came from it; `UInt32.max` when the connection is closed.
    public var silenceMilliseconds: UInt32

    /// Makes an observation.
    public init(node: NodeID, silenceMilliseconds: UInt32) {
        self.node = node
        self.silenceMilliseconds = silenceMilliseconds
    }
}
