import Testing
import Trading
import Wire

@Suite struct KeyCodecTests {
    private static let key = APIKey(
        key: "ab",
        account: AccountID(258),
        kind: .rsa,
        material: KeyMaterial([1, 2]),
        permissions: [.read, .withdraw],
        addresses: ["10.0.0.0/8"].compactMap { AddressPrefix($0) },
        label: "é",
        createdAt: Timestamp(microseconds: 3)
    )

    private static let golden: [UInt8] = [
        2, 0, 0, 0, 97, 98, 2, 1, 0, 0, 2, 2, 0, 0, 0, 1, 2, 5, 1, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 255, 255, 0, 0, 104,
        2, 0, 0, 0, 195, 169, 3, 0, 0, 0, 0, 0, 0, 0,
    ]

    @Test func bytesAreStable() throws {
        var writer = ByteWriter()
        writer.write(Self.key)
        #expect(writer.bytes == Self.golden)
        var reader = ByteReader(Self.golden)
        #expect(try reader.readAPIKey() == Self.key)
        try reader.finish()
    }

    @Test func cutOrSpoiltBytesAreRefused() {
        for size in 0..<Self.golden.count {
            var reader = ByteReader(Array(Self.golden[..<size]))
            #expect(throws: DecodeError.self) { try reader.readAPIKey() }
        }
        var spoilt = Self.golden
        spoilt[10] = 3
        var kind = ByteReader(spoilt)
        #expect(throws: DecodeError.self) { try kind.readAPIKey() }
        spoilt = Self.golden
        spoilt[38] = 200
        var prefix = ByteReader(spoilt)
        #expect(throws: DecodeError.self) { try prefix.readAPIKey() }
    }
}
