import Configuration

/// The processes of a plan as services, in the order they are started.
struct ClusterServices {
    let plan: ClusterPlan
    let directory: ClusterDirectory
    /// The folder that holds `redis/` and `edge/`.
    let clusterFiles: String
    let executable: String

    /// Redis instances: nothing else can start before they answer.
    var redis: [Service] {
        plan.redis.map { endpoint in
            let folder = directory.redis(endpoint.id)
            // A large append-only file is synced on the way out.
            return service(endpoint, workingDirectory: folder, stopMillisecondsMax: 15_000) {
                [
                    program("redis-server"), "\(clusterFiles)/redis/redis.conf",
                    "--port", "\(endpoint.port)", "--dir", folder,
                    "--appendfsync", plan.durability.rawValue,
                ] + reach(endpoint)
            }
        }
    }

    /// Who may connect to a Redis: whoever gave it another address keeps strangers away.
    private func reach(_ endpoint: ClusterPlan.Endpoint) -> [String] {
        endpoint.isLoopback ? [] : ["--bind", endpoint.host, "--protected-mode", "no"]
    }

    var coordinators: [Service] {
        plan.coordinators.enumerated().map { index, endpoint in
            service(endpoint) {
                let words = role("coordinator", endpoint)
                // Only once in the life of a cluster, and by one: a second first map would be
                // another cluster on the same data.
                let isFirst = index == 0 && !FileStore.exists(directory.bootstrapped)
                return isFirst ? words + ["--bootstrap"] : words
            }
        }
    }

    var nodes: [Service] {
        plan.nodes.map { endpoint in service(endpoint) { role("shard", endpoint) } }
    }

    var routers: [Service] {
        plan.routers.map { endpoint in service(endpoint) { role("router", endpoint) } }
    }

    /// The proxy, as `Cluster/edge/README.md` says.
    var edge: [Service] {
        let folder = "\(clusterFiles)/edge"
        return [
            service(plan.edge) {
                [program("nghttpx"), "--conf=\(folder)/nghttpx.conf"]
                    + errorPages.map { "--error-page=\($0.status)=\(folder)/\($0.file)" }
                    + ["--frontend=\(plan.edge.host),\(plan.edge.port);no-tls"]
                    + plan.routers.map(backend)
                    + (plan.tls.map { ["--cacert=\($0.authority)"] } ?? [])
            }
        ]
    }

    private var errorPages: [(status: Int, file: String)] {
        [
            (400, "malformed.json"), (431, "too-large.json"), (501, "malformed.json"),
            (502, "unknown.json"), (503, "unknown.json"), (504, "unknown.json"),
        ]
    }

    private func backend(_ router: ClusterPlan.Endpoint) -> String {
        let tls = plan.tls == nil ? "" : ";tls;sni=localhost"
        // Each router counts by itself what an address uses; so one router counts all of it.
        let affinity = plan.edgeAffinity == true ? ";affinity=ip" : ""
        return "--backend=\(router.host),\(router.port);;proto=h2;fall=1;rise=1\(affinity)\(tls)"
    }

    /// Daemons are in `/usr/sbin`, which is not on everybody's `PATH`.
    private func program(_ name: String) -> String {
        OperatingSystem.findProgram(name) ?? name
    }

    private func role(_ name: String, _ endpoint: ClusterPlan.Endpoint) -> [String] {
        [executable, name, "--plan", directory.plan, "--id", endpoint.id]
    }

    private func service(
        _ endpoint: ClusterPlan.Endpoint,
        workingDirectory: String? = nil,
        stopMillisecondsMax: UInt64 = 3000,
        command: @escaping () -> [String]
    ) -> Service {
        Service(
            id: endpoint.id,
            workingDirectory: workingDirectory ?? directory.path,
            logPath: directory.log(of: endpoint.id),
            stopMillisecondsMax: stopMillisecondsMax,
            command: { (endpoint.launcher ?? []) + command() }
        )
    }
}
