import Membership
import Trading

/// Why something an operator asked for was not begun.
public enum OperationRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another coordinator leads.
    case notLeading
    /// No shard has this number.
    case noSuchShard(ShardID)
    /// No node has this name.
    case noSuchNode(NodeID)
    /// Another change of this shard is on its way into the log.
    case busy(ShardID)
    /// The primary does not serve: a failover decides who goes on, not an operator.
    case notServing(ShardID)
    /// The node named leads the shard already.
    case isPrimary(ShardID, NodeID)
    /// The node named cannot take the shard over without a wait.
    case notReady(ShardID, NodeID, why: String)
    /// No node can.
    case noStandby(ShardID, why: String)
    /// The node is in the state asked for.
    case unchanged(NodeID, why: String)

    /// No shard has such a pair.
    case noSuchPair(String)
    /// The pair trades on the shard named.
    case isThere(String, ShardID)
    /// The pair is on its way already.
    case isMoving(String)
    /// Enough pairs are on their way.
    case tooManyMoves
    /// There is a shard of this number.
    case shardExists(ShardID)
    /// Numbers of shards rise: the next one is free, and those above it.
    case shardNumberPassed(ShardID, next: ShardID)
    /// The cluster takes no more shards.
    case tooManyShards
    /// A shard is being added already.
    case isAddingShard
    /// No node is well and may be used.
    case noNode
    /// The key cannot be made or revoked.
    case badKey(why: String)

    /// A name for programs; never changes.
    public var code: String {
        switch self {
        case .notLeading: "NOT_LEADING"
        case .noSuchShard: "NO_SUCH_SHARD"
        case .noSuchNode: "NO_SUCH_NODE"
        case .busy: "BUSY"
        case .notServing: "NOT_SERVING"
        case .isPrimary: "IS_PRIMARY"
        case .notReady: "NOT_READY"
        case .noStandby: "NO_STANDBY"
        case .unchanged: "UNCHANGED"
        case .noSuchPair: "NO_SUCH_PAIR"
        case .isThere: "IS_THERE"
        case .isMoving: "IS_MOVING"
        case .tooManyMoves: "TOO_MANY_MOVES"
        case .shardExists: "SHARD_EXISTS"
        case .shardNumberPassed: "SHARD_NUMBER_PASSED"
        case .tooManyShards: "TOO_MANY_SHARDS"
        case .isAddingShard: "IS_ADDING_SHARD"
        case .noNode: "NO_NODE"
        case .badKey: "BAD_KEY"
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .notLeading: "this coordinator does not lead"
        case .noSuchShard(let shard): "there is no shard \(shard)"
        case .noSuchNode(let node): "there is no node \(node)"
        case .busy(let shard): "shard \(shard) is being changed; try again"
        case .notServing(let shard): "the primary of shard \(shard) does not serve"
        case .isPrimary(let shard, let node): "\(node) is the primary of shard \(shard)"
        case .notReady(let shard, let node, let why):
            "\(node) \(why), so it cannot take shard \(shard) over"
        case .noStandby(let shard, let why):
            "no standby can take over shard \(shard): \(why)"
        case .noSuchPair(let symbol): "there is no pair \(symbol)"
        case .isThere(let symbol, let shard): "\(symbol) trades on shard \(shard)"
        case .isMoving(let symbol): "\(symbol) is on its way to another shard"
        case .tooManyMoves: "\(ClusterState.moveCountMax) pairs are on their way; try again"
        case .shardExists(let shard): "there is a shard \(shard) already"
        case .shardNumberPassed(let shard, let next):
            "shard \(shard) is below the last one; \(next) is the next that is free"
        case .tooManyShards: "the cluster takes no more shards"
        case .isAddingShard: "a shard is being added; try again"
        case .noNode: "no node is well and may be used"
        case .badKey(let why): why
        case .unchanged(let node, let why): "\(node) \(why)"
        }
    }
}
