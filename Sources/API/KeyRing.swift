import Trading

/// The keys the venue knows: those of the cluster's files, and those made since.
///
/// One thread; it changes while requests go on, each of which sees it before or after a change.
public final class KeyRing {
    /// The longest key in bytes; longer ones are refused unseen.
    static let keySizeMax = 128

    private let base: [APIKey]
    private var keys: [[UInt8]: APIKey] = [:]

    /// Takes the keys of the cluster's files.
    ///
    /// - Parameter base: The public halves must differ.
    public init(_ base: [APIKey]) {
        self.base = base
        for key in base {
            let previous = keys.updateValue(key, forKey: Array(key.key.utf8))
            invariant(previous == nil, "an API key is there twice")
        }
    }

    /// Takes all keys made since, in place of those taken before.
    ///
    /// - Parameters:
    ///   - made: The keys.
    ///   - revoked: Texts of keys that are not to be taken, those of the cluster's files among them.
    public func replace(_ made: [APIKey], revoked: [String]) {
        keys = [:]
        for key in base + made { keys[Array(key.key.utf8)] = key }
        for key in revoked { keys[Array(key.utf8)] = nil }
    }

    /// Takes one more.
    public func add(_ key: APIKey) { keys[Array(key.key.utf8)] = key }

    /// Takes one no more.
    public func revoke(_ key: String) { keys[Array(key.utf8)] = nil }

    /// Whether a key, by its text, is taken.
    public func contains(_ key: String) -> Bool { keys[Array(key.utf8)] != nil }

    /// Number of keys.
    public var count: Int { keys.count }

    /// Finds who a request claims to be from.
    ///
    /// - Parameter header: The bytes of `X-MBX-APIKEY`, `nil` without it.
    /// - Returns: The key, `nil` when it is unknown; the signature is yet to be checked.
    /// - Throws: -2014 when it is missing or malformed.
    func find(_ header: [UInt8]?) throws(APIError) -> APIKey? {
        guard let header, (1...Self.keySizeMax).contains(header.count),
            header.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw .malformedKey }
        return keys[header]
    }
}
