import Foundation
import TLS
import Testing

/// Keys and signatures of these tests were made with `openssl genpkey`, `pkeyutl` and `dgst`.
@Suite struct PublicKeyTests {
    private static let message = [UInt8](
        ("symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
            + "&recvWindow=5000&timestamp=1499827319559").utf8
    )

    private static let ed25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAc5QX42eV0iPkOxx6FioD/jFxZqaDtIPAa6nB4WvrNXU=
        -----END PUBLIC KEY-----
        """
    private static let ed25519Signature = """
        /v1svxg4kJ2IlmlR+edDlwCIQ8eG/q8Yqn+8X5uEgCoy9i72tPaZFhYj/EnDqzZQ2yisnPxuNuHI++EL\
        49BmAA==
        """

    private static let rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx2eMxfxa8Nu5HSDLdWsU
        QEdkvqMtOJSuzIpqrO5jkNda3LAm/sWE3sFushf9BPG3lEtKq76R+r+QBf4EuVdR
        C7V7OX06hi5+07nl2qCasJpCxG8ZwVyvKwROS+scuyetXrm+BeXMqK2x5CH6+SAd
        WuhKkfXk1PsWBRqusOzPxxvZKxa7aYEhmQoaeTnsmohbXESiYgLhNHzn7hDa37bo
        8hPXyelfOepvyXgNI6bxWXi5Q6I+VzqpvFz4SNtnwlJZlzUBw4pYoQ14THMZFkc7
        5zbL63xn8ckY2ctF6EqlWMT5wsTDs/0dfW/POJdugaRMVrfc1CuYgaoXXqZXmPhl
        GwIDAQAB
        -----END PUBLIC KEY-----
        """
    private static let rsaSignature = """
        BUp+Bkz8sZR6OXwRybedyiidI67vIIMJhiLPG+ENSzAz2GwECzlNJpX6rxClU9OKiXUK8+ou52H/2R5w\
        AqJCXAhLzXh2avWPUsj+x6c/ou4ls2GaugS/96m2LZoodDkwZl9S7wRBMjRCFyutKi531JHWJUvMxsmi\
        Wu0o3n5ZZebrOE2AFOkgS/K9J1xzeIWXzAvCEZT19PrargkERYpJ3SyujbIvuVlUmCr5gcdg6tx6yQzX\
        /Us4CcoBWwhtYlu63VPp3evOiFQ58h2gqghbS4foCRRpZKPHte1VH6GBYu06Q8TaVwxAsoUU6VPxCsQM\
        VuZ5tWFZwRWh0sO7krsbKA==
        """

    /// RSA of 1024 bits, and a key on the curve P-256.
    private static let unwanted = [
        """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCjxUAU1kx6Tw5Qi3xZ8tBY1o5K
        OTlktKQ8AINWTREfYN9PQ965YVBU5x1DjuCkMVeML2MrV2797N1QWPrGJzkOgbFH
        1toWf1MG97uE6U7fAGmt2K8i999mLiL8EVevpbkaOiRiIZQ+wDK1sUtfdR7YlZLD
        ONjVErWHy149BkXIBwIDAQAB
        -----END PUBLIC KEY-----
        """,
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEg0++9mqVbY7RjngIG94+zpO1gUOQ
        yG0YufDkdqv8hll4zXlWRa/72GiDj22OXi49BeWKAAlSNDp5YlaV/9r2LQ==
        -----END PUBLIC KEY-----
        """,
    ]

    private static func bytes(_ base64: String) -> [UInt8] {
        [UInt8](Data(base64Encoded: base64) ?? Data())
    }

    @Test(arguments: [(ed25519, ed25519Signature), (rsa, rsaSignature)])
    func signatureOfTheOwnerIsValid(pem: String, signature: String) throws {
        let key = try #require(PublicKey([UInt8](pem.utf8)))
        let signature = Self.bytes(signature)
        #expect(key.isValid(signature, of: Self.message))
        #expect(key.isValid(signature, of: Self.message), "a key may be asked again")
        #expect(!key.isValid(signature, of: Self.message + [0]))
        #expect(
            !key.isValid(
                signature.dropLast() + [signature[signature.count - 1] ^ 1],
                of: Self.message
            )
        )
        #expect(!key.isValid(Array(signature.dropLast()), of: Self.message))
        #expect(!key.isValid([], of: Self.message))
        #expect(!key.isValid(signature, of: []))
    }

    @Test func kindIsThatOfTheKey() throws {
        #expect(PublicKey([UInt8](Self.ed25519.utf8))?.kind == .ed25519)
        #expect(PublicKey([UInt8](Self.rsa.utf8))?.kind == .rsa(bits: 2048))
    }

    @Test(arguments: [ed25519, rsa]) func derIsTheSameKey(pem: String) throws {
        let key = try #require(PublicKey([UInt8](pem.utf8)))
        let base64 = pem.split(separator: "\n").dropFirst().dropLast().joined()
        #expect(key.der == Self.bytes(base64))
        #expect(PublicKey(key.der)?.der == key.der)
        #expect(PublicKey(key.der + [0]) == nil)
    }

    @Test(arguments: unwanted) func otherKeysAreRefused(pem: String) {
        #expect(PublicKey([UInt8](pem.utf8)) == nil)
    }

    @Test func whatIsNoKeyIsRefused() {
        #expect(PublicKey([]) == nil)
        #expect(PublicKey([UInt8]("-----BEGIN PUBLIC KEY-----".utf8)) == nil)
        #expect(PublicKey([UInt8](repeating: 0x30, count: 64)) == nil)
    }
}
