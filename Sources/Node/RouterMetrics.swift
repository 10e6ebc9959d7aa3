import Observability

/// What a router counts.
struct RouterMetrics {
    private let registry: MetricsRegistry
    private let statuses: [MetricsRegistry.Counter]
    private let latency: MetricsRegistry.Histogram
    private let ackLatency: MetricsRegistry.Histogram
    private let inFlight: MetricsRegistry.Gauge
    private let listeners: MetricsRegistry.Gauge
    private let mapVersion: MetricsRegistry.Gauge

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        statuses = ["2xx", "4xx", "429", "5xx"].map {
            registry.counter(
                "castle_requests_total",
                help: "API requests answered, by status.",
                labels: ["status": $0]
            )
        }
        latency = registry.histogram(
            "castle_request_seconds",
            help: "From a request's arrival to its answer."
        )
        ackLatency = registry.histogram(
            "castle_ack_seconds",
            help: "From the arrival of an order or a cancel to its acknowledgement."
        )
        inFlight = registry.gauge(
            "castle_requests_in_flight",
            help: "Requests waiting for a shard."
        )
        listeners = registry.gauge(
            "castle_websocket_connections",
            help: "Open market stream connections."
        )
        mapVersion = registry.gauge("castle_map_version", help: "Version of the shard map.")
    }

    func answered(status: Int, after nanoseconds: UInt64) {
        let kind = status == 429 || status == 418 ? 2 : status < 400 ? 0 : status < 500 ? 1 : 3
        registry.increment(statuses[kind])
        registry.observe(latency, nanoseconds)
    }

    func acknowledged(after nanoseconds: UInt64) { registry.observe(ackLatency, nanoseconds) }

    func measure(inFlight count: Int, listeners listenerCount: Int, mapVersion version: UInt64) {
        registry.set(inFlight, to: Double(count))
        registry.set(listeners, to: Double(listenerCount))
        registry.set(mapVersion, to: Double(version))
    }
}
