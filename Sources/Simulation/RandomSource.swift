/// SplitMix64: the only source of chance in a simulation, so that a seed tells the whole story.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number of the range, every one about as likely.
    mutating func pick(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + next() % (range.upperBound - range.lowerBound + 1)
    }

    /// An index of a list that is not empty.
    mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

    /// True once in so many times.
    mutating func isOne(in count: UInt64) -> Bool { next() % count == 0 }
}
