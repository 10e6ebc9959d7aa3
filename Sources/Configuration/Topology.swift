import Membership
import Trading

/// How safely an entry is stored before it is acknowledged.
public enum Durability: String, Codable, Sendable {
    /// Redis syncs every append to disk.
    case always
    /// Redis syncs once a second: a power cut may lose acknowledged orders. Never a fall-back.
    case everysec
}

/// A shard: the pairs it owns, and the nodes that may run it, the first as its first primary.
public struct ShardPlan: Codable, Equatable, Sendable {
    /// Number of the shard; 0 is the coordinator's own log.
    public var id: UInt16
    /// Trading pairs.
    public var pairs: [String]
    /// Ids of nodes.
    public var replicas: [String]

    /// States every field.
    public init(id: UInt16, pairs: [String], replicas: [String]) {
        self.id = id
        self.pairs = pairs
        self.replicas = replicas
    }

    /// Reads a shard; a number that no shard can have is named with its field.
    ///
    /// - Parameter decoder: Where it is read from.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let number = try container.decode(Int.self, forKey: .id)
        guard let id = UInt16(exactly: number), id > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .id,
                in: container,
                debugDescription: "must be 1 to 65535"
            )
        }
        self.id = id
        pairs = try container.decode([String].self, forKey: .pairs)
        replicas = try container.decode([String].self, forKey: .replicas)
    }
}

/// Whether a cluster moves roles and replicas by itself when a node has too much to do.
public enum Rebalancing: String, Codable, Sendable {
    case auto
    case off
}

/// What a cluster is made of, as its author writes it; `ClusterPlan` is what comes of it.
public struct Topology: Decodable, Equatable, Sendable {
    /// A process to run.
    public struct Place: Decodable, Equatable, Sendable {
        /// Its name; letters and digits, unique in the topology.
        public var id: String
        /// Its failure zone.
        public var zone: String
        /// What a node can carry, beside what the others can; 1 where it is not given.
        public var capacity: Int?
    }

    /// The proxy in front of the routers.
    public struct Edge: Decodable, Equatable, Sendable {
        /// Its name.
        public var id: String
    }

    /// An account to create and fund on every shard.
    public struct Account: Decodable, Equatable, Sendable {
        /// What people call it.
        public var name: String
        /// Decimal amounts by asset.
        public var balances: [String: String]
    }

    /// What people call the cluster.
    public var name: String
    /// Whether the router and the nodes speak TLS.
    public var tls: Bool
    /// How safely entries are stored.
    public var durability: Durability
    /// The log acceptors.
    public var redis: [Place]
    /// Candidates for the lead of shard 0.
    public var coordinators: [Place]
    /// Processes that host shard replicas.
    public var nodes: [Place]
    /// Processes that serve clients.
    public var routers: [Place]
    /// The proxy in front of the routers.
    public var edge: Edge
    /// When silence counts; the defaults where it is not given.
    public var detector: DetectorSettings?
    /// Whether load is evened out without an operator; off where it is not given.
    public var rebalance: Rebalancing?
    /// When it is; the defaults where they are not given.
    public var rebalanceLimits: RebalanceLimits?
    /// Who owns which pairs.
    public var shards: [ShardPlan]
    /// The instrument file; relative to this file as written, absolute once loaded.
    public var instruments: String
    /// The limits file; relative to this file as written, absolute once loaded.
    public var limits: String
    /// Whether `-2015` says why a key was not taken; not where it is not given.
    public var verboseAuthErrors: Bool?
    /// Addresses and blocks of proxies whose `x-forwarded-for` is taken, beside the edge; this machine
    /// where it is not given.
    public var trustedProxies: [String]?
    /// Whether the edge brings a client's address to the same router each time; any router where it is
    /// not given.
    public var edgeAffinity: Bool?
    /// Accounts to create.
    public var accounts: [Account]

    /// Reads and checks a topology with the files it refers to.
    ///
    /// - Parameter path: The file.
    /// - Returns: A topology that can be run, its paths absolute.
    /// - Throws: `ConfigurationError` naming the file, the field and what is wrong.
    public static func load(_ path: String) throws(ConfigurationError) -> Topology {
        let file = FileStore.absolute(path)
        var topology = try JSONFile.load(Topology.self, from: file)
        let directory = FileStore.absolute("..", in: file)
        topology.instruments = FileStore.absolute(topology.instruments, in: directory)
        topology.limits = FileStore.absolute(topology.limits, in: directory)
        _ = try LimitsFile.load(topology.limits)
        let (assets, instruments) = try InstrumentFile.load(topology.instruments)
        try TopologyCheck(
            file: file,
            topology: topology,
            assets: assets.map(\.symbol),
            pairs: instruments.map(\.symbol)
        ).run()
        return topology
    }
}
