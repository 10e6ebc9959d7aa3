import Testing
import Trading

@testable import API

@Suite struct SignatureTextTests {
    /// RFC 4648, section 10, without what is no whole group.
    @Test(arguments: [
        ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"),
        ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
    func base64IsThatOfTheRFC(text: String, decoded: String) {
        #expect(SignatureText.base64(Array(text.utf8)[...]) == Array(decoded.utf8))
    }

    @Test func allDigitsOfBase64AreKnown() {
        let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let bytes = SignatureText.base64(Array(text.utf8)[...])
        #expect(bytes?.prefix(3) == [0x00, 0x10, 0x83])
        #expect(bytes?.suffix(3) == [0xf3, 0xdf, 0xbf])
        // A plus that was not escaped comes as a space.
        let spaced = text.map { $0 == "+" ? " " : $0 }
        #expect(SignatureText.base64(Array(String(spaced).utf8)[...]) == bytes)
    }

    @Test(arguments: ["", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zm9v\n", "Zm-v", "Zm=v"])
    func otherTextIsRefused(text: String) {
        #expect(SignatureText.base64(Array(text.utf8)[...]) == nil)
    }

    @Test func longTextIsRefusedUnread() {
        let long = [UInt8](repeating: UInt8(ascii: "A"), count: 4096)
        #expect(SignatureText.base64(long[...]) == nil)
        #expect(SignatureText.hexadecimal(long[...]) == nil)
    }

    @Test func hexadecimalHasEitherCase() {
        #expect(SignatureText.hexadecimal(Array("00fFa1".utf8)[...]) == [0, 255, 161])
        #expect(SignatureText.hexadecimal(Array("00f".utf8)[...]) == nil)
        #expect(SignatureText.hexadecimal(Array("0g".utf8)[...]) == nil)
    }

    @Test func kindOfTheKeySaysHowItIsRead() {
        let text = Array("abcd".utf8)[...]
        #expect(SignatureText.bytes(text, .hmac) == [0xab, 0xcd])
        #expect(SignatureText.bytes(text, .rsa) == [0x69, 0xb7, 0x1d])
        #expect(SignatureText.bytes(text, .ed25519) == [0x69, 0xb7, 0x1d])
    }
}
