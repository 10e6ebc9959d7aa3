import Configuration
import EventLoop
import Supervision
import Testing

@Suite(.timeLimit(.minutes(1))) struct StartTests {
    @Test func delayGrowsOnlyWhileTheProcessDiesAtOnce() {
        var delay = RestartDelay()
        #expect(
            (0..<7).map { _ in delay.next(uptimeMilliseconds: 10) } == [
                1000, 2000, 3000, 4000, 5000, 5000, 5000,
            ]
        )
        #expect(delay.next(uptimeMilliseconds: RestartDelay.healthyMilliseconds) == 100)
        #expect(delay.next(uptimeMilliseconds: 10) == 1000)
    }

    @Test(arguments: [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", 7, 0),
        ("Redis server v=6.2.1 sha=0", 6, 2),
    ])
    func redisVersionIsFound(text: String, major: Int, minor: Int) throws {
        let version = try #require(Preflight.redisVersion(in: text))
        #expect(version == (major, minor))
        #expect(Preflight.redisVersion(in: "something else") == nil)
    }

    @Test func busyPortIsNamedWithItsOwner() throws {
        let loop = EventLoop()
        defer { loop.close() }
        let listener = try loop.listen(host: "127.0.0.1", port: 0, backlog: 1) { $0.close() }
        defer { listener.close() }
        let edge = ClusterPlan.Endpoint(id: "e1", zone: "", host: "127.0.0.1", port: listener.port)
        let plan = ClusterPlan(
            clusterID: "",
            tls: nil,
            durability: .always,
            redis: [],
            coordinators: [],
            nodes: [],
            routers: [],
            edge: edge,
            shards: [],
            instruments: "",
            limits: "",
            accounts: "",
            directory: ""
        )
        let error = #expect(throws: SupervisorError.self) { try Preflight.checkPorts(plan) }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("port \(listener.port) (e1) is in use by "))
        #expect(text.contains("(pid "))
    }

    @Test(arguments: [
        (#"{"nodes":[{"id":"n1","state":"alive"}],"shards":[{"id":1,"primary":"n1"}]}"#, true),
        (#"{"nodes":[{"id":"n1","state":"suspect"}],"shards":[{"id":1,"primary":"n1"}]}"#, false),
        (#"{"nodes":[],"shards":[{"id":1,"primary":"n1"}]}"#, false),
        (#"{"nodes":[{"id":"n1","state":"alive"}],"shards":[{"id":1,"primary":null}]}"#, false),
        (#"{"nodes":[{"id":"n1","state":"alive"}],"shards":[{"id":1}]}"#, false),
        (#"{"nodes":[{"id":"n1","state":"alive"}],"shards":[]}"#, false),
        ("not JSON", false),
    ])
    func clusterIsReadyWhenAllIsServed(body: String, expected: Bool) {
        let isWhole = ReadinessProbe.isWhole(Array(body.utf8), members: ["n1"], shards: [1])
        #expect(isWhole == expected)
    }

    @Test func badCommandLinesAreRefused() {
        #expect(throws: ArgumentError.unknownFlag("--port")) { _ = try UpOptions(["--port", "1"]) }
        #expect(throws: ArgumentError.self) { _ = try UpOptions(["--port-base", "80"]) }
        #expect(UpCommand.run(["--nonsense"]) == 64)
        #expect(DownCommand.run(["--dir"]) == 64)
    }

    @Test func optionsHaveTheDocumentedDefaults() throws {
        let options = try UpOptions([])
        #expect(options.ports.base == 9000)
        #expect(options.directory.hasSuffix("/var/local"))
        #expect(options.topology.hasSuffix("/Cluster/topologies/local.json"))
        #expect(!options.isDetached)
    }
}
