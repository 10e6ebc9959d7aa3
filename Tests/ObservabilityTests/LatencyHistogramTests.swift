import Observability
import Testing

@Suite struct LatencyHistogramTests {
    /// Small deterministic generator, so that a failure can be run again.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private func samples(seed: UInt64, count: Int) -> [UInt64] {
        var generator = Generator(state: seed)
        return (0..<count).map { _ in
            // From nanoseconds to minutes, every magnitude equally likely.
            UInt64.random(in: 0...UInt64.max, using: &generator)
                >> UInt64.random(in: 25...63, using: &generator)
        }
    }

    @Test(arguments: 1...20)
    func percentilesAreWithinOnePercentOfTheSortedSamples(seed: UInt64) {
        let values = samples(seed: seed, count: 1000)
        var histogram = LatencyHistogram()
        for value in values { histogram.record(nanoseconds: value) }
        let sorted = values.sorted()
        for percent in [0, 1, 25, 50, 90, 99, 99.9, 100] {
            let rank = max(1, Int((Double(sorted.count) * percent / 100).rounded(.up)))
            let truth = sorted[rank - 1]
            let shown = histogram.percentile(percent)
            #expect(shown >= truth, "seed \(seed), p\(percent)")
            #expect(Double(shown) <= Double(truth) * (1 + 1.0 / 128), "seed \(seed), p\(percent)")
        }
        #expect(histogram.count == 1000)
        #expect(histogram.longestNanoseconds == sorted.last)
    }

    @Test func mergeEqualsRecordingEverything() {
        let values = samples(seed: 7, count: 500)
        var whole = LatencyHistogram()
        var left = LatencyHistogram()
        var right = LatencyHistogram()
        for (index, value) in values.enumerated() {
            whole.record(nanoseconds: value)
            if index % 3 == 0 {
                left.record(nanoseconds: value)
            } else {
                right.record(nanoseconds: value)
            }
        }
        left.merge(right)
        #expect(left.count == whole.count)
        for percent in [10, 50, 90, 99, 100] as [Double] {
            #expect(left.percentile(percent) == whole.percentile(percent))
        }
        left.reset()
        #expect(left.percentile(50) == 0)
        #expect(left.count == 0)
    }

    @Test func extremesAreCounted() {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: .max)
        #expect(histogram.percentile(100) == LatencyHistogram.nanosecondsMax)
        histogram.record(nanoseconds: 0)
        #expect(histogram.percentile(0) == 0)
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.percentile(500) == LatencyHistogram.nanosecondsMax)
    }
}
