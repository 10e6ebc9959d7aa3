import Accounts
import Testing

/// The running digest: order and every bit count.
@Suite struct StateDigestTests {
    func digest(_ words: [UInt64]) -> UInt64 {
        var digest = StateDigest()
        for word in words { digest.add(word) }
        return digest.value
    }

    @Test func sameWordsGiveTheSameValue() {
        #expect(digest([1, 2, 3]) == digest([1, 2, 3]))
        #expect(digest([1, 2, 3]) != digest([1, 3, 2]))
        #expect(digest([1, 2]) != digest([1, 2, 0]))
    }

    @Test func everyBitCounts() {
        let values = (0..<64).map { digest([7, 1 << $0, 7]) }
        #expect(Set(values).count == 64)
    }

    @Test func goesOnFromAKeptValue() {
        var kept = StateDigest(value: digest([1, 2]))
        kept.add(UInt64(3))
        #expect(kept.value == digest([1, 2, 3]))
    }
}
