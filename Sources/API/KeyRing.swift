import Trading

/// An API key: who signs with it and what it may do.
public struct APIKey: Equatable, Sendable {
    /// The public half, as `X-MBX-APIKEY` names it.
    public let key: String
    /// The HMAC secret.
    public let secret: [UInt8]
    /// Whose key it is.
    public let account: AccountID
    /// Whether it may place and cancel orders; every key may read.
    public let canTrade: Bool

    /// Makes a key of all its fields.
    public init(key: String, secret: [UInt8], account: AccountID, canTrade: Bool) {
        self.key = key
        self.secret = secret
        self.account = account
        self.canTrade = canTrade
    }
}

/// The keys the venue knows.
public struct KeyRing: Sendable {
    /// The longest key in bytes; longer ones are refused unseen.
    static let keySizeMax = 128

    private var keys: [[UInt8]: APIKey] = [:]

    /// Takes the keys.
    ///
    /// - Parameter keys: The public halves must differ.
    public init(_ keys: [APIKey]) {
        for key in keys {
            let previous = self.keys.updateValue(key, forKey: Array(key.key.utf8))
            invariant(previous == nil, "an API key is there twice")
        }
    }

    /// Finds who a request claims to be from.
    ///
    /// - Parameter header: The bytes of `X-MBX-APIKEY`, `nil` without it.
    /// - Returns: The key; the signature is yet to be checked.
    /// - Throws: -2014 when it is missing or malformed, -2015 when it is unknown.
    func key(_ header: [UInt8]?) throws(APIError) -> APIKey {
        guard let header, (1...Self.keySizeMax).contains(header.count),
            header.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw .malformedKey }
        guard let key = keys[header] else { throw .refusedKey(reason: "The key is unknown.") }
        return key
    }
}
