import Testing
import Trading
import Wire

@Suite struct LogEntryTests {
    static let entry = LogEntry(
        id: EntryID(epoch: Epoch(3), sequence: SequenceNumber(258)),
        kind: .batch,
        previousHash: ChainHash(rawValue: 0x1122_3344_5566_7788),
        firstCommand: 1000,
        commandCount: 2,
        time: Timestamp(microseconds: 1_700_000_000_000_000),
        committed: SequenceNumber(256),
        committedDigest: 0xAABB_CCDD_EEFF_0011,
        payload: [1, 2, 3]
    )

    /// Everything after the checksum, written down by hand from the layout table.
    static let golden: [UInt8] =
        [3, 0, 0, 0, 0, 0, 0, 0]  // epoch
        + [2, 1, 0, 0, 0, 0, 0, 0]  // sequence
        + [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]  // previous hash
        + [0xe8, 3, 0, 0, 0, 0, 0, 0]  // first command
        + [2, 0, 0, 0, 3, 0, 0, 0]  // command count, payload size
        + [0x00, 0x40, 0x1e, 0x18, 0x24, 0x0a, 0x06, 0x00]  // time
        + [0, 1, 0, 0, 0, 0, 0, 0]  // committed
        + [0x11, 0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa]  // committed digest
        + [1, 2, 3]

    @Test func bytesAreStable() {
        let record = Self.entry.encoded()
        let checksum = CRC32CTests.slow([2, 0, 0, 0] + Self.golden)
        let head: [UInt8] =
            [2, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
        #expect(record.bytes == head + Self.golden)
        #expect(record.id == Self.entry.id)
        #expect(record.bytes.count == LogEntry.headerSize + 3)
        #expect(record.hash == LogEntry.chainHash(of: record.bytes))
    }

    @Test(arguments: [EntryKind.batch, .newEpoch]) func roundTrips(_ kind: EntryKind) throws {
        var entry = Self.entry
        entry.kind = kind
        #expect(try LogEntry(decoding: entry.encoded().bytes) == entry)
        entry.payload = []
        #expect(try LogEntry(decoding: entry.encoded().bytes) == entry)
    }

    @Test func hashLeavesOutTheEpochOnly() {
        let hash = Self.entry.encoded().hash
        var other = Self.entry
        other.id.epoch = Epoch(4)
        #expect(other.encoded().hash == hash)
        other = Self.entry
        other.id.sequence = SequenceNumber(259)
        #expect(other.encoded().hash != hash)
        other = Self.entry
        other.kind = .newEpoch
        #expect(other.encoded().hash != hash)
        other = Self.entry
        other.previousHash = .zero
        #expect(other.encoded().hash != hash)
        other = Self.entry
        other.payload[0] ^= 1
        #expect(other.encoded().hash != hash)
    }

    @Test func everyFlippedBitIsFound() {
        let bytes = Self.entry.encoded().bytes
        for index in 0..<bytes.count {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                #expect(throws: DecodeError.self) { try LogEntry(decoding: damaged) }
                guard index >= 3 else { continue }  // Version and kind are judged before it.
                #expect(throws: DecodeError.badChecksum) { try LogEntry(decoding: damaged) }
            }
        }
    }

    @Test func otherVersionsAndCutEntriesAreRefused() {
        var bytes = Self.entry.encoded().bytes
        for size in 0..<bytes.count {
            #expect(throws: DecodeError.self) { try LogEntry(decoding: Array(bytes[..<size])) }
        }
        #expect(throws: DecodeError.self) { try LogEntry(decoding: bytes + [0]) }
        bytes[0] = 1
        #expect(throws: DecodeError.unsupportedVersion(1)) { try LogEntry(decoding: bytes) }
    }

    @Test func wrongPayloadSizeUnderAGoodChecksumIsRefused() {
        for size: UInt8 in [2, 4, 255] {
            var bytes = Self.entry.encoded().bytes
            bytes[44] = size
            let head = CRC32C.checksum(bytes, in: 0..<4)
            let checksum = CRC32C.checksum(bytes, in: 8..<bytes.count, continuing: head)
            for byte in 0..<4 {
                bytes[4 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
            }
            #expect(throws: DecodeError.self) { try LogEntry(decoding: bytes) }
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(state: 7)
        for _ in 0..<5000 {
            var bytes = generator.bytes(countMax: 120)
            if bytes.count >= 3 { bytes.replaceSubrange(0..<3, with: [2, 0, 0]) }
            // Either outcome is right; a trap is not.
            _ = try? LogEntry(decoding: bytes)
        }
    }

    @Test func idsOrderAndPrintAsInRedis() {
        let low = EntryID(epoch: Epoch(1), sequence: SequenceNumber(9))
        let high = EntryID(epoch: Epoch(2), sequence: SequenceNumber(1))
        #expect(low < high)
        #expect(high.description == "2-1")
        #expect(ChainHash(rawValue: 255).description == "00000000000000ff")
    }
}
