/// The cluster as its coordinator tells it: the answer of `GET /cluster`.
public struct ClusterStatus: Decodable, Equatable, Sendable {
    /// Entries that are made between two reports of a standby.
    ///
    /// One that is further behind still catches up: a takeover would have to wait for it.
    private static let lagMax = 64

    /// One member.
    public struct Node: Decodable, Equatable, Sendable {
        /// Its name.
        public var id: String
        /// `shard` or `router`; absent where a coordinator tells of shard nodes only.
        public var role: String?
        /// `alive` when all is well.
        public var state: String
        /// Its process.
        public var pid: Int32?
        /// Whether nothing is wanted on it; absent means no.
        public var draining: Bool?
    }

    /// One shard.
    public struct Shard: Decodable, Equatable, Sendable {
        /// Its number.
        public var id: Int
        /// Rises with each failover.
        public var epoch: Int
        /// Who holds it.
        public var primary: String?
        /// Whether the primary serves; absent means yes.
        public var serving: Bool?
        /// Who follows.
        public var standbys: [String]
        /// Who may run it; absent where a coordinator does not tell.
        public var replicas: [String]?
        /// Its pairs.
        public var pairs: [String]
        /// Entries the slowest standby is behind; `nil` while none reports.
        public var lag: Int?
        /// Last entry that a replica reported; absent where a coordinator does not tell.
        public var logPosition: Int?
    }

    /// Members.
    public var nodes: [Node]
    /// Shards.
    public var shards: [Shard]
    /// Names of pairs on their way; absent where a coordinator does not tell.
    public var moves: [String]?

    /// Why the cluster could not stand another fault just now; `nil` when it could.
    public var weakness: String? {
        for node in nodes where node.state != "alive" && node.draining != true {
            return "\(node.id) is \(node.state)"
        }
        for shard in shards {
            if shard.primary == nil || shard.serving == false {
                return "shard \(shard.id) has no serving primary"
            }
            if shard.standbys.isEmpty { return "shard \(shard.id) has no standby" }
            guard let lag = shard.lag else {
                return "shard \(shard.id)'s standby does not report"
            }
            if lag > Self.lagMax { return "shard \(shard.id)'s standby is \(lag) entries behind" }
        }
        return shards.isEmpty ? "there is no shard" : nil
    }

    /// Shards that a node is the primary of.
    public func shards(ledBy node: String) -> [Shard] { shards.filter { $0.primary == node } }

    /// Nodes that lead at least one shard, in order of their names.
    public var leaders: [String] { Set(shards.compactMap(\.primary)).sorted() }

    /// Nodes that follow and lead nothing, in order of their names.
    public var pureStandbys: [String] {
        Set(shards.flatMap(\.standbys)).subtracting(leaders).sorted()
    }

    /// Epochs by shard.
    public var epochs: [Int: Int] {
        Dictionary(shards.map { ($0.id, $0.epoch) }, uniquingKeysWith: { first, _ in first })
    }
}
