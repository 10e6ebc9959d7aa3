import Observability

/// Percentiles of a number of latencies, in nanoseconds.
public struct LatencySummary: Codable, Equatable, Sendable {
    /// Number of samples.
    public var count: UInt64
    /// Half of the samples are not longer.
    public var p50: UInt64
    /// Nine in ten are not longer.
    public var p90: UInt64
    /// 99 in a hundred are not longer.
    public var p99: UInt64
    /// 999 in a thousand are not longer.
    public var p999: UInt64
    /// The longest.
    public var max: UInt64

    /// Sums up a histogram; percentiles are at most 1/128 above the true ones.
    init(_ histogram: LatencyHistogram) {
        count = histogram.count
        p50 = histogram.percentile(50)
        p90 = histogram.percentile(90)
        p99 = histogram.percentile(99)
        p999 = histogram.percentile(99.9)
        max = histogram.longestNanoseconds
    }

    /// Sums up samples.
    ///
    /// - Parameter nanoseconds: In any order.
    public init(_ nanoseconds: some Sequence<UInt64>) {
        var histogram = LatencyHistogram()
        for sample in nanoseconds { histogram.record(nanoseconds: sample) }
        self.init(histogram)
    }

    /// One line: `p50 1.20 ms  p90 …  max …`.
    public var text: String {
        guard count > 0 else { return "no samples" }
        let parts = [("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)]
        return parts.map { "\($0) \(Self.milliseconds($1)) ms" }.joined(separator: "  ")
    }

    /// Nanoseconds as milliseconds with two decimals below 100 and one above.
    ///
    /// - Parameter nanoseconds: The time.
    /// - Returns: Such as `1.20`.
    public static func milliseconds(_ nanoseconds: UInt64) -> String {
        let places: UInt64 = nanoseconds < 100_000_000 ? 100 : 10
        let scaled = (nanoseconds + 500_000 / places) / (1_000_000 / places)
        let rest = String(scaled % places)
        let width = places == 100 ? 2 : 1
        let padding = String(repeating: "0", count: width - rest.count)
        return "\(scaled / places).\(padding)\(rest)"
    }
}
