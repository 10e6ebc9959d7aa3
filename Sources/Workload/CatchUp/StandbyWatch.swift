import Configuration
import EventLoop
import HTTP

/// Asks a node again and again how far it has come since it was started anew.
final class StandbyWatch {
    private static let intervalMilliseconds: UInt64 = 5
    private static let timeoutMilliseconds: UInt64 = 1000

    private let node: ClusterPlan.Endpoint
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var client: HTTPClient?
    private var isBusy = false
    /// When it first answered.
    private(set) var upAt: UInt64?
    /// When it first said that it has caught up.
    private(set) var caughtUpAt: UInt64?
    /// The last entry it had applied then.
    private(set) var position: UInt64 = 0

    init(_ node: ClusterPlan.Endpoint, loop: EventLoop) {
        self.node = node
        self.loop = loop
        timer = loop.schedule(
            afterMilliseconds: Self.intervalMilliseconds,
            repeatingMilliseconds: Self.intervalMilliseconds
        ) { [weak self] in self?.ask() }
    }

    func stop() {
        timer?.cancel()
        client?.close()
    }

    private func ask() {
        guard !isBusy, caughtUpAt == nil else { return }
        isBusy = true
        guard let client, !client.isClosed else { return connect() }
        client.request(
            method: "GET",
            path: "/health",
            timeoutMilliseconds: Self.timeoutMilliseconds
        ) { [weak self] result in
            self?.isBusy = false
            guard case .success(let response) = result else { return }
            self?.note(String(decoding: response.body, as: UTF8.self))
        }
    }

    private func connect() {
        HTTPClient.connect(
            loop: loop,
            host: node.host,
            port: node.port,
            timeoutMilliseconds: Self.timeoutMilliseconds
        ) { [weak self] result in
            self?.isBusy = false
            guard case .success(let client) = result else { return }
            self?.client = client
        }
    }

    private func note(_ health: String) {
        let now = loop.nowNanoseconds
        upAt = upAt ?? now
        guard let line = health.split(separator: "\n").first(where: { $0.hasPrefix("shard=1 ") }),
            line.hasSuffix("caught_up=true")
        else { return }
        let word = line.split(separator: " ").first { $0.hasPrefix("position=") }
        position = word.flatMap { UInt64($0.dropFirst("position=".count)) } ?? 0
        if position > 0 { caughtUpAt = now }
    }
}
