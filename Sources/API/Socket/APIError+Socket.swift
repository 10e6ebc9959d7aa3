/// Refusals that only the WebSocket API knows.
extension APIError {
    static let subscriptionActive = Self(-2035, "User Data Stream subscription already active.")
    static let subscriptionInactive = Self(-2036, "User Data Stream subscription not active.")
    /// A session needs a key whose owner alone can sign.
    static let logonUnsupported = Self(-4056, "HMAC_SHA256 API key is not supported.")
    static let tooManySubscriptions = Self(
        status: 429,
        -1003,
        "Too many subscriptions; current limit is \(SocketSession.subscriptionsMax)"
            + " subscriptions per connection."
    )
}
