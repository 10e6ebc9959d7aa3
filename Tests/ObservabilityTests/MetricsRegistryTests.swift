import Observability
import Testing

@Suite struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.render(), as: UTF8.self)
    }

    @Test func textIsWhatPrometheusReads() {
        let registry = MetricsRegistry()
        let acks = registry.counter(
            "castle_acks_total",
            help: "Acknowledged.",
            labels: ["shard": "1"]
        )
        let lag = registry.gauge("castle_lag", help: "Entries\nbehind.")
        let others = registry.counter(
            "castle_acks_total",
            help: "Acknowledged.",
            labels: ["shard": "a\"b\\c"]
        )
        let sizes = registry.histogram(
            "castle_batch",
            help: "Orders a batch.",
            scale: HistogramScale(bounds: [1, 2, 4], unit: 2),
            labels: ["shard": "1"]
        )
        registry.increment(acks)
        registry.increment(acks, by: 2)
        registry.increment(others)
        registry.set(lag, to: 1.5)
        registry.add(lag, -0.25)
        for value: UInt64 in [1, 2, 3, 9] { registry.observe(sizes, value) }
        #expect(
            text(registry) == #"""
                # HELP castle_acks_total Acknowledged.
                # TYPE castle_acks_total counter
                castle_acks_total{shard="1"} 3
                castle_acks_total{shard="a\"b\\c"} 1
                # HELP castle_lag Entries\nbehind.
                # TYPE castle_lag gauge
                castle_lag 1.25
                # HELP castle_batch Orders a batch.
                # TYPE castle_batch histogram
                castle_batch_bucket{shard="1",le="0.5"} 1
                castle_batch_bucket{shard="1",le="1"} 2
                castle_batch_bucket{shard="1",le="2"} 3
                castle_batch_bucket{shard="1",le="+Inf"} 4
                castle_batch_sum{shard="1"} 7.5
                castle_batch_count{shard="1"} 4

                """#
        )
        #expect(registry.count(of: sizes) == 4)
    }

    @Test func sameNameAndLabelsAreTheSameMetric() {
        let registry = MetricsRegistry()
        let first = registry.counter("a_total", help: "A.", labels: ["x": "1"])
        let second = registry.counter("a_total", help: "A.", labels: ["x": "1"])
        registry.increment(first)
        registry.increment(second)
        #expect(registry.value(of: first) == 2)
    }

    @Test(arguments: [
        (UInt64(0), "1e-05"), (10_000, "1e-05"), (10_001, "2e-05"), (1_000_000_000, "1"),
        (10_000_000_001, "+Inf"),
    ])
    func latencyFallsIntoTheFirstBucketNotBelowIt(nanoseconds: UInt64, bound: String) {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("x_seconds", help: "X.")
        registry.observe(histogram, nanoseconds)
        let hit = text(registry).split(separator: "\n").first {
            $0.hasPrefix("x_seconds_bucket") && $0.hasSuffix(" 1")
        }
        #expect(hit == "x_seconds_bucket{le=\"\(bound)\"} 1")
    }

    @Test func wrongKindIsOurBug() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.counter("x", help: "X.")
            _ = registry.gauge("x", help: "X.")
        }
    }
}
