import Configuration
import EventLoop
import Glibc
import HTTP
import Workload

/// A node that was started beside a running cluster.
final class JoinedNode {
    let id: String
    /// `nil` once it has ended.
    fileprivate(set) var process: ChildProcess?

    init(id: String) { self.id = id }
}

// What an operator asks of a cluster, over the control API of the coordinator that leads.

extension ClusterUnderTest {
    private static let answerMilliseconds: UInt64 = 2000
    private static let changeMilliseconds: UInt64 = 30_000
    /// Nothing else may have this name of a zone.
    static let joinedZone = "joined"

    /// Lets a standby take a shard over.
    func handOver(_ shard: Int) throws(LoadError) {
        try order("/control/shards/\(shard)/switch")
    }

    /// Lets others lead what a node leads, so that its end is none for clients.
    func handOverAll(of node: String) throws(LoadError) {
        for shard in status()?.shards(ledBy: node) ?? [] {
            try handOver(shard.id)
            try wait("shard \(shard.id) is led by another") { status in
                status.shards.contains {
                    $0.id == shard.id && $0.primary != node && $0.serving != false
                }
            }
        }
    }

    /// Lets a node give everything away, and waits until it has.
    func drain(_ node: String) throws(LoadError) {
        try setDraining(node, true)
        try wait("\(node) is empty") { status in
            status.weakness == nil
                && status.shards.allSatisfy { !($0.replicas ?? []).contains(node) }
        }
    }

    /// Lets a pair move to another shard, and waits until its old one has forgotten it.
    func move(_ symbol: String, to shard: Int) throws(LoadError) {
        try order(Self.movePath(symbol), Self.moveBody(shard))
        var isThere = false
        try wait("\(symbol) has moved to shard \(shard) or stays") { status in
            isThere = status.shards.contains { $0.id == shard && $0.pairs.contains(symbol) }
            return (status.moves ?? []).isEmpty && status.weakness == nil
        }
        guard isThere else { throw LoadError("\(symbol) does not move to shard \(shard)") }
    }

    /// Asks for a move, and does not even wait for an answer.
    func askForMove(
        _ symbol: String,
        to shard: Int,
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) throws(LoadError) {
        guard let client = coordinators[leaderIndex].client else {
            throw LoadError("no coordinator is connected")
        }
        let body = Array(Self.moveBody(shard).utf8)
        client.post(Self.movePath(symbol), json: body, completion: completion)
    }

    private static func movePath(_ symbol: String) -> String { "/control/pairs/\(symbol)/move" }

    private static func moveBody(_ shard: Int) -> String { #"{"shard":\#(shard)}"# }

    /// Says whether anything is wanted on a node.
    func setDraining(_ node: String, _ isOn: Bool) throws(LoadError) {
        try order("/control/nodes/\(node)/\(isOn ? "drain" : "undrain")")
    }

    /// Starts a node that the topology does not know, as an operator does: into the plan, and up.
    @discardableResult
    func join(zone: String = ClusterUnderTest.joinedZone) throws(LoadError) -> JoinedNode {
        var plan = try own.plan()
        guard plan.nodes.count < PortLayout.nodeMax, let first = plan.nodes.first else {
            throw LoadError("the cluster takes no more nodes")
        }
        let node = JoinedNode(id: "n\(plan.nodes.count + 1)")
        let path = "\(directory)/plan.json"
        plan.nodes.append(
            ClusterPlan.Endpoint(
                id: node.id,
                zone: zone,
                host: first.host,
                port: first.port + plan.nodes.count
            )
        )
        do throws(ConfigurationError) { try plan.store(path) } catch { throw LoadError("\(error)") }
        let log = "\(directory)/logs/\(node.id).log"
        let options = ProcessOptions(
            path: "/proc/self/exe",
            arguments: ["shard", "--plan", path, "--id", node.id],
            environment: ["CASTLE_CLUSTER": directory, ParentWatch.variable: "\(getpid())"],
            standardOutputPath: log,
            standardErrorPath: log
        )
        do throws(NetworkError) {
            node.process = try waiter.loop.spawn(options) { _, _ in node.process = nil }
        } catch {
            throw LoadError("\(error)")
        }
        joined.append(node)
        try wait("\(node.id) has joined") { status in
            status.nodes.contains { $0.id == node.id && $0.state == "alive" }
        }
        return node
    }

    /// Sees that a new node has got replicas and can lead; then it leaves.
    func retire(_ node: JoinedNode) throws(LoadError) {
        guard let shard = status()?.shards.first(where: { ($0.replicas ?? []).contains(node.id) })
        else { throw LoadError("\(node.id) got no replica") }
        if shard.primary != node.id {
            try order("/control/shards/\(shard.id)/switch", #"{"to":"\#(node.id)"}"#)
        }
        try wait("\(node.id) leads shard \(shard.id)") { status in
            status.weakness == nil
                && status.shards.contains { $0.id == shard.id && $0.primary == node.id }
        }
        try drain(node.id)
        node.process?.kill(SIGTERM)
        waiter.wait(timeoutMilliseconds: Self.changeMilliseconds) { node.process == nil }
        guard node.process == nil else { throw LoadError("\(node.id) does not end") }
    }

    func wait(
        _ what: String,
        until isDone: (ClusterStatus) -> Bool
    ) throws(LoadError) {
        let deadline = waiter.loop.nowNanoseconds + Self.changeMilliseconds * 1_000_000
        while waiter.loop.nowNanoseconds < deadline, !waiter.isInterrupted {
            if let status = status(), isDone(status) { return }
            waiter.pause(milliseconds: 20)
        }
        throw LoadError("waited in vain until \(what)")
    }

    /// Asks for something; again while a shard does not serve, as a slow disk can let it.
    func order(_ path: String, _ json: String = "") throws(LoadError) {
        let deadline = waiter.loop.nowNanoseconds + Self.changeMilliseconds * 1_000_000
        while true {
            guard let client = coordinators[leaderIndex].client else {
                throw LoadError("no coordinator is connected")
            }
            let answer = waiter.result(timeoutMilliseconds: Self.answerMilliseconds) {
                client.post(path, json: Array(json.utf8), completion: $0)
            }
            guard let text = answer.map(\.refusal) ?? "no answer" else { return }
            guard text.contains("NOT_SERVING"), waiter.loop.nowNanoseconds < deadline else {
                throw LoadError("\(path) was refused: \(text)")
            }
            waiter.pause(milliseconds: 20)
        }
    }
}

extension Result where Success == HTTPResponse, Failure == HTTPError {
    /// Why an order came to nothing; `nil` when it was taken.
    var refusal: String? {
        switch self {
        case .success(let response) where response.status == 200: nil
        case .success(let response): String(decoding: response.body, as: UTF8.self)
        case .failure(let error): "\(error)"
        }
    }
}
