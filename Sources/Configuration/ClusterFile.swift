/// `cluster.json`: what runs where, for tests, scripts and people; rewritten when a pid changes.
public struct ClusterFile: Codable, Equatable, Sendable {
    /// An account that may trade.
    public struct Account: Codable, Equatable, Sendable {
        /// What people call it.
        public var name: String
        /// Key that names it in a request.
        public var apiKey: String
        /// Key that signs a request.
        public var secret: String

        /// States every field.
        public init(name: String, apiKey: String, secret: String) {
            self.name = name
            self.apiKey = apiKey
            self.secret = secret
        }
    }

    /// A shard node or a router.
    public struct Node: Codable, Equatable, Sendable {
        /// Its name in the topology.
        public var id: String
        /// `shard` or `router`.
        public var role: String
        /// Its failure zone.
        public var zone: String
        /// Its process; 0 while it is down.
        public var pid: Int32
        /// Where it serves.
        public var url: String

        /// States every field.
        public init(id: String, role: String, zone: String, pid: Int32, url: String) {
            self.id = id
            self.role = role
            self.zone = zone
            self.pid = pid
            self.url = url
        }
    }

    /// A Redis instance or a coordinator.
    public struct Service: Codable, Equatable, Sendable {
        /// Where it serves.
        public var url: String
        /// Its process; 0 while it is down.
        public var pid: Int32

        /// States every field.
        public init(url: String, pid: Int32) {
            self.url = url
            self.pid = pid
        }
    }

    /// The proxy in front of the routers.
    public struct Edge: Codable, Equatable, Sendable {
        /// Its process; 0 while it is down.
        public var pid: Int32

        /// States the process.
        public init(pid: Int32) { self.pid = pid }
    }

    /// The edge's URL of the REST API.
    public var rest: String
    /// The edge's URL of the streams.
    public var ws: String
    /// A router's own URL, HTTP/2.
    public var h2: String
    /// Accounts that may trade.
    public var accounts: [Account]
    /// Shard nodes, then routers.
    public var nodes: [Node]
    /// The log acceptors.
    public var redis: [Service]
    /// The proxy.
    public var edge: Edge
    /// The coordinators.
    public var coordinator: [Service]

    /// Describes a cluster.
    ///
    /// - Parameters:
    ///   - plan: What it is made of.
    ///   - accounts: Its accounts.
    ///   - pid: The running process of a name, or `nil` while it is down.
    public init(plan: ClusterPlan, accounts: AccountsFile, pid: (String) -> Int32?) {
        let scheme = plan.tls == nil ? "http" : "https"
        func node(_ endpoint: ClusterPlan.Endpoint, role: String) -> Node {
            Node(
                id: endpoint.id,
                role: role,
                zone: endpoint.zone,
                pid: pid(endpoint.id) ?? 0,
                url: "\(scheme)://\(endpoint.address)"
            )
        }
        // The edge's front is cleartext on loopback; a deployment puts its certificate there.
        rest = "http://\(plan.edge.address)"
        ws = "ws://\(plan.edge.address)"
        h2 = plan.routers.first.map { "\(scheme)://\($0.address)" } ?? ""
        self.accounts = accounts.entries.map {
            Account(name: $0.name, apiKey: $0.apiKey, secret: $0.secret)
        }
        nodes =
            plan.nodes.map { node($0, role: "shard") }
            + plan.routers.map { node($0, role: "router") }
        redis = plan.redis.map {
            Service(url: "redis://\($0.address)", pid: pid($0.id) ?? 0)
        }
        edge = Edge(pid: pid(plan.edge.id) ?? 0)
        coordinator = plan.coordinators.map {
            Service(url: "\(scheme)://\($0.address)", pid: pid($0.id) ?? 0)
        }
    }

    /// Every process that ran when the file was written, without the supervisor.
    public var pids: [Int32] {
        (nodes.map(\.pid) + redis.map(\.pid) + [edge.pid] + coordinator.map(\.pid)).filter {
            $0 > 0
        }
    }

    /// Reads a description.
    ///
    /// - Parameter path: The file.
    /// - Returns: The cluster as it was when the file was written.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(_ path: String) throws(ConfigurationError) -> ClusterFile {
        try JSONFile.load(ClusterFile.self, from: path)
    }

    /// Replaces the file as a whole; readable by its owner only, since it holds secrets.
    ///
    /// - Parameter path: The file.
    /// - Throws: `ConfigurationError.unwritable`.
    public func store(_ path: String) throws(ConfigurationError) {
        try JSONFile.store(self, at: path, mode: 0o600)
    }
}
