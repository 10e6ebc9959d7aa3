import Trading
import Wire

/// Who runs a shard, and which pairs it owns.
public struct ShardAssignment: Equatable, Sendable {
    /// The shard.
    public var shard: ShardID
    /// The term the primary is to hold.
    public var epoch: Epoch
    /// The node to hold it; `nil` while no live node can.
    public var primary: NodeID?
    /// Which process of that node: a restarted one must not take up an old term.
    public var primaryInstance: UInt64
    /// Nodes that follow, the designated snapshot writer first.
    public var standbys: [NodeID]
    /// The trading pairs it owns.
    public var pairs: [String]

    /// Makes an assignment.
    public init(
        shard: ShardID,
        epoch: Epoch,
        primary: NodeID?,
        primaryInstance: UInt64,
        standbys: [NodeID],
        pairs: [String]
    ) {
        self.shard = shard
        self.epoch = epoch
        self.primary = primary
        self.primaryInstance = primaryInstance
        self.standbys = standbys
        self.pairs = pairs
    }
}

/// The cluster as everyone should see it: a value, replaced whole by one with a higher version.
///
/// Nodes and routers do what the newest map says and nothing else; the coordinator sends no other
/// order.
public struct ShardMap: Equatable, Sendable {
    /// Rises with every change.
    public var version: UInt64
    /// Every known node and router, by id.
    public var members: [Member]
    /// Every shard, by number.
    public var shards: [ShardAssignment]
    /// Pairs that were moved or tried to be, by name.
    public var generations: [PairGeneration] = []

    /// No cluster yet.
    public static let empty = ShardMap(version: 0, members: [], shards: [])

    /// Makes a map.
    public init(version: UInt64, members: [Member], shards: [ShardAssignment]) {
        self.version = version
        self.members = members
        self.shards = shards
    }

    /// The member of a name.
    ///
    /// - Parameter id: Its name.
    /// - Returns: `nil` when unknown.
    public func member(_ id: NodeID) -> Member? { members.first { $0.id == id } }

    /// The assignment of a shard.
    ///
    /// - Parameter shard: Its number.
    /// - Returns: `nil` when unknown.
    public func assignment(_ shard: ShardID) -> ShardAssignment? {
        shards.first { $0.shard == shard }
    }

    /// The generation that a command for a pair must carry; 0 for one that never moved.
    ///
    /// - Parameter symbol: Such as `BTCUSDT`.
    /// - Returns: The newest attempt to move it that has ended.
    public func generation(of symbol: String) -> UInt32 {
        generations.first { $0.symbol == symbol }?.generation ?? 0
    }

    /// The shard that owns a pair.
    ///
    /// - Parameter symbol: Such as `BTCUSDT`.
    /// - Returns: `nil` when no shard does.
    public func owner(of symbol: String) -> ShardAssignment? {
        shards.first { $0.pairs.contains(symbol) }
    }
}
