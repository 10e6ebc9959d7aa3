/// CRC-32C (Castagnoli), the checksum of every log entry.
///
/// Source: RFC 3720, appendix B.4.
public enum CRC32C {
    /// Slicing by four: enough for batches of a few kilobytes, and the tables stay in L1.
    private static let tables: [[UInt32]] = {
        var first = [UInt32](repeating: 0, count: 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            first[index] = value
        }
        var all = [first]
        for _ in 1..<4 {
            let last = all[all.count - 1]
            all.append(last.map { ($0 >> 8) ^ first[Int($0 & 255)] })
        }
        return all
    }()

    /// The checksum of a range of bytes.
    ///
    /// - Parameters:
    ///   - bytes: Where they are.
    ///   - range: Which of them; must lie inside.
    ///   - earlier: The checksum of what comes before them; 0 at the start.
    /// - Returns: The finished (inverted) checksum.
    public static func checksum(
        _ bytes: [UInt8],
        in range: Range<Int>,
        continuing earlier: UInt32 = 0
    ) -> UInt32 {
        var value = ~earlier
        let (t0, t1, t2, t3) = (tables[0], tables[1], tables[2], tables[3])
        bytes.withUnsafeBytes { buffer in
            var index = range.lowerBound
            while index + 4 <= range.upperBound {
                let word = buffer.loadUnaligned(fromByteOffset: index, as: UInt32.self)
                value ^= UInt32(littleEndian: word)
                value =
                    t3[Int(value & 255)] ^ t2[Int((value >> 8) & 255)]
                    ^ t1[Int((value >> 16) & 255)] ^ t0[Int(value >> 24)]
                index += 4
            }
            while index < range.upperBound {
                value = (value >> 8) ^ t0[Int((value ^ UInt32(buffer[index])) & 255)]
                index += 1
            }
        }
        return ~value
    }
}
