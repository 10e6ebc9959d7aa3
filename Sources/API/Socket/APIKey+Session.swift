extension APIKey {
    /// Whether a session may be logged on with it: Ed25519 only, as the venue has it.
    ///
    /// Every key here has an HMAC secret, so none may yet.
    var isForSessions: Bool { false }
}
