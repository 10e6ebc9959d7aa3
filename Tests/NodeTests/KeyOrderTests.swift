import Configuration
import Coordination
import Membership
import Testing
import Trading

@testable import Node

@Suite struct KeyOrderTests {
    private static let pem = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAc5QX42eV0iPkOxx6FioD/jFxZqaDtIPAa6nB4WvrNXU=
        -----END PUBLIC KEY-----
        """

    private func body(_ json: String) throws(ControlError) -> KeyBody {
        try KeyBody(Array(json.utf8))
    }

    @Test func keyIsMadeAsItIsWanted() throws {
        let order = try body(
            #"{"account":"alice","permissions":["read","trade"],"ips":["10.0.0.0/8"],"label":"x"}"#
        ).order()
        let key = try order.make(for: AccountID(1))
        #expect(key.defect == nil)
        #expect(key.permissions == [.read, .trade])
        #expect(key.addresses.map(\.description) == ["10.0.0.0/8"])
        #expect(key.kind == .hmac && key.material.bytes.count == 64 && key.label == "x")
        #expect(try order.make(for: AccountID(1)).key != key.key)
    }

    @Test func leastIsGrantedUnlessMoreIsAskedFor() throws {
        #expect(try body(#"{"account":"1"}"#).order().permissions == .read)
    }

    @Test func publicKeyMakesAKeyOfItsKind() throws {
        let order = KeyOrder(publicKey: Array(Self.pem.utf8))
        let key = try order.make(for: AccountID(1))
        #expect(key.kind == .ed25519)
        #expect(key.material.bytes.count == 44)
        let signers = Signers()
        #expect(!signers.isValid(key, [1], [UInt8](repeating: 0, count: 64)))
    }

    @Test(arguments: [
        "", "[]", #"{"permissions":["read"]}"#, #"{"account":"a","key":"b"}"#, #"{"account":7}"#,
    ])
    func otherBodiesAreRefused(json: String) {
        #expect(throws: ControlError.self) { try body(json) }
    }

    @Test(arguments: [
        #"{"account":"a","permissions":["all"]}"#, #"{"account":"a","permissions":[]}"#,
        #"{"account":"a","ips":["10.0.0.1/8"]}"#, #"{"account":"a","publicKey":"x"}"#,
        #"{"account":"a","label":"a\nb"}"#,
    ])
    func badWishesAreRefused(json: String) {
        #expect(throws: ControlError.self) { try body(json).order().make(for: AccountID(1)) }
    }

    @Test func signatureIsCheckedWithTheSecret() throws {
        let key = APIKey(
            key: "k",
            account: AccountID(1),
            material: KeyMaterial(Array("Jefe".utf8))
        )
        let signers = Signers()
        let payload = Array("what do ya want for nothing?".utf8)
        // RFC 4231, section 4.3.
        let code = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        let digits = Array(code.utf8).map {
            UInt8(String(decoding: [$0], as: UTF8.self), radix: 16) ?? 0
        }
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            digits[$0] << 4 | digits[$0 + 1]
        }
        #expect(signers.isValid(key, payload, bytes))
        #expect(!signers.isValid(key, payload + [0], bytes))
        #expect(!signers.isValid(key, payload, []))
    }

    @Test func listShowsNoSecret() {
        let key = APIKey(
            key: "k",
            account: AccountID(1),
            material: KeyMaterial(Array("hush".utf8)),
            label: "mine"
        )
        let list = KeyJSON.list([key], names: [AccountID(1): "alice"], revoked: ["r"])
        let text = String(decoding: list, as: UTF8.self)
        #expect(!text.contains("hush") && !text.contains("secret"))
        #expect(text.contains(#""name":"alice""#) && text.contains(#""revoked":["r"]"#))
        let made = KeyJSON.created(key, name: nil, lacking: [NodeID("g2")])
        #expect(String(decoding: made, as: UTF8.self).contains(#""secret":"hush""#))
        #expect(String(decoding: made, as: UTF8.self).contains("not yet known to g2"))
    }
}
