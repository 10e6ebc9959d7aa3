import Testing
import Wire

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the usual check value.
    static let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0..<32), 0x46DD_794E),
        (Array("123456789".utf8), 0xE306_9283),
        ([], 0),
    ]

    @Test(arguments: vectors)
    func referenceVectors(_ bytes: [UInt8], _ checksum: UInt32) {
        #expect(CRC32C.checksum(bytes, in: 0..<bytes.count) == checksum)
    }

    @Test func anyRangeMatchesTheBitwiseDefinition() {
        let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        for start in 0..<9 {
            for end in start..<bytes.count {
                #expect(CRC32C.checksum(bytes, in: start..<end) == Self.slow(bytes[start..<end]))
            }
        }
    }

    /// The definition, a bit at a time.
    static func slow(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
        }
        return ~value
    }
}

@Suite struct SipHashTests {
    static let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

    /// The paper's appendix A (15 bytes) and the authors' `vectors.h`: bytes 0, 1, 2, … of a size.
    static let vectors: [(size: Int, hash: UInt64)] = [
        (0, 0x726f_db47_dd0e_0e31), (1, 0x74f8_39c5_93dc_67fd), (2, 0x0d6c_8009_d9a9_4f5a),
        (7, 0xab02_00f5_8b01_d137), (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
    ]

    @Test(arguments: vectors)
    func referenceVectors(_ size: Int, _ hash: UInt64) {
        let bytes = (0..<size).map { UInt8($0) }
        #expect(SipHash.hash(bytes, in: 0..<size, key: Self.key) == hash)
    }

    @Test func rangeHashesLikeItsCopy() {
        let bytes = (0..<64).map { UInt8($0) }
        for start in 0..<10 {
            let copy = Array(bytes[start..<50])
            #expect(
                SipHash.hash(bytes, in: start..<50, key: Self.key)
                    == SipHash.hash(copy, in: 0..<copy.count, key: Self.key)
            )
        }
    }
}
