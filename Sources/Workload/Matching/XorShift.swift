/// The generator of random numbers that order flows are made with.
///
/// Source: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"
/// (xorshift64*), seeded as the format of the flows prescribes.
struct XorShift: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03
        if state == 0 { state = 1 }
        // The first outputs still look like the seed.
        for _ in 0..<16 { _ = next() }
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// A number in `0..<bound`, of the top 32 bits.
    @inline(__always)
    mutating func below(_ bound: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32)
    }

    @inline(__always)
    mutating func chance(perMille: UInt32) -> Bool { below(1000) < perMille }
}
