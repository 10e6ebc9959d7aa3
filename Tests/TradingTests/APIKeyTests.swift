import Testing
import Trading

@Suite struct APIKeyTests {
    private static let sound = APIKey(
        key: String(repeating: "k", count: 64),
        account: AccountID(7),
        material: KeyMaterial(Array("hush".utf8))
    )

    private func with(_ change: (inout APIKey) -> Void) -> APIKey {
        var key = Self.sound
        change(&key)
        return key
    }

    @Test func soundKeyHasNoDefect() {
        #expect(Self.sound.defect == nil)
        #expect(Self.sound.canTrade)
    }

    @Test func unsoundKeyIsTold() {
        #expect(with { $0.key = "short" }.defect != nil)
        #expect(with { $0.key = String(repeating: "-", count: 64) }.defect != nil)
        #expect(with { $0.account = AccountID(0) }.defect != nil)
        #expect(with { $0.material = KeyMaterial([]) }.defect != nil)
        #expect(with { $0.permissions = [] }.defect != nil)
        #expect(with { $0.permissions = KeyPermissions(rawValue: 8) }.defect != nil)
        #expect(with { $0.label = "a\nb" }.defect != nil)
        #expect(with { $0.label = String(repeating: "l", count: 65) }.defect != nil)
        let address = AddressPrefix("10.0.0.1")
        let many = (0..<65).compactMap { _ in address }
        #expect(with { $0.addresses = many }.defect != nil)
    }

    @Test func listSaysWhereItMayBeUsed() {
        #expect(Self.sound.isAllowed(from: nil))
        let bound = with { $0.addresses = ["10.0.0.0/8"].compactMap { AddressPrefix($0) } }
        #expect(bound.isAllowed(from: AddressPrefix("10.1.2.3")))
        #expect(!bound.isAllowed(from: AddressPrefix("11.1.2.3")))
        #expect(!bound.isAllowed(from: nil))
    }

    @Test func secretNeverGetsIntoAText() {
        let key = Self.sound
        let digits = key.material.bytes.map { "\($0)" }.joined(separator: ", ")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
            #expect(!text.contains("hush") && !text.contains(digits), "\(text)")
        }
        #expect(key.shortened == "kkkkkkkk…")
    }
}
