/// SipHash-2-4 with a 64-bit result.
///
/// Source: Aumasson and Bernstein, 2012.
///
/// It chains log entries and names states; the key is public, so it protects against accidents,
/// not against a forger who can write to Redis.
public enum SipHash {
    /// Hashes a range of bytes.
    ///
    /// - Parameters:
    ///   - bytes: Where they are.
    ///   - range: Which of them; must lie inside.
    ///   - key: Two words; equal keys give equal hashes.
    /// - Returns: The hash.
    public static func hash(
        _ bytes: [UInt8],
        in range: Range<Int>,
        key: (UInt64, UInt64) = (0, 0)
    ) -> UInt64 {
        var state = State(key: key)
        bytes.withUnsafeBytes { buffer in
            var index = range.lowerBound
            while index + 8 <= range.upperBound {
                let word = buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                state.absorb(UInt64(littleEndian: word))
                index += 8
            }
            var last = UInt64(truncatingIfNeeded: range.count) << 56
            var shift: UInt64 = 0
            while index < range.upperBound {
                last |= UInt64(buffer[index]) << shift
                shift += 8
                index += 1
            }
            state.absorb(last)
        }
        return state.finish()
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        init(key: (UInt64, UInt64)) {
            v0 = key.0 ^ 0x736f_6d65_7073_6575
            v1 = key.1 ^ 0x646f_7261_6e64_6f6d
            v2 = key.0 ^ 0x6c79_6765_6e65_7261
            v3 = key.1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        mutating func round() {
            v0 = v0 &+ v1
            v1 = Self.rotate(v1, 13) ^ v0
            v0 = Self.rotate(v0, 32)
            v2 = v2 &+ v3
            v3 = Self.rotate(v3, 16) ^ v2
            v0 = v0 &+ v3
            v3 = Self.rotate(v3, 21) ^ v0
            v2 = v2 &+ v1
            v1 = Self.rotate(v1, 17) ^ v2
            v2 = Self.rotate(v2, 32)
        }

        @inline(__always)
        static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
            (word << count) | (word >> (64 - count))
        }
    }
}
