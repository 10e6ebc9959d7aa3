import Trading

/// The listen keys of a router: names of user streams, for clients that know no other way.
///
/// Pure: time and the text of a key come in. A key is known to the router that made it only; the
/// edge sends a client's requests to one router as long as that lives.
public struct ListenKeys: Sendable {
    /// A key dies this long after it was made or extended.
    public static let lifetimeMicroseconds: Int64 = 60 * 60 * 1_000_000
    /// The most keys at once.
    static let countMax = 100_000

    private struct Entry: Sendable {
        var apiKey: String
        var account: AccountID
        var expiresAt: Timestamp
    }

    private var entries: [String: Entry] = [:]
    /// Each API key has one listen key at a time.
    private var keyOf: [String: String] = [:]

    /// Starts without keys.
    public init() {}

    /// The key of an API key: the one it has, extended, or a new one.
    ///
    /// - Parameters:
    ///   - owner: Whose.
    ///   - now: The server's time.
    ///   - make: Makes 64 letters and digits nobody can guess.
    /// - Returns: The key, and whether it is new.
    /// - Throws: -1008 when there are too many.
    public mutating func open(
        _ owner: ListenKeyOwner,
        now: Timestamp,
        make: () -> String
    ) throws(APIError) -> (key: String, isNew: Bool) {
        if let key = keyOf[owner.apiKey] {
            extend(key, now)
            return (key, false)
        }
        guard entries.count < Self.countMax else { throw .overloaded }
        let key = make()
        entries[key] = Entry(apiKey: owner.apiKey, account: owner.account, expiresAt: now)
        keyOf[owner.apiKey] = key
        extend(key, now)
        return (key, true)
    }

    /// Gives a key another hour.
    ///
    /// - Parameters:
    ///   - key: As the client sent it.
    ///   - owner: Who sent it.
    ///   - now: The server's time.
    /// - Throws: -1125 for a key that is not theirs.
    public mutating func extend(
        _ key: String,
        of owner: ListenKeyOwner,
        now: Timestamp
    ) throws(APIError) {
        guard entries[key]?.account == owner.account else { throw .noSuchListenKey }
        extend(key, now)
    }

    /// Forgets a key.
    ///
    /// - Parameters:
    ///   - key: As the client sent it.
    ///   - owner: Who sent it.
    /// - Throws: -1125 for a key that is not theirs.
    public mutating func close(_ key: String, of owner: ListenKeyOwner) throws(APIError) {
        guard entries[key]?.account == owner.account else { throw .noSuchListenKey }
        remove(key)
    }

    /// Forgets a key whose stream has ended; an unknown one changes nothing.
    public mutating func remove(_ key: String) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        keyOf[entry.apiKey] = nil
    }

    /// Forgets the keys whose time is over.
    ///
    /// - Parameter now: The server's time.
    /// - Returns: They, in order of their text.
    public mutating func takeExpired(now: Timestamp) -> [String] {
        let expired = entries.filter { $0.value.expiresAt <= now }.keys.sorted()
        for key in expired { remove(key) }
        return expired
    }

    /// Forgets the keys that belong to API keys which are no longer taken.
    ///
    /// - Parameter isValid: Whether an API key is still taken.
    /// - Returns: They, in order of their text.
    public mutating func takeRevoked(isValid: (String) -> Bool) -> [String] {
        let revoked = entries.filter { !isValid($0.value.apiKey) }.keys.sorted()
        for key in revoked { remove(key) }
        return revoked
    }

    private mutating func extend(_ key: String, _ now: Timestamp) {
        entries[key]?.expiresAt = Timestamp(
            microseconds: now.microseconds + Self.lifetimeMicroseconds
        )
    }
}

/// Who asks for a listen key.
public struct ListenKeyOwner: Equatable, Sendable {
    /// The public half of their API key.
    public var apiKey: String
    /// Whose it is.
    public var account: AccountID

    /// Names an owner.
    public init(apiKey: String, account: AccountID) {
        self.apiKey = apiKey
        self.account = account
    }
}
