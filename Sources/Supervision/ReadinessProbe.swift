import Configuration
import EventLoop
import FoundationEssentials

/// Finds out when a cluster answers: every shard has a primary, every node and router lives, and
/// the edge serves a depth of each shard.
package final class ReadinessProbe {
    /// Gets a URL: a status and a body, or `nil` when there is no answer.
    typealias Fetch = (_ url: String, _ completion: @escaping ((Int, [UInt8])?) -> Void) -> Void

    private static let pauseMilliseconds: UInt64 = 25

    /// What `GET /cluster` says, as far as it matters here.
    private struct View: Decodable {
        struct Node: Decodable {
            var id: String
            var state: String
        }
        struct Shard: Decodable {
            var id: UInt16
            var primary: String?
        }
        var nodes: [Node]
        var shards: [Shard]
    }

    /// Something that must answer, at one of these URLs.
    private struct Step {
        var name: String
        var urls: [String]
        var accept: (Int, [UInt8]) -> Bool
    }

    private let loop: EventLoop
    private let plan: ClusterPlan
    private let fetch: Fetch
    private var steps: [Step] = []
    /// Which of a step's URLs is asked next.
    private var turn = 0
    private var completion: (() -> Void)?

    init(loop: EventLoop, plan: ClusterPlan, fetch: @escaping Fetch) {
        self.loop = loop
        self.plan = plan
        self.fetch = fetch
        steps = [coordinatorStep] + edgeSteps
    }

    /// What has not answered yet, for the message of a start that takes too long.
    var waitingFor: String { steps.first?.name ?? "nothing" }

    /// Asks until everything has answered once, in order.
    func run(completion: @escaping () -> Void) {
        self.completion = completion
        next()
    }

    func cancel() { completion = nil }

    private func next() {
        guard completion != nil else { return }
        guard let step = steps.first else {
            completion?()
            completion = nil
            return
        }
        turn += 1
        fetch(step.urls[turn % step.urls.count]) { [weak self] answer in
            guard let self else { return }
            if let answer, step.accept(answer.0, answer.1) {
                steps.removeFirst()
                next()
            } else {
                loop.schedule(afterMilliseconds: Self.pauseMilliseconds) { self.next() }
            }
        }
    }

    /// Any of them may be the one that leads.
    private var coordinatorStep: Step {
        let scheme = plan.tls == nil ? "http" : "https"
        let members = plan.nodes.map(\.id) + plan.routers.map(\.id)
        let shards = plan.shards.map(\.id)
        return Step(
            name: "a coordinator to show every shard served",
            urls: plan.coordinators.map { "\(scheme)://\($0.address)/cluster" },
            accept: { status, body in
                status == 200 && Self.isWhole(body, members: members, shards: shards)
            }
        )
    }

    private var edgeSteps: [Step] {
        let url = "http://\(plan.edge.address)/api/v3"
        let pairs = plan.shards.compactMap(\.pairs.first)
        let paths = ["/ping"] + pairs.map { "/depth?symbol=\($0)&limit=5" }
        return paths.map { path in
            Step(
                name: "the edge to answer /api/v3\(path)",
                urls: [url + path],
                accept: { status, _ in status == 200 }
            )
        }
    }

    /// Whether every member lives and every shard has a primary.
    package static func isWhole(_ body: [UInt8], members: [String], shards: [UInt16]) -> Bool {
        // Anything but the agreed JSON is an answer of a coordinator that does not lead yet.
        guard let view = try? JSONDecoder().decode(View.self, from: Data(body)) else {
            return false
        }
        let alive = Set(view.nodes.filter { $0.state == "alive" }.map(\.id))
        let led = Set(view.shards.filter { $0.primary != nil }.map(\.id))
        return alive.isSuperset(of: members) && led.isSuperset(of: shards)
    }
}
