import Trading

/// The listen keys of all API keys: names of user streams, for clients that know no other way.
///
/// A listen key is a function of its API key, so every router knows it, and it is good for as long
/// as the API key is: who has the one could ask for the other at any time.
public struct ListenKeys: Sendable {
    private var owners: [String: ListenKeyOwner] = [:]
    private var nameOf: [String: String] = [:]

    /// Starts without keys.
    public init() {}

    /// Takes the API keys that are taken at present, in place of those before.
    ///
    /// - Parameters:
    ///   - keys: All of them.
    ///   - name: Makes 64 letters and digits of the text of one that do not lead back to it; asked
    ///     for those that are new.
    public mutating func follow(_ keys: [APIKey], name: (String) -> String) {
        let known = nameOf
        owners = [:]
        nameOf = [:]
        for key in keys {
            let name = known[key.key] ?? name(key.key)
            nameOf[key.key] = name
            owners[name] = ListenKeyOwner(apiKey: key.key, account: key.account)
        }
    }

    /// All of them, in no order.
    public var all: [String] { Array(owners.keys) }

    /// The listen key of an API key.
    ///
    /// - Parameter apiKey: Its text.
    /// - Returns: 64 letters and digits.
    /// - Throws: -1125 when the API key is not taken any more.
    public func name(of apiKey: String) throws(APIError) -> String {
        guard let name = nameOf[apiKey] else { throw .noSuchListenKey }
        return name
    }

    /// Whose a listen key is; `nil` for an unknown one.
    ///
    /// - Parameter name: As a client sent it.
    /// - Returns: Its owner.
    public func owner(of name: String) -> ListenKeyOwner? { owners[name] }

    /// Checks that a listen key is there and an owner's.
    ///
    /// - Parameters:
    ///   - name: As a client sent it.
    ///   - owner: Who sent it.
    /// - Throws: -1125.
    public func check(_ name: String, of owner: ListenKeyOwner) throws(APIError) {
        guard owners[name]?.account == owner.account else { throw .noSuchListenKey }
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
