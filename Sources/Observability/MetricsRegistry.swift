/// Counters, gauges and histograms of a process, and their Prometheus text.
///
/// Registering gives a handle, an index; counting through it costs an array access. Everything is
/// called on the thread of the loop.
public final class MetricsRegistry {
    /// A number that only rises.
    public struct Counter: Sendable { fileprivate let index: Int }
    /// A number that rises and falls.
    public struct Gauge: Sendable { fileprivate let index: Int }
    /// How often a value fell into each bucket.
    public struct Histogram: Sendable { fileprivate let index: Int }

    private enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        let name: String
        let help: String
        let kind: Kind
        var members: [(labels: String, index: Int)] = []
    }

    private struct Buckets {
        let scale: HistogramScale
        var counts: ContiguousArray<UInt64>
        var sum: UInt64 = 0
    }

    private var families: [Family] = []
    private var counters: ContiguousArray<UInt64> = []
    private var gauges: ContiguousArray<Double> = []
    private var histograms: ContiguousArray<Buckets> = []

    /// Makes an empty registry.
    public init() {}

    // MARK: Registering, at start-up

    /// Registers a counter; the same name and labels give the same counter.
    ///
    /// - Parameters:
    ///   - name: Ends in `_total` by convention.
    ///   - help: One line.
    ///   - labels: Names and values, in the order they are shown.
    /// - Returns: The handle to count with.
    public func counter(
        _ name: String,
        help: String,
        labels: KeyValuePairs<String, String> = [:]
    ) -> Counter {
        Counter(
            index: register(name, help: help, kind: .counter, labels: labels) {
                counters.append(0)
                return counters.count - 1
            }
        )
    }

    /// Registers a gauge; the same name and labels give the same gauge.
    ///
    /// - Parameters:
    ///   - name: With the unit last.
    ///   - help: One line.
    ///   - labels: Names and values, in the order they are shown.
    /// - Returns: The handle to set it with.
    public func gauge(
        _ name: String,
        help: String,
        labels: KeyValuePairs<String, String> = [:]
    ) -> Gauge {
        Gauge(
            index: register(name, help: help, kind: .gauge, labels: labels) {
                gauges.append(0)
                return gauges.count - 1
            }
        )
    }

    /// Registers a histogram; the same name and labels give the same histogram.
    ///
    /// - Parameters:
    ///   - name: With the unit last, `_seconds` for latencies.
    ///   - help: One line.
    ///   - scale: Its buckets and its unit.
    ///   - labels: Names and values, in the order they are shown.
    /// - Returns: The handle to observe with.
    public func histogram(
        _ name: String,
        help: String,
        scale: HistogramScale = .latency,
        labels: KeyValuePairs<String, String> = [:]
    ) -> Histogram {
        Histogram(
            index: register(name, help: help, kind: .histogram, labels: labels) {
                let counts = ContiguousArray<UInt64>(repeating: 0, count: scale.bounds.count + 1)
                histograms.append(Buckets(scale: scale, counts: counts))
                return histograms.count - 1
            }
        )
    }

    // MARK: Counting

    /// Raises a counter.
    public func increment(_ counter: Counter, by amount: UInt64 = 1) {
        counters[counter.index] &+= amount
    }

    /// Sets a gauge.
    public func set(_ gauge: Gauge, to value: Double) { gauges[gauge.index] = value }

    /// Moves a gauge.
    public func add(_ gauge: Gauge, _ change: Double) { gauges[gauge.index] += change }

    /// Counts a value of a histogram, in the raw unit of its scale: nanoseconds for latencies.
    public func observe(_ histogram: Histogram, _ value: UInt64) {
        let bucket = histograms[histogram.index].scale.bucket(of: value)
        histograms[histogram.index].counts[bucket] &+= 1
        histograms[histogram.index].sum &+= value
    }

    /// What a counter shows.
    public func value(of counter: Counter) -> UInt64 { counters[counter.index] }

    /// What a gauge shows.
    public func value(of gauge: Gauge) -> Double { gauges[gauge.index] }

    /// How many values a histogram has seen.
    public func count(of histogram: Histogram) -> UInt64 {
        histograms[histogram.index].counts.reduce(0, +)
    }

    // MARK: Showing

    /// Everything in the Prometheus text format, version 0.0.4.
    ///
    /// - Returns: ASCII lines, families in the order they were registered.
    public func render() -> [UInt8] {
        var text = PrometheusText()
        for family in families {
            text.family(family.name, help: family.help, kind: family.kind.rawValue)
            for member in family.members {
                switch family.kind {
                case .counter:
                    text.sample(family.name, member.labels, "\(counters[member.index])")
                case .gauge:
                    text.sample(
                        family.name,
                        member.labels,
                        PrometheusText.number(gauges[member.index])
                    )
                case .histogram:
                    let buckets = histograms[member.index]
                    text.histogram(
                        family.name,
                        member.labels,
                        scale: buckets.scale,
                        counts: buckets.counts,
                        sum: buckets.sum
                    )
                }
            }
        }
        return text.bytes
    }

    private func register(
        _ name: String,
        help: String,
        kind: Kind,
        labels: KeyValuePairs<String, String>,
        create: () -> Int
    ) -> Int {
        let labels = PrometheusText.labels(labels)
        guard let position = families.firstIndex(where: { $0.name == name }) else {
            let index = create()
            families.append(
                Family(name: name, help: help, kind: kind, members: [(labels, index)])
            )
            return index
        }
        guard families[position].kind == kind else {
            fatalError("metric \(name) is registered as \(families[position].kind.rawValue)")
        }
        if let member = families[position].members.first(where: { $0.labels == labels }) {
            return member.index
        }
        let index = create()
        families[position].members.append((labels, index))
        return index
    }
}
