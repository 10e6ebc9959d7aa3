import Membership

/// The resolved topology: every process with its port, every file with its absolute path.
///
/// Written once at start by `castle up` and read by every process of the cluster.
public struct ClusterPlan: Codable, Equatable, Sendable {
    /// The files of a TLS cluster, PEM.
    public struct TLSFiles: Codable, Equatable, Sendable {
        /// The servers' certificate.
        public var certificate: String
        /// The servers' private key.
        public var key: String
        /// The certificate that signed it, which clients trust.
        public var authority: String

        /// States every path.
        public init(certificate: String, key: String, authority: String) {
            self.certificate = certificate
            self.key = key
            self.authority = authority
        }
    }

    /// A process and where it listens.
    public struct Endpoint: Codable, Equatable, Sendable {
        /// Its name in the topology.
        public var id: String
        /// Its failure zone; empty for the edge.
        public var zone: String
        /// Numeric address.
        public var host: String
        /// TCP port.
        public var port: Int
        /// Program and arguments that start the process; `nil` is none, see `PlacesFile`.
        public var launcher: [String]?
        /// What a node can carry, beside what the others can; `nil` is 1.
        public var capacity: Int?

        /// States every field.
        public init(
            id: String,
            zone: String,
            host: String,
            port: Int,
            launcher: [String]? = nil,
            capacity: Int? = nil
        ) {
            self.id = id
            self.zone = zone
            self.host = host
            self.port = port
            self.launcher = launcher
            self.capacity = capacity
        }

        /// Whether it listens where only this machine can connect.
        public var isLoopback: Bool { host == ClusterPlan.loopback }

        /// `host:port`.
        public var address: String { "\(host):\(port)" }
    }

    private static let loopback = "127.0.0.1"
    private static let thisMachine = ["127.0.0.0/8", "::1"]

    /// Identity of the cluster and its data, 16 hexadecimal digits.
    public var clusterID: String
    /// Where the certificates are; `nil` is cleartext.
    public var tls: TLSFiles?
    /// How safely entries are stored.
    public var durability: Durability
    /// The log acceptors.
    public var redis: [Endpoint]
    /// Candidates for the lead of shard 0.
    public var coordinators: [Endpoint]
    /// Processes that host shard replicas.
    public var nodes: [Endpoint]
    /// Processes that serve clients.
    public var routers: [Endpoint]
    /// The proxy in front of the routers.
    public var edge: Endpoint
    /// When silence counts.
    public var detector: DetectorSettings
    /// Whether load is evened out without an operator; `nil` is off.
    public var rebalance: Rebalancing?
    /// When it is; `nil` is at the defaults.
    public var rebalanceLimits: RebalanceLimits?
    /// Who owns which pairs at the start; the coordinator's log has the last word.
    public var shards: [ShardPlan]
    /// Path of the instrument file.
    public var instruments: String
    /// Path of the limits file.
    public var limits: String
    /// Path of the accounts file.
    public var accounts: String
    /// Where state and logs are.
    public var directory: String
    /// Whether `-2015` says why a key was not taken; `nil` is not.
    public var verboseAuthErrors: Bool?
    /// Whether the edge brings a client's address to the same router each time; `nil` is not.
    public var edgeAffinity: Bool?
    /// Proxies whose word on a client's address is taken; `nil` is this machine's.
    public var trustedProxies: [String]?

    /// States every field.
    public init(
        clusterID: String,
        tls: TLSFiles?,
        durability: Durability,
        redis: [Endpoint],
        coordinators: [Endpoint],
        nodes: [Endpoint],
        routers: [Endpoint],
        edge: Endpoint,
        detector: DetectorSettings = DetectorSettings(),
        rebalance: Rebalancing? = nil,
        rebalanceLimits: RebalanceLimits? = nil,
        shards: [ShardPlan],
        instruments: String,
        limits: String,
        accounts: String,
        directory: String
    ) {
        self.clusterID = clusterID
        self.tls = tls
        self.durability = durability
        self.redis = redis
        self.coordinators = coordinators
        self.nodes = nodes
        self.routers = routers
        self.edge = edge
        self.detector = detector
        self.rebalance = rebalance
        self.rebalanceLimits = rebalanceLimits
        self.shards = shards
        self.instruments = instruments
        self.limits = limits
        self.accounts = accounts
        self.directory = directory
    }

    /// Gives every process of a topology an address and every file a place.
    ///
    /// - Parameters:
    ///   - topology: A checked topology.
    ///   - clusterID: Identity of the cluster's data.
    ///   - directory: Where state and logs go; absolute.
    ///   - ports: The port of each process.
    ///   - special: Processes that are not started plainly at the loopback address.
    public init(
        topology: Topology,
        clusterID: UInt64,
        directory: String,
        ports: PortLayout,
        special: PlacesFile = PlacesFile()
    ) {
        func endpoint(_ id: String, zone: String, port: Int) -> Endpoint {
            let place = special.places[id]
            return Endpoint(
                id: id,
                zone: zone,
                host: place?.host ?? Self.loopback,
                port: port,
                launcher: place?.launcher
            )
        }
        func places(_ list: [Topology.Place], _ port: (Int) -> Int) -> [Endpoint] {
            list.enumerated().map { index, place in
                var endpoint = endpoint(place.id, zone: place.zone, port: port(index))
                endpoint.capacity = place.capacity
                return endpoint
            }
        }
        self.init(
            clusterID: Self.text(of: clusterID),
            tls: topology.tls ? Self.tlsFiles(in: directory) : nil,
            durability: topology.durability,
            redis: places(topology.redis, ports.redis),
            coordinators: places(topology.coordinators, ports.coordinator),
            nodes: places(topology.nodes, ports.node),
            routers: places(topology.routers, ports.router),
            edge: endpoint(topology.edge.id, zone: "", port: ports.edge),
            detector: topology.detector ?? DetectorSettings(),
            rebalance: topology.rebalance,
            rebalanceLimits: topology.rebalanceLimits,
            shards: topology.shards,
            instruments: topology.instruments,
            limits: topology.limits,
            accounts: "\(directory)/accounts.json",
            directory: directory
        )
        verboseAuthErrors = topology.verboseAuthErrors
        edgeAffinity = topology.edgeAffinity
        // The edge may run at an address of its own.
        trustedProxies = (topology.trustedProxies ?? Self.thisMachine) + [edge.host]
    }

    /// Identity of the cluster as a number.
    public var clusterNumber: UInt64 { UInt64(clusterID, radix: 16) ?? 0 }

    /// Every process of the cluster, in the order they are started.
    public var endpoints: [Endpoint] { redis + coordinators + nodes + routers + [edge] }

    /// Where a process listens.
    ///
    /// - Parameter id: Its name.
    /// - Returns: `nil` when the plan does not know it.
    public func endpoint(of id: String) -> Endpoint? { endpoints.first { $0.id == id } }

    /// Reads a plan.
    ///
    /// - Parameter path: The file.
    /// - Returns: The plan as `castle up` wrote it.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(_ path: String) throws(ConfigurationError) -> ClusterPlan {
        let plan = try JSONFile.load(ClusterPlan.self, from: path)
        guard plan.clusterID.utf8.count == 16, plan.clusterNumber > 0 else {
            throw .invalid(
                file: path,
                field: "clusterID",
                reason: "must be 16 hexadecimal digits, not all 0"
            )
        }
        return plan
    }

    /// Writes the plan for the processes to read.
    ///
    /// - Parameter path: The file.
    /// - Throws: `ConfigurationError.unwritable`.
    public func store(_ path: String) throws(ConfigurationError) {
        try JSONFile.store(self, at: path, mode: 0o644)
    }

    private static func text(of number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func tlsFiles(in directory: String) -> TLSFiles {
        TLSFiles(
            certificate: "\(directory)/tls/server.pem",
            key: "\(directory)/tls/server.key",
            authority: "\(directory)/tls/ca.pem"
        )
    }
}
