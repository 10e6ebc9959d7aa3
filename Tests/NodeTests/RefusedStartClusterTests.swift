import Configuration
import Foundation
import Testing

/// Calls of `castle up` that cannot work: one clear line each, and nothing left behind.
@Suite(
    .serialized,
    .timeLimit(.minutes(1)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct RefusedStartClusterTests {
    private func start(editing edit: (String) -> String, says words: String) throws {
        let directory = "/tmp/castle-refused-\(UUID().uuidString)"
        try FileStore.createDirectory("\(directory)/topologies")
        defer {
            do { try FileManager.default.removeItem(atPath: directory) } catch {
                Issue.record(error)
            }
        }
        let cluster = "\(Repository.root)/Cluster"
        for folder in ["instruments", "limits", "redis", "edge"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/\(folder)",
                withDestinationPath: "\(cluster)/\(folder)"
            )
        }
        let local = try FileStore.read("\(cluster)/topologies/local.json")
        let text = edit(String(decoding: local, as: UTF8.self))
        let topology = "\(directory)/topologies/bad.json"
        try FileStore.replace(topology, with: Array(text.utf8))
        let run = try Run(
            Repository.binary,
            ["up", "--dir", "\(directory)/run", "--port-base", "36000", "--topology", topology],
            seconds: 20
        )
        #expect(run.code != 0 && run.code != 124)
        #expect(run.lines.count == 1, "\(run.errors)")
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(try TestCluster.processes(of: directory).isEmpty)
    }

    @Test func topologyThatIsNoJSON() throws {
        try start(editing: { String($0.dropLast(20)) }, says: "bad.json")
    }

    @Test func pairThatNobodyKnows() throws {
        try start(
            editing: { $0.replacingOccurrences(of: "\"ETHBTC\"", with: "\"FOOBAR\"") },
            says: "FOOBAR"
        )
    }

    @Test func replicasInOneZone() throws {
        try start(
            editing: {
                $0.replacingOccurrences(
                    of: "{\"id\": \"n2\", \"zone\": \"b\"}",
                    with: "{\"id\": \"n2\", \"zone\": \"a\"}"
                )
            },
            says: "zone"
        )
    }

    @Test func portThatIsInUse() throws {
        let cluster = try TestCluster()
        defer { cluster.stop() }
        let other = "\(cluster.directory)-other"
        defer {
            do { try FileManager.default.removeItem(atPath: other) } catch { Issue.record(error) }
        }
        let run = try Run(
            Repository.binary,
            ["up", "--dir", other, "--port-base", "\(cluster.portBase)"],
            seconds: 20
        )
        #expect(run.code != 0 && run.code != 124)
        #expect(run.lines.count == 1, "\(run.errors)")
        #expect(run.errors.contains("is in use by"), "\(run.errors)")
        #expect(try TestCluster.processes(of: other).isEmpty)
    }
}
