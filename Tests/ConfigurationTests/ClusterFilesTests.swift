import Configuration
import Testing

@Suite struct ClusterFilesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func plan(topology name: String = "local", base: Int = 9000) throws -> ClusterPlan {
        let topology = try Topology.load("\(clusterFolder)/topologies/\(name).json")
        return ClusterPlan(
            topology: topology,
            clusterID: 0xAB,
            directory: directory.path,
            ports: PortLayout(base: base)
        )
    }

    @Test func planGivesEveryProcessAPortOfItsOwn() throws {
        let plan = try plan()
        let ports = plan.endpoints.map(\.port)
        #expect(Set(ports).count == ports.count)
        #expect(ports.allSatisfy { (9000..<9000 + PortLayout.span).contains($0) })
        #expect(plan.edge.port == 9000)
        #expect(plan.routers.map(\.port) == [9001, 9002])
        #expect(plan.endpoint(of: "n2")?.zone == "b")
        #expect(plan.endpoint(of: "n9") == nil)
        #expect(plan.clusterID == "00000000000000ab")
        #expect(plan.tls == nil)
    }

    @Test func placesGiveAddressesAndLaunchers() throws {
        let file = "\(directory.path)/places.json"
        var special = PlacesFile()
        special.places["n1"] = PlacesFile.Place(host: "10.0.0.2", launcher: ["env"])
        special.places["e1"] = PlacesFile.Place(launcher: ["nice", "-5"])
        try special.store(file)
        let plan = ClusterPlan(
            topology: try Topology.load("\(clusterFolder)/topologies/local.json"),
            clusterID: 1,
            directory: directory.path,
            ports: PortLayout(base: 9000),
            special: try PlacesFile.load(file)
        )
        #expect(plan.endpoint(of: "n1")?.address == "10.0.0.2:9040")
        #expect(plan.endpoint(of: "n1")?.launcher == ["env"])
        #expect(plan.endpoint(of: "n1")?.isLoopback == false)
        #expect(plan.edge.isLoopback)
        #expect(plan.edge.launcher == ["nice", "-5"])
        #expect(plan.endpoint(of: "n2")?.launcher == nil)
    }

    @Test(arguments: ["local", "local-tls"])
    func planSurvivesItsFile(name: String) throws {
        let plan = try plan(topology: name)
        let file = "\(directory.path)/plan.json"
        try plan.store(file)
        #expect(try ClusterPlan.load(file) == plan)
        #expect(plan.clusterNumber == 0xAB)
    }

    @Test func planWithoutIdentityIsRefused() throws {
        var plan = try plan()
        plan.clusterID = "xyz"
        let file = "\(directory.path)/plan.json"
        try plan.store(file)
        let error = #expect(throws: ConfigurationError.self) { _ = try ClusterPlan.load(file) }
        #expect(error?.description.contains("clusterID") == true)
    }

    @Test func accountsAreCreatedOnceAndKept() throws {
        let topology = try Topology.load("\(clusterFolder)/topologies/local.json")
        let file = "\(directory.path)/accounts.json"
        let created = try AccountsFile.loadOrCreate(file, for: topology.accounts)
        #expect(created.entries.map(\.name) == ["alice", "bob"])
        #expect(created.entries.map(\.account) == [1, 2])
        #expect(FileStore.mode(file) == 0o600)
        for key in created.entries.flatMap({ [$0.apiKey, $0.secret] }) {
            #expect(key.utf8.count == 64)
            #expect(key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
        #expect(Set(created.entries.flatMap { [$0.apiKey, $0.secret] }).count == 4)
        #expect(try AccountsFile.loadOrCreate(file, for: topology.accounts) == created)
    }

    @Test func laterAccountIsAddedWithoutTouchingOthers() throws {
        let topology = try Topology.load("\(clusterFolder)/topologies/local.json")
        let file = "\(directory.path)/accounts.json"
        let first = try AccountsFile.loadOrCreate(file, for: [topology.accounts[1]])
        let both = try AccountsFile.loadOrCreate(file, for: topology.accounts)
        #expect(both.entries.map(\.name) == ["bob", "alice"])
        #expect(both.entries.first == first.entries.first)
        #expect(both.entries.map(\.account) == [1, 2])
        #expect(FileStore.mode(file) == 0o600)
    }

    @Test func clusterFileHasTheAgreedShape() throws {
        var plan = try plan()
        plan.nodes.removeLast(2)
        plan.routers.removeLast()
        let accounts = AccountsFile(entries: [
            .init(name: "alice", account: 1, apiKey: "K", secret: "S", balances: [:])
        ])
        let pids: [String: Int32] = ["n1": 11, "g1": 12, "r1": 13, "c1": 14]
        let file = ClusterFile(plan: plan, accounts: accounts) { pids[$0] }
        try file.store("\(directory.path)/cluster.json")
        let golden = #"""
            {
              "accounts" : [
                {
                  "apiKey" : "K",
                  "name" : "alice",
                  "secret" : "S"
                }
              ],
              "coordinator" : [
                {
                  "pid" : 14,
                  "url" : "http://127.0.0.1:9020"
                }
              ],
              "edge" : {
                "pid" : 0
              },
              "h2" : "http://127.0.0.1:9001",
              "nodes" : [
                {
                  "id" : "n1",
                  "pid" : 11,
                  "role" : "shard",
                  "url" : "http://127.0.0.1:9040",
                  "zone" : "a"
                },
                {
                  "id" : "g1",
                  "pid" : 12,
                  "role" : "router",
                  "url" : "http://127.0.0.1:9001",
                  "zone" : "a"
                }
              ],
              "redis" : [
                {
                  "pid" : 13,
                  "url" : "redis://127.0.0.1:9030"
                }
              ],
              "rest" : "http://127.0.0.1:9000",
              "ws" : "ws://127.0.0.1:9000"
            }

            """#
        #expect(try directory.read("cluster.json") == golden)
        #expect(FileStore.mode("\(directory.path)/cluster.json") == 0o600)
        #expect(try ClusterFile.load("\(directory.path)/cluster.json") == file)
        #expect(file.pids.sorted() == [11, 12, 13, 14])
    }

    @Test func tlsIsOnTheRouterAndNodesNotOnTheLoopbackEdge() throws {
        let plan = try plan(topology: "local-tls")
        let file = ClusterFile(plan: plan, accounts: AccountsFile(entries: [])) { _ in nil }
        #expect(file.rest == "http://127.0.0.1:9000")
        #expect(file.h2 == "https://127.0.0.1:9001")
        #expect(plan.tls?.authority == "\(directory.path)/tls/ca.pem")
    }

    @Test(arguments: ["weightPerMinute", "ordersPer10Seconds", "ordersPerDay"])
    func limitBelowOneIsNamed(field: String) throws {
        let limits = try LimitsFile.load("\(clusterFolder)/limits/local.json")
        #expect(limits.weightPerMinute > 0)
        var values = ["weightPerMinute": 1, "ordersPer10Seconds": 1, "ordersPerDay": 1]
        values[field] = 0
        let members = values.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ",")
        let file = try directory.write("limits.json", "{\(members)}")
        let error = #expect(throws: ConfigurationError.self) { _ = try LimitsFile.load(file) }
        #expect(error == .invalid(file: file, field: field, reason: "must be at least 1"))
    }

    @Test(arguments: [
        ("/a/b/../c", "/a/c"), ("/a/./b//c/", "/a/b/c"), ("/../a", "/a"), ("/", "/"),
    ])
    func pathIsMadeAbsolute(path: String, expected: String) {
        #expect(FileStore.absolute(path) == expected)
        #expect(FileStore.absolute("x", in: path) == (expected == "/" ? "/x" : "\(expected)/x"))
    }

    @Test func orphanIsOneWhoseParentIsNotItsSupervisor() {
        #expect(!ParentWatch(supervisor: nil).isOrphaned)
        #expect(ParentWatch(supervisor: 0x7FFF_FFFF).isOrphaned)
    }
}
