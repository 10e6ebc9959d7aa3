import Glibc
import Testing

/// Two runs of each drill: what must happen is the failure matrix of the design.
@Suite(
    .serialized,
    .timeLimit(.minutes(5)),
    .enabled(if: Repository.isBuilt, "needs the release build of castle")
)
struct DrillClusterTests {
    private static var hasNamespaces: Bool {
        let programs = ["/usr/sbin/ip", "/usr/sbin/nft", "/usr/bin/faketime"]
        return geteuid() == 0 && programs.allSatisfy { access($0, X_OK) == 0 }
    }

    @Test(arguments: [
        "kill-primary", "kill-standby", "kill-router", "kill-coordinator", "kill-redis",
        "kill-edge", "pause-primary", "retry-storm", "rolling-upgrade", "noisy-neighbour",
        "switch-over", "drain-node", "add-node", "add-shard", "kill-during-move",
        "auto-rebalance",
    ])
    func nothingIsLost(drill: String) throws {
        let words = ["drill", drill, "--runs", "2", "--seconds", "5"]
        let run = try Run(Repository.binary, words, seconds: 120)
        #expect(run.code == 0, "\(drill): \(run.output)\(run.errors)")
        #expect(run.output.contains("2 passed, 0 failed"), "\(run.output)")
    }

    /// Networks, disks and clocks of their own need root, and programs that a plain machine lacks.
    @Test(
        .enabled(if: hasNamespaces, "needs root, iproute2, nftables and faketime"),
        arguments: ["partition", "fill-disk", "clock-jump"]
    )
    func nothingIsLostFromOutside(drill: String) throws {
        let run = try Run(Repository.binary, ["drill", drill, "--runs", "2"], seconds: 90)
        #expect(run.code == 0, "\(drill): \(run.output)\(run.errors)")
        #expect(run.output.contains("2 passed, 0 failed"), "\(run.output)")
    }

    /// With three Redis instances and two coordinators no client may notice any of these, but for
    /// the failover of what a zone leads.
    @Test(arguments: ["pause-redis", "pause-coordinator", "zone-loss"])
    func nothingIsLostOnAQuorum(drill: String) throws {
        let topology = "\(Repository.root)/Cluster/topologies/local-quorum.json"
        let words = ["drill", drill, "--runs", "2", "--topology", topology]
        let run = try Run(Repository.binary, words, seconds: 90)
        #expect(run.code == 0, "\(drill): \(run.output)\(run.errors)")
        #expect(run.output.contains("2 passed, 0 failed"), "\(run.output)")
    }
}
