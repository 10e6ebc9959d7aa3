import Configuration
import EventLoop
import HTTP
import Membership
import Observability
import TLS
import Trading

/// What every process of the cluster has: its loop, log, metrics, place in the plan and TLS.
final class ProcessContext {
    let loop = EventLoop()
    let log: EventLog
    let metrics = MetricsRegistry()
    let plan: ClusterPlan
    let endpoint: ClusterPlan.Endpoint
    /// Tells this process from an earlier one of the same name.
    let instance = SecureRandom.identity()
    let serverTLS: TLSContext?
    let clientTLS: TLSContext?
    private let startedAt: UInt64
    private var loopDelay: MetricsRegistry.Histogram
    /// Called when this process begins to stop, while it is still heard.
    var onStop: (() -> Void)?
    private var server: HTTPServer?
    private var isStopping = false

    /// Finds this process in the plan.
    init(plan: ClusterPlan, id: String) throws {
        self.plan = plan
        guard let endpoint = plan.endpoint(of: id) else {
            throw ConfigurationError.invalid(
                file: plan.directory,
                field: "id",
                reason: "names no process \(id)"
            )
        }
        self.endpoint = endpoint
        if let files = plan.tls {
            serverTLS = try TLSContext.server(
                certificatePath: files.certificate,
                keyPath: files.key
            )
            clientTLS = try TLSContext.client(verifyPeer: true, caPath: files.authority)
        } else {
            serverTLS = nil
            clientTLS = nil
        }
        log = EventLog(loop: loop, node: id)
        startedAt = loop.nowNanoseconds
        loopDelay = metrics.histogram(
            "castle_event_loop_delay_seconds",
            help: "Lateness of a 10 ms timer."
        )
    }

    /// Monotonic nanoseconds.
    var now: UInt64 { loop.nowNanoseconds }

    /// Wall clock.
    var wall: Timestamp { Timestamp(microseconds: loop.wallClockMicroseconds) }

    /// Serves on this process' endpoint and runs the loop until a signal.
    func run(_ routes: any HTTPHandlers, limits: HTTPLimits = HTTPLimits()) throws {
        let server = HTTPServer(loop: loop, limits: limits, tls: serverTLS, routes: routes)
        _ = try server.listen(host: endpoint.host, port: endpoint.port)
        self.server = server
        watchLoop()
        watchParent()
        for signal: Int32 in [2, 15] { loop.onSignal(signal) { [weak self] in self?.stop() } }
        log.log(.info, "listening", ["address": .text(endpoint.address)])
        loop.run()
        log.flush()
    }

    /// Stops serving, lets what is under way finish for a moment, ends the loop.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        log.log(.info, "stopping")
        onStop?()
        onStop = nil
        server?.shutdown(graceMilliseconds: 200, requestMilliseconds: 2000) { [loop] in
            loop.stop()
        }
    }

    /// Ends at once because this process can no longer be trusted or has lost its place.
    func die(_ reason: String) -> Never {
        log.log(.error, "ending", ["reason": .text(reason)])
        log.flush()
        endProcess()
    }

    /// The answers every process gives: `/health` and `/metrics`; `nil` for other paths.
    func answer(_ request: HTTPRequest, health: () -> [UInt8]) -> [UInt8]? {
        switch String(decoding: request.path, as: UTF8.self) {
        case "/health": health()
        case "/metrics": metrics.render()
        default: nil
        }
    }

    /// Seconds since this process started.
    var uptimeSeconds: Int64 { Int64((now - startedAt) / 1_000_000_000) }

    private func watchLoop() {
        var expected = now + 10_000_000
        _ = loop.schedule(afterMilliseconds: 10, repeatingMilliseconds: 10) { [unowned self] in
            let now = self.now
            metrics.observe(loopDelay, now > expected ? now - expected : 0)
            expected = now + 10_000_000
        }
    }

    private func watchParent() {
        let watch = ParentWatch()
        let interval = ParentWatch.intervalMilliseconds
        _ = loop.schedule(afterMilliseconds: interval, repeatingMilliseconds: interval) {
            [unowned self] in
            if watch.isOrphaned { stop() }
        }
    }
}

extension HTTPExchange {
    /// Answers with JSON.
    func respond(json: [UInt8], status: Int = 200) {
        respond(
            status: status,
            headers: [(name: "content-type", value: "application/json")],
            body: json
        )
    }

    /// Answers with plain text, as Prometheus wants it.
    func respond(text: [UInt8], status: Int = 200) {
        respond(
            status: status,
            headers: [(name: "content-type", value: "text/plain; version=0.0.4; charset=utf-8")],
            body: text
        )
    }

    /// Answers that there is nothing here.
    func respondNotFound() {
        respond(json: Array(#"{"code":-1000,"msg":"No such path."}"#.utf8), status: 404)
    }
}
