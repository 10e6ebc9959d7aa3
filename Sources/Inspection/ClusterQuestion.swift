import Configuration
import EventLoop
import FoundationEssentials
import HTTP
import TLS
import Workload

/// What a coordinator answers to `GET /cluster`, as far as it is shown.
struct ClusterAnswer: Codable {
    struct Shard: Codable {
        var id: UInt16
        var epoch: UInt64
        var primary: String?
        var serving: Bool
        var standbys: [String]
        var logPosition: UInt64
        /// Of the slowest standby, in entries.
        var lag: UInt64?

        var text: String {
            "shard \(id) epoch \(epoch): \(primary ?? "nobody")\(serving ? " serves" : "")"
                + " at \(logPosition), lag \(lag.map { "\($0)" } ?? "unknown")"
        }
    }

    /// Who answered.
    var url: String
    var mapVersion: UInt64
    var shards: [Shard]

    var text: String {
        (["\(url) leads at map version \(mapVersion)"] + shards.map { "  \($0.text)" })
            .joined(separator: "\n  ")
    }
}

/// Asks the coordinators of a plan who leads, and what it sees.
struct ClusterQuestion {
    private struct Body: Decodable {
        var mapVersion: UInt64
        var leader: Bool
        var shards: [ClusterAnswer.Shard]
    }

    private static let timeoutMilliseconds: UInt64 = 2000

    private let plan: ClusterPlan
    private let waiter: LoopWaiter

    init(_ plan: ClusterPlan, _ waiter: LoopWaiter) {
        self.plan = plan
        self.waiter = waiter
    }

    /// The answer of the one that leads; nil when none says so.
    func ask() -> ClusterAnswer? {
        for coordinator in plan.coordinators {
            guard let body = body(of: coordinator), body.leader else { continue }
            let scheme = plan.tls == nil ? "http" : "https"
            return ClusterAnswer(
                url: "\(scheme)://\(coordinator.address)",
                mapVersion: body.mapVersion,
                shards: body.shards
            )
        }
        return nil
    }

    private func body(of coordinator: ClusterPlan.Endpoint) -> Body? {
        // Without the authority's certificate nobody can be asked: none is said to lead.
        let trust = plan.tls.flatMap {
            try? TLSContext.client(verifyPeer: true, caPath: $0.authority)
        }
        if plan.tls != nil, trust == nil { return nil }
        let connected = waiter.result(timeoutMilliseconds: Self.timeoutMilliseconds) { completion in
            HTTPClient.connect(
                loop: waiter.loop,
                host: coordinator.host,
                port: coordinator.port,
                tls: trust,
                timeoutMilliseconds: Self.timeoutMilliseconds,
                completion: completion
            )
        }
        guard case .success(let client)? = connected else { return nil }
        defer { client.close() }
        let answer = waiter.result(timeoutMilliseconds: Self.timeoutMilliseconds) { completion in
            client.request(
                method: "GET",
                path: "/cluster",
                timeoutMilliseconds: Self.timeoutMilliseconds,
                completion: completion
            )
        }
        guard case .success(let response)? = answer, response.status == 200 else { return nil }
        // A body that is none of ours is as good as no answer.
        return try? JSONDecoder().decode(Body.self, from: Data(response.body))
    }
}
