import Membership
import Trading

/// Which shards may hold something of an account, so that none of them is left out, and none is asked
/// that has nothing yet and may not even serve.
///
/// A shard begins empty. What it has came from a shard that holds something, and that one says so
/// before it answers anything that shows it; therefore the shards that hold something are known to
/// whoever asks all that it knows, whether its map is new or old.
public struct ShardRoster: Sendable {
    /// Shards that had opening balances, or may have had them.
    private let first: Set<ShardID>
    /// Shards that others have sent funds to.
    private var reached: Set<ShardID> = []
    /// Shards of the map, and those of them that own a pair.
    private var all: Set<ShardID> = []
    private var owners: Set<ShardID> = []
    /// Those to ask for all that there is, by number.
    public private(set) var holders: [ShardID] = []
    /// Whether one of them is not in the map yet.
    public private(set) var lacksMap = false

    /// Makes a roster without a map.
    ///
    /// - Parameter first: The shards of the cluster's first plan.
    public init(first: [ShardID]) { self.first = Set(first) }

    /// Takes a newer map.
    ///
    /// - Parameter map: The map.
    public mutating func follow(_ map: ShardMap) {
        all = Set(map.shards.map(\.shard))
        // A shard that lost its last pair may keep funds: some went there before, and were told of.
        owners = Set(map.shards.filter { !$0.pairs.isEmpty }.map(\.shard))
        refresh()
    }

    /// A shard says that it has sent funds to another one.
    ///
    /// - Parameter shard: Where they went.
    public mutating func reach(_ shard: ShardID) {
        guard reached.insert(shard).inserted else { return }
        refresh()
    }

    private mutating func refresh() {
        let known = first.union(owners).union(reached)
        holders = known.intersection(all).sorted()
        lacksMap = !reached.isSubset(of: all)
    }
}
