import Configuration
import Workload

@testable import Drills

/// A cluster that is known and does not run.
struct SampleCluster {
    let plan: ClusterPlan
    let file: ClusterFile

    /// One of the repository's topologies.
    init(_ topology: String) throws {
        let folder = FileStore.absolute("../../../../Cluster/topologies", in: #filePath)
        plan = ClusterPlan(
            topology: try Topology.load("\(folder)/\(topology).json"),
            clusterID: 1,
            directory: "/nowhere",
            ports: PortLayout(base: 9000)
        )
        file = ClusterFile(plan: plan, accounts: AccountsFile(entries: [])) { _ in 1 }
    }

    /// Chooses what to break in it.
    var chooser: FaultChooser { FaultChooser(plan: plan, file: file) }

    /// As at the first start: the first replica of each shard leads it.
    var status: ClusterStatus {
        ClusterStatus(
            nodes: plan.nodes.map { .init(id: $0.id, role: "shard", state: "alive", pid: 1) },
            shards: plan.shards.map {
                .init(
                    id: Int($0.id),
                    epoch: 1,
                    primary: $0.replicas[0],
                    serving: true,
                    standbys: Array($0.replicas.dropFirst()),
                    pairs: $0.pairs,
                    lag: 0
                )
            }
        )
    }

    /// What a drill chooses from a seed.
    func choice(_ kind: DrillKind, seed: UInt64 = 1) throws -> FaultChoice {
        var random = SplitMix(seed: seed)
        return try chooser.choose(kind, status, coordinator: "c1", &random)
    }
}
