import Trading

/// What a client asks of its listen key.
public struct ListenKeyRequest: Equatable, Sendable {
    /// What is asked.
    public enum Action: Equatable, Sendable {
        /// A key: the one there is, extended, or a new one.
        case open
        /// Another hour for a key.
        case extend(String)
        /// The end of a key.
        case close(String)
    }

    /// Who asks.
    public var owner: ListenKeyOwner
    /// What is asked.
    public var action: Action

    /// Makes a request.
    public init(owner: ListenKeyOwner, action: Action) {
        self.owner = owner
        self.action = action
    }
}

extension APIResponse {
    /// The answer that tells a listen key.
    ///
    /// - Parameter key: 64 letters and digits.
    /// - Returns: 200.
    public static func listenKey(_ key: String) -> APIResponse {
        APIResponse {
            $0.object {
                $0.key("listenKey")
                $0.value(key)
            }
        }
    }

    /// `{}`.
    public static var empty: APIResponse { APIResponse { $0.object { _ in } } }
}
