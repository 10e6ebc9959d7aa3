/// A public key that signatures of clients are checked with.
public final class PublicKey {
    /// What a key is for.
    public enum Kind: Equatable, Sendable {
        /// Ed25519 (RFC 8032).
        case ed25519
        /// RSA; signatures are PKCS #1 v1.5 with SHA-256 (RFC 8017, 8.2).
        case rsa(bits: Int)
    }

    /// Shorter RSA keys can be factored, longer ones cost too much to check.
    public static let rsaBitsRange = 2048...8192

    /// What it is.
    public let kind: Kind
    private let handle: PublicKeyHandle

    /// Reads a key; `nil` when it is none, or one of another kind or size.
    ///
    /// - Parameter bytes: A SubjectPublicKeyInfo (RFC 5280), in PEM or DER.
    public init?(_ bytes: [UInt8]) {
        guard let handle = PublicKeyHandle(bytes), let kind = handle.kind else { return nil }
        if case .rsa(let bits) = kind, !Self.rsaBitsRange.contains(bits) { return nil }
        self.handle = handle
        self.kind = kind
    }

    /// The key in DER, whatever it was read from.
    public var der: [UInt8] { handle.der }

    /// Whether the owner of the private key signed a message.
    ///
    /// - Parameters:
    ///   - signature: 64 bytes for Ed25519, as long as the modulus for RSA.
    ///   - message: All of it.
    /// - Returns: `false` also for a signature of another form.
    public func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        handle.isValid(signature, of: message, isHashed: kind != .ed25519)
    }
}
