import Configuration
import Supervision
import Testing

@Suite struct RoleCommandTests {
    private struct Failure: Error {}

    private let path = "/tmp/castle-plan-\(SecureRandom.alphanumeric(count: 12)).json"

    private func run(
        _ words: [String],
        role: Role = .shard,
        body: (RoleCommand.Call) throws -> Void
    ) throws -> Int32 {
        defer { FileStore.remove(path) }
        let node = ClusterPlan.Endpoint(id: "n1", zone: "a", host: "127.0.0.1", port: 1)
        let plan = ClusterPlan(
            clusterID: "00000000000000ab",
            tls: nil,
            durability: .always,
            redis: [],
            coordinators: [node],
            nodes: [node],
            routers: [],
            edge: node,
            shards: [],
            instruments: "",
            limits: "",
            accounts: "",
            directory: ""
        )
        try plan.store(path)
        return RoleCommand.run(role, words.map { $0 == "PLAN" ? path : $0 }, body: body)
    }

    @Test func roleGetsItsPlanAndName() throws {
        var call: RoleCommand.Call?
        let words = ["--plan", "PLAN", "--id", "n1", "--bootstrap"]
        #expect(try run(words, role: .coordinator) { call = $0 } == 0)
        #expect(call?.id == "n1")
        #expect(call?.isBootstrap == true)
        #expect(call?.plan.clusterNumber == 0xAB)
    }

    private static let mistakes: [(words: [String], code: Int32)] = [
        ([], 64),
        (["--plan", "PLAN"], 64),
        (["--plan", "PLAN", "--id", "n9"], 64),
        (["--plan", "PLAN", "--id", "n1", "--bootstrap"], 64),
        (["--plan", "/no/such", "--id", "n1"], 1),
    ]

    @Test(arguments: mistakes)
    func badCommandLineRunsNothing(words: [String], code: Int32) throws {
        #expect(try run(words) { _ in Issue.record("it ran") } == code)
    }

    @Test func failureIsExitCodeOne() throws {
        #expect(try run(["--plan", "PLAN", "--id", "n1"]) { _ in throw Failure() } == 1)
    }
}
