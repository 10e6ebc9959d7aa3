import Membership
import Testing
import Trading
import Wire

@Suite struct KeyTableTests {
    static func key(_ number: Int, account: UInt32 = 1) -> APIKey {
        let digits = String(number)
        return APIKey(
            key: digits + String(repeating: "k", count: 64 - digits.count),
            account: AccountID(account),
            material: KeyMaterial([1])
        )
    }

    private func table(_ changes: [KeyChange]) -> KeyTable {
        var table = KeyTable.empty
        for change in changes { table.apply(change, at: Timestamp(microseconds: 9)) }
        return table
    }

    @Test func keyIsThereOnceMadeAndGoneOnceRevoked() {
        var table = table([2, 1, 3].map { .create(Self.key($0)) })
        #expect(table.version == 3)
        #expect(table.keys.map(\.key) == [1, 2, 3].map { Self.key($0).key })
        #expect(table.key(Self.key(2).key)?.createdAt == Timestamp(microseconds: 9))
        table.apply(.revoke(Self.key(2).key), at: .zero)
        #expect(table.version == 4)
        #expect(table.key(Self.key(2).key) == nil)
        #expect(table.isRevoked(Self.key(2).key))
        #expect(table.key(Self.key(3).key) != nil)
    }

    @Test func whatIsRefusedChangesNothing() {
        let made = table([.create(Self.key(1)), .revoke("file"), .revoke(Self.key(2).key)])
        var other = made
        var unsound = Self.key(5)
        unsound.label = "\n"
        let refused: [KeyChange] = [
            .create(Self.key(1)), .create(Self.key(2)), .revoke("file"), .revoke(""),
            .revoke("é"), .create(unsound),
        ]
        for change in refused {
            #expect(made.refusal(of: change) != nil)
            other.apply(change, at: .zero)
        }
        #expect(other == made)
    }

    @Test func accountHasABoundedNumberOfKeys() {
        let full = table((0..<KeyTable.countOfAccountMax).map { .create(Self.key($0)) })
        #expect(full.refusal(of: .create(Self.key(1000))) != nil)
        #expect(full.refusal(of: .create(Self.key(1000, account: 2))) == nil)
    }

    @Test func tableRoundTripsInOrderOnly() throws {
        let table = table([.create(Self.key(1)), .create(Self.key(2)), .revoke("x")])
        var writer = ByteWriter()
        writer.write(table)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readKeyTable() == table)
        try reader.finish()
        var unordered = ByteWriter()
        unordered.write(UInt64(1))
        unordered.write(count: 2)
        unordered.write(Self.key(2))
        unordered.write(Self.key(1))
        unordered.write(count: 0)
        var other = ByteReader(unordered.bytes)
        #expect(throws: DecodeError.self) { try other.readKeyTable() }
    }

    @Test func pagesHoldTheWholeTable() {
        let empty = KeyTable.empty.pages
        #expect(empty.count == 1 && empty[0].isFirst && empty[0].isLast)
        let table = table(
            (0..<600).map { .create(Self.key($0, account: UInt32(1 + $0 / 90))) }
                + (0..<300).map { .revoke("r\($0)") }
        )
        let pages = table.pages
        #expect(pages.count == 3)
        #expect(pages.map(\.isFirst) == [true, false, false])
        #expect(pages.map(\.isLast) == [false, false, true])
        #expect(pages.flatMap(\.keys) == table.keys)
        #expect(pages.flatMap(\.revoked) == table.revoked)
        #expect(pages.allSatisfy { $0.version == table.version })
    }

    @Test func pageOfTheLargestKeysFitsAMessage() {
        var large = Self.key(1)
        large.material = KeyMaterial([UInt8](repeating: 1, count: APIKey.materialSizeMax))
        large.label = String(repeating: "l", count: APIKey.labelSizeMax)
        large.addresses = (0..<APIKey.addressCountMax).compactMap { AddressPrefix("10.0.0.\($0)") }
        #expect(large.defect == nil)
        let page = KeyPage(
            version: 1,
            isFirst: true,
            isLast: true,
            keys: [APIKey](repeating: large, count: 250),
            revoked: [String](repeating: String(repeating: "r", count: 128), count: 250)
        )
        #expect(MembershipMessage.keys(page).encoded().count < MembershipMessage.sizeMax)
    }
}
