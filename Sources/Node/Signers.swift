import API
import Configuration
import TLS

/// The keyed HMAC state of every API key, made once.
final class Signers {
    private var signers: [String: HMACSHA256] = [:]

    init(_ accounts: AccountsFile) {
        for entry in accounts.entries {
            signers[entry.apiKey] = HMACSHA256(key: Array(entry.secret.utf8))
        }
    }

    /// The HMAC-SHA-256 of a payload with a key's secret.
    func authenticate(_ key: APIKey, _ payload: [UInt8]) -> [UInt8] {
        let signer = signers[key.key] ?? HMACSHA256(key: key.secret)
        return payload.withUnsafeBytes { signer.authenticate($0) }
    }
}

extension APIKey {
    /// The key of an account, with every permission.
    init(_ entry: AccountsFile.Entry) {
        self.init(
            key: entry.apiKey,
            secret: Array(entry.secret.utf8),
            account: entry.id,
            canTrade: true
        )
    }
}
