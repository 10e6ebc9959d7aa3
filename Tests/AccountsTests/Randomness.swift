import Foundation

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

/// The seeds of random tests: 1 to 20, or the one in `CASTLE_SEED`; they show as test arguments.
let seeds: [UInt64] =
    ProcessInfo.processInfo.environment["CASTLE_SEED"].flatMap(UInt64.init).map { [$0] }
    ?? Array(1...20)
