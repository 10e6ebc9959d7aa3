import Configuration
import Membership
import Testing

@Suite struct TopologyTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// The local topology with one text replaced, beside the real instruments.
    private func load(replacing old: String, with new: String) throws -> Topology {
        let source = "\(clusterFolder)/topologies/local.json"
        var text = String(decoding: try FileStore.read(source), as: UTF8.self)
        let range = try #require(text.firstRange(of: old), "the topology has no \(old)")
        text.replaceSubrange(range, with: new)
        text = text.replacing("\"../", with: "\"\(clusterFolder)/")
        return try Topology.load(directory.write("topology.json", text))
    }

    @Test(arguments: ["local", "local-tls"])
    func shippedTopologyIsSound(name: String) throws {
        let topology = try Topology.load("\(clusterFolder)/topologies/\(name).json")
        #expect(topology.name == name)
        #expect(topology.tls == (name == "local-tls"))
        #expect(topology.nodes.map(\.id) == ["n1", "n2", "n3"])
        #expect(topology.instruments == "\(clusterFolder)/instruments/spot.json")
    }

    @Test(arguments: [
        (
            #""id": "n2", "zone": "b""#, #""id": "n1", "zone": "b""#,
            "nodes[1].id: \"n1\" is there twice"
        ),
        (#""id": "n2", "zone": "b""#, #""id": "../n2", "zone": "b""#, "nodes[1].id: must be"),
        (
            #""id": "n2", "zone": "b""#, #""id": "n2", "zone": """#,
            "nodes[1].zone: must not be empty"
        ),
        (#""id": "n2", "zone": "b""#, #""id": "n2""#, "nodes[1].zone: is missing"),
        (#""id": "n2", "zone": "b""#, #""id": "n2", "zone": 2"#, "nodes[1].zone: must be a string"),
        (#""id": "e1""#, #""id": "c1""#, "edge.id: \"c1\" is there twice"),
        (#"["n1", "n2"]"#, #"["n1", "n9"]"#, "shards[0].replicas[1]: \"n9\" is no node"),
        (#"["n1", "n2"]"#, #"["n1", "n1"]"#, "shards[0].replicas[1]: \"n1\" is there twice"),
        (#"["n1", "n2"]"#, "[]", "shards[0].replicas: must not be empty"),
        (
            #""id": "n2", "zone": "b""#, #""id": "n2", "zone": "a""#,
            "in the same zone as the primary"
        ),
        (#""ETHBTC""#, #""BTCUSDT""#, "\"BTCUSDT\" already belongs to shard 1"),
        (#""ETHBTC""#, #""BTCXXX""#, "shards[0].pairs[1]: \"BTCXXX\" is not in"),
        (#", "ETHBTC""#, "", "shards: no shard owns \"ETHBTC\""),
        (#""id": 1,"#, #""id": 0,"#, "shards[0].id: must be 1 to 65535"),
        (#""id": 1,"#, #""id": 2,"#, "shards[1].id: 2 is there twice"),
        (#""id": 1,"#, #""id": -1,"#, "shards[0].id: must be 1 to 65535"),
        (#""always""#, #""sometimes""#, "durability"),
        (#""name": "bob""#, #""name": "alice""#, "accounts[1].name: \"alice\" is there twice"),
        (
            #""USDT": "1000000000""#, #""USDX": "1""#,
            "accounts[0].balances.USDX: \"USDX\" is no asset"
        ),
        (#""USDT": "1000000000""#, #""USDT": "1e9""#, "\"1e9\" is not a plain decimal"),
        (#""name": "local","#, #""name": "local""#, "is not valid JSON"),
        (
            #""edge":"#, #""detector": {"actMilliseconds": 90}, "edge":"#,
            "detector.actMilliseconds: must not be below suspectMilliseconds"
        ),
        (
            #""edge":"#, #""detector": {"tickMilliseconds": 1}, "edge":"#,
            "detector.tickMilliseconds: must be 5 to 1000"
        ),
        (
            #""edge":"#, #""detector": {"dampingMilliseconds": 1000001}, "edge":"#,
            "detector.dampingMilliseconds: must be at most 1000000"
        ),
        (
            #""edge":"#, #""detector": {"patience": 5}, "edge":"#,
            "detector.patience: is no setting of the detector"
        ),
        (
            #""edge":"#, #""detector": {"tickMilliseconds": -1}, "edge":"#,
            "detector.tickMilliseconds: must not be negative"
        ),
        (
            #""edge":"#, #""rebalanceLimits": {"commands": -1}, "edge":"#,
            "rebalanceLimits.commands: must be 0 to 10000000"
        ),
    ])
    func mistakeIsNamed(old: String, new: String, expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try load(replacing: old, with: new)
        }
        let text = error?.description ?? ""
        #expect(text.contains(expected))
        #expect(text.hasPrefix("\(directory.path)/topology.json: "))
    }

    @Test func detectorOfTheTopologyReachesThePlan() throws {
        let given = #""detector": {"suspectMilliseconds": 300, "actMilliseconds": 400}, "edge":"#
        let topology = try load(replacing: #""edge":"#, with: given)
        let path = "\(directory.path)/plan.json"
        try ClusterPlan(
            topology: topology,
            clusterID: 7,
            directory: directory.path,
            ports: PortLayout(base: 9000)
        ).store(path)
        let detector = try ClusterPlan.load(path).detector
        #expect(detector.suspectMilliseconds == 300)
        #expect(detector.actMilliseconds == 400)
        #expect(detector.tickMilliseconds == DetectorSettings().tickMilliseconds)
    }

    @Test func missingFileIsNamed() {
        let error = #expect(throws: ConfigurationError.self) { _ = try Topology.load("/no/such") }
        #expect(error?.description == "/no/such: cannot be read: No such file or directory")
    }
}
