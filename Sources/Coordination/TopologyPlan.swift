import Membership
import Trading
import Wire

/// One shard as the operator plans it.
public struct ShardPlan: Equatable, Sendable {
    /// The shard; never 0, which is the coordinator's own log.
    public var shard: ShardID
    /// The trading pairs it owns.
    public var pairs: [String]
    /// The nodes that may run it, the preferred primary first.
    public var replicas: [NodeID]

    /// Makes a plan of one shard.
    public init(shard: ShardID, pairs: [String], replicas: [NodeID]) {
        self.shard = shard
        self.pairs = pairs
        self.replicas = replicas
    }
}

/// What a topology says about shards: the first content of an empty cluster.
public struct TopologyPlan: Equatable, Sendable {
    /// The most shards of a cluster.
    public static let shardCountMax = 1024
    /// The most replicas of a shard.
    public static let replicaCountMax = 16

    /// The shards, by rising number.
    public var shards: [ShardPlan]

    /// Makes a plan.
    public init(shards: [ShardPlan]) { self.shards = shards }

    /// What is wrong with the plan, for an operator; `nil` when it can be used.
    public var defect: String? {
        if shards.count > Self.shardCountMax { return "more than \(Self.shardCountMax) shards" }
        var last: UInt16 = 0
        var pairs = Set<String>()
        for plan in shards {
            if plan.shard.rawValue <= last { return "shard numbers must rise from 1" }
            last = plan.shard.rawValue
            if !(1...Self.replicaCountMax).contains(plan.replicas.count) {
                return "shard \(plan.shard): needs 1 to \(Self.replicaCountMax) replicas"
            }
            if Set(plan.replicas).count != plan.replicas.count {
                return "shard \(plan.shard): a node is named twice"
            }
            if plan.replicas.contains(where: { $0.rawValue.isEmpty }) {
                return "shard \(plan.shard): a node has no name"
            }
            for pair in plan.pairs where !pairs.insert(pair).inserted {
                return "\(pair): owned by two shards"
            }
        }
        return nil
    }
}

extension ByteWriter {
    /// Appends a topology plan.
    mutating func write(_ plan: TopologyPlan) {
        write(count: plan.shards.count)
        for shard in plan.shards {
            write(shard.shard)
            write(count: shard.pairs.count)
            for pair in shard.pairs { write(pair) }
            write(shard.replicas)
        }
    }

    /// Appends a list of node names.
    mutating func write(_ nodes: [NodeID]) {
        write(count: nodes.count)
        for node in nodes { write(node.rawValue) }
    }
}

extension ByteReader {
    /// Reads a topology plan.
    ///
    /// - Returns: The plan.
    /// - Throws: `DecodeError`.
    mutating func readTopologyPlan() throws(DecodeError) -> TopologyPlan {
        var plan = TopologyPlan(shards: [])
        for _ in 0..<(try readCount(elementSizeMin: 10)) {
            let shard = try read(ShardID.self)
            var pairs: [String] = []
            for _ in 0..<(try readCount(elementSizeMin: 4)) { pairs.append(try readString()) }
            plan.shards.append(
                ShardPlan(shard: shard, pairs: pairs, replicas: try readNodes())
            )
        }
        return plan
    }

    /// Reads a list of node names.
    ///
    /// - Returns: The names.
    /// - Throws: `DecodeError`.
    mutating func readNodes() throws(DecodeError) -> [NodeID] {
        var nodes: [NodeID] = []
        for _ in 0..<(try readCount(elementSizeMin: 4)) { nodes.append(NodeID(try readString())) }
        return nodes
    }
}
