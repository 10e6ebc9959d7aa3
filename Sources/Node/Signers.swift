import Configuration
import TLS
import Trading

/// What checks the signatures of the API keys, made once a key: an absorbed secret, or a public key.
final class Signers {
    private enum Signer {
        case secret(HMACSHA256)
        case key(PublicKey)
    }

    /// Beyond it all are made anew as they are used; keys come and go, and nobody says which went.
    private static let countMax = 10_000

    private var signers: [String: Signer] = [:]

    /// Whether a signature is that of a payload under a key.
    func isValid(_ key: APIKey, _ payload: [UInt8], _ signature: [UInt8]) -> Bool {
        switch signer(of: key) {
        case .secret(let secret)?: secret.isValid(signature, of: payload)
        case .key(let key)?: key.isValid(signature, of: payload)
        case nil: false
        }
    }

    private func signer(of key: APIKey) -> Signer? {
        // The material of a text never changes: a revoked one is not used again.
        if let signer = signers[key.key] { return signer }
        guard let signer = Self.make(key) else { return nil }
        if signers.count >= Self.countMax { signers = [:] }
        signers[key.key] = signer
        return signer
    }

    private static func make(_ key: APIKey) -> Signer? {
        switch key.kind {
        case .hmac: .secret(HMACSHA256(key: key.material.bytes))
        case .ed25519, .rsa: PublicKey(key.material.bytes).map { .key($0) }
        }
    }
}

extension APIKey {
    /// The key of an account in the cluster's files, with every permission.
    init(_ entry: AccountsFile.Entry) {
        self.init(
            key: entry.apiKey,
            account: entry.id,
            material: KeyMaterial(Array(entry.secret.utf8)),
            label: entry.name
        )
    }
}
