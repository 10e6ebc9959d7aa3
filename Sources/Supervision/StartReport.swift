import Configuration

/// The ten lines a newcomer reads once the cluster answers.
struct StartReport {
    let plan: ClusterPlan
    let cluster: ClusterFile
    let accounts: AccountsFile
    let supervisor: Int32
    let executable: String
    let pid: (String) -> Int32?

    /// Ten lines, each with its line feed.
    var text: String { lines.map { "\($0)\n" }.joined() }

    var lines: [String] {
        [
            "Castle runs in \(plan.directory), supervised by pid \(supervisor); stop it with Ops/down"
                + " or: \(executable) down --dir \(plan.directory)",
            "log         \(places(plan.redis)); coordinator \(places(plan.coordinators))",
            "shards      \(shards) on \(places(plan.nodes))",
            "routers     \(places(plan.routers)); edge \(place(plan.edge))",
            "URLs        rest \(cluster.rest)  ws \(cluster.ws)  h2 \(cluster.h2)  coordinator "
                + cluster.coordinator.map(\.url).joined(separator: " "),
            account(0),
            account(1),
            "look        curl '\(cluster.rest)/api/v3/depth?symbol=\(pair)'",
            "trade       \(signedOrder)",
            "break       Ops/drill kill-primary --runs 3   # a cluster of its own, under load",
        ]
    }

    private var pair: String { plan.shards.first?.pairs.first ?? "" }

    private var shards: String {
        plan.shards.map { "\($0.id): \($0.pairs.joined(separator: " "))" }.joined(separator: ", ")
    }

    private func places(_ endpoints: [ClusterPlan.Endpoint]) -> String {
        endpoints.map(place).joined(separator: ", ")
    }

    private func place(_ endpoint: ClusterPlan.Endpoint) -> String {
        let zone = endpoint.zone.isEmpty ? "" : "zone \(endpoint.zone), "
        return "\(endpoint.id) (\(zone)port \(endpoint.port), pid \(pid(endpoint.id) ?? 0))"
    }

    private func account(_ index: Int) -> String {
        guard accounts.entries.indices.contains(index) else { return "account     none" }
        let entry = accounts.entries[index]
        return "account     \(entry.name)  key \(entry.apiKey)  secret \(entry.secret)"
    }

    private var signedOrder: String {
        guard let entry = accounts.entries.first else { return "no account" }
        let query =
            "symbol=\(pair)&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=20000"
            + "&timestamp=$(date +%s%3N)"
        return "q=\"\(query)\"; curl -X POST -H 'X-MBX-APIKEY: \(entry.apiKey)'"
            + " \"\(cluster.rest)/api/v3/order?$q&signature="
            + "$(printf %s \"$q\" | openssl dgst -sha256 -r -hmac \(entry.secret) | cut -d' ' -f1)\""
    }
}
