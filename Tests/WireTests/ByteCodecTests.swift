import Testing
import Trading
import Wire

@Suite struct ByteCodecTests {
    @Test func integersAreLittleEndian() throws {
        var writer = ByteWriter()
        writer.write(UInt8(1))
        writer.write(UInt16(0x0203))
        writer.write(UInt32(0x0405_0607))
        writer.write(Int64(-2))
        writer.write(true)
        let golden: [UInt8] = [1, 3, 2, 7, 6, 5, 4, 254, 255, 255, 255, 255, 255, 255, 255, 1]
        #expect(writer.bytes == golden)
        var reader = ByteReader(golden)
        #expect(try reader.read(UInt8.self) == 1)
        #expect(try reader.read(UInt16.self) == 0x0203)
        #expect(try reader.read(UInt32.self) == 0x0405_0607)
        #expect(try reader.read(Int64.self) == -2)
        #expect(try reader.readBool())
        try reader.finish()
    }

    @Test func textsAndBlobsCarryTheirSize() throws {
        var writer = ByteWriter()
        writer.write("é")
        writer.write(blob: [9])
        writer.write(try #require(ClientOrderID("ab")))
        writer.write(ClientOrderID.none)
        #expect(writer.bytes == [2, 0, 0, 0, 0xc3, 0xa9, 1, 0, 0, 0, 9, 2, 0x61, 0x62, 0])
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readString() == "é")
        #expect(try reader.readBlob() == [9])
        #expect(try reader.readClientOrderID() == ClientOrderID("ab"))
        #expect(try reader.readClientOrderID() == ClientOrderID.none)
        try reader.finish()
    }

    @Test func readingPastTheEndThrows() {
        var reader = ByteReader([1, 2, 3])
        #expect(throws: DecodeError.truncated(at: 0)) { try reader.read(UInt32.self) }
        #expect(throws: DecodeError.truncated(at: 0)) { try reader.read(count: 4) }
        #expect(throws: DecodeError.truncated(at: 0)) { try reader.read(count: -1) }
        #expect(reader.remaining == 3)
        #expect(throws: DecodeError.trailingBytes(3)) { try reader.finish() }
    }

    @Test func partEndsWhereItsRangeEnds() throws {
        var reader = ByteReader([1, 2, 3, 4], in: 1..<3)
        #expect(try reader.read(UInt16.self) == 0x0302)
        #expect(throws: DecodeError.truncated(at: 3)) { try reader.read(UInt8.self) }
    }

    @Test func nestedReaderIsBounded() throws {
        var reader = ByteReader([2, 0, 0, 0, 7, 8, 9])
        var nested = try reader.readNested()
        #expect(try nested.read(count: 2) == [7, 8])
        #expect(throws: DecodeError.truncated(at: 6)) { try nested.read(UInt8.self) }
        #expect(try reader.read(UInt8.self) == 9)
        var short = ByteReader([3, 0, 0, 0, 7])
        #expect(throws: DecodeError.self) { try short.readNested() }
    }

    @Test func forgedSizesAndValuesThrow() {
        let huge: [UInt8] = [255, 255, 255, 255, 1]
        #expect(throws: DecodeError.self) {
            var reader = ByteReader(huge)
            return try reader.readBlob()
        }
        #expect(throws: DecodeError.self) {
            var reader = ByteReader(huge)
            return try reader.readCount(elementSizeMin: 1)
        }
        #expect(throws: DecodeError.badValue(field: "Bool", at: 0)) {
            var reader = ByteReader([2])
            return try reader.readBool()
        }
        #expect(throws: DecodeError.badValue(field: "Side", at: 0)) {
            var reader = ByteReader([2])
            return try reader.read(Side.self)
        }
        #expect(throws: DecodeError.self) {
            var reader = ByteReader([1, 0, 0, 0, 0xFF])
            return try reader.readString()
        }
        #expect(throws: DecodeError.self) {
            var reader = ByteReader([1, 0x20])
            return try reader.readClientOrderID()
        }
        #expect(throws: DecodeError.self) {
            var reader = ByteReader([37] + [UInt8](repeating: 0x61, count: 37))
            return try reader.readClientOrderID()
        }
    }
}

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

    mutating func bytes(countMax: UInt64) -> [UInt8] {
        (0..<next() % countMax).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
