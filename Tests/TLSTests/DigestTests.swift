import TLS
import Testing

@Suite struct DigestTests {
    /// RFC 4231, sections 4.2 to 4.8 but for the truncated one.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), [UInt8]("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            [UInt8]("Jefe".utf8), [UInt8]("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            [UInt8]("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func codesAreThoseOfTheRFC(key: [UInt8], message: [UInt8], code: String) {
        let hmac = HMACSHA256(key: key)
        #expect(hmac.hexDigest(message) == code)
        #expect(hmac.hexDigest(message) == code, "the key stays absorbed")
        var bytes = hmac.authenticate(message)
        #expect(hmac.isValid(bytes, of: message))
        #expect(!hmac.isValid(Array(bytes.dropLast()), of: message))
        bytes[31] ^= 1
        #expect(!hmac.isValid(bytes, of: message))
    }

    @Test func digestIsThatOfTheStandard() {
        #expect(
            hexadecimal(sha256([UInt8]("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }
}
