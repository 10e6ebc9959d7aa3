/// The buckets of a metric histogram: upper bounds in a raw unit, shown divided by a unit.
public struct HistogramScale: Equatable, Sendable {
    /// Inclusive upper bounds, rising, in the raw unit; beyond the last is `+Inf`.
    public let bounds: ContiguousArray<UInt64>
    /// Raw units in one unit shown.
    public let unit: UInt64

    /// Makes a scale.
    ///
    /// - Parameters:
    ///   - bounds: Inclusive upper bounds, rising.
    ///   - unit: Raw units in one unit shown.
    public init(bounds: [UInt64], unit: UInt64) {
        precondition(unit > 0, "a unit of 0")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds must rise")
        self.bounds = ContiguousArray(bounds)
        self.unit = unit
    }

    /// Nanoseconds shown as seconds, from 10 µs to 10 s in steps of 1, 2 and 5.
    public static let latency = HistogramScale(
        bounds: [
            10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000,
            10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000,
            1_000_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000,
        ],
        unit: 1_000_000_000
    )

    /// Counts and sizes from 1 to 65,536 in powers of two.
    public static let powersOfTwo = HistogramScale(
        bounds: (0...16).map { 1 << UInt64($0) },
        unit: 1
    )

    /// The first bucket whose bound is not below the value.
    func bucket(of value: UInt64) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
