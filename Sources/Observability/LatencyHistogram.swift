/// How often each latency occurred, for percentiles over any number of samples in fixed memory.
///
/// In the manner of HdrHistogram: 128 equal steps in each power of two, so that a percentile is
/// at most 1/128 above the true one. About 35 KB.
public struct LatencyHistogram: Sendable {
    private static let stepBits = 7
    private static let steps = 1 << stepBits
    /// Longer latencies are counted as this one: about 18 minutes.
    public static let nanosecondsMax: UInt64 = (1 << 40) - 1

    private var counts: ContiguousArray<UInt64>
    /// Number of samples.
    public private(set) var count: UInt64 = 0
    /// The longest sample, exact up to `nanosecondsMax`; 0 without samples.
    public private(set) var longestNanoseconds: UInt64 = 0
    private var sum: Double = 0

    /// Makes one without samples.
    public init() {
        counts = ContiguousArray(repeating: 0, count: Self.index(of: Self.nanosecondsMax) + 1)
    }

    /// Mean of the samples; 0 without samples.
    public var meanNanoseconds: Double { count == 0 ? 0 : sum / Double(count) }

    /// Counts a sample.
    ///
    /// - Parameter nanoseconds: The latency.
    public mutating func record(nanoseconds: UInt64) {
        let value = min(nanoseconds, Self.nanosecondsMax)
        counts[Self.index(of: value)] += 1
        count += 1
        sum += Double(value)
        longestNanoseconds = max(longestNanoseconds, value)
    }

    /// The latency that a share of the samples does not exceed.
    ///
    /// Complexity: linear in the number of steps, about 4,400.
    ///
    /// - Parameter percent: Range: `0...100`; 100 is the longest sample, exactly.
    /// - Returns: Nanoseconds, never below the true value and at most 1/128 above; 0 without
    ///   samples.
    public func percentile(_ percent: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let share = (Double(count) * min(max(percent, 0), 100) / 100).rounded(.up)
        let rank = max(1, min(count, UInt64(share)))
        var seen: UInt64 = 0
        for (index, samples) in counts.enumerated() where samples > 0 {
            seen += samples
            if seen >= rank { return min(Self.upperBound(of: index), longestNanoseconds) }
        }
        return longestNanoseconds
    }

    /// Adds the samples of another.
    ///
    /// - Parameter other: Stays as it is.
    public mutating func merge(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        sum += other.sum
        longestNanoseconds = max(longestNanoseconds, other.longestNanoseconds)
    }

    /// Forgets every sample.
    public mutating func reset() {
        for index in counts.indices { counts[index] = 0 }
        count = 0
        sum = 0
        longestNanoseconds = 0
    }

    /// Values below 256 have a step each; above, the top eight bits choose the step.
    private static func index(of value: UInt64) -> Int {
        let exponent = max(0, UInt64.bitWidth - value.leadingZeroBitCount - stepBits - 1)
        return exponent * steps + Int(value >> UInt64(exponent))
    }

    private static func upperBound(of index: Int) -> UInt64 {
        let exponent = max(0, index / steps - 1)
        let step = UInt64(index - exponent * steps)
        return ((step + 1) << UInt64(exponent)) - 1
    }
}
