import Testing
import Trading

/// Client order ids: which texts are legal, and that nothing of them is lost.
@Suite struct ClientOrderIDTests {
    @Test(arguments: [
        "a", "Z", "0", ".", ":", "/", "-", "_", "x-R4BD3S82e5f7a1b2c3d4e5f6a7b8",
        "0123456789abcdefghijklmnopqrstuvwxyz", "550e8400-e29b-41d4-a716-446655440000",
    ])
    func legalTextsSurvive(text: String) throws {
        let id = try #require(ClientOrderID(text))
        #expect(id.text == text)
        #expect(id.size == text.utf8.count)
        #expect(!id.isEmpty)
        #expect(id.bytes == Array(text.utf8))
    }

    @Test(arguments: [
        "", "0123456789abcdefghijklmnopqrstuvwxyz0", "a b", "a;b", "a,b", "ä", "a\n", "a@b", "[",
        "`",
        "{", "+",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(ClientOrderID(text) == nil)
    }

    @Test func everyByteIsLegalOrNotAsTheVenueSays() {
        let legal = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/_-".utf8
        )
        for byte in UInt8.min...UInt8.max {
            #expect((ClientOrderID([byte]) != nil) == legal.contains(byte), "\(byte)")
        }
    }

    @Test func everyPositionCountsInEquality() {
        let plain = [UInt8](repeating: UInt8(ascii: "a"), count: 36)
        var seen: Set<ClientOrderID> = [ClientOrderID(plain) ?? .none]
        for index in plain.indices {
            var other = plain
            other[index] = UInt8(ascii: "b")
            #expect(seen.insert(ClientOrderID(other) ?? .none).inserted, "\(index)")
        }
        #expect(ClientOrderID("a") != ClientOrderID("aa"))
    }

    @Test func noneIsEmpty() {
        #expect(ClientOrderID.none.isEmpty)
        #expect(ClientOrderID.none.text.isEmpty)
    }
}
