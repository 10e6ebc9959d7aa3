/// User streams of listen keys: they have names like market streams, and their events come from
/// outside.
extension StreamHub {
    /// Says which listen keys connections may subscribe to.
    ///
    /// - Parameter keys: All of them, in place of those before.
    public mutating func admit(listenKeys keys: [String]) { listenKeys = Set(keys) }

    /// Whether somebody listens to a listen key.
    public func isHeard(_ key: String) -> Bool {
        subscribers(of: StreamName(listenKey: key)) != nil
    }

    /// Listen keys that somebody has begun to listen to, or nobody listens to any more, since the
    /// last time.
    ///
    /// - Returns: Each once, in the order of the first change.
    public mutating func takeUserChanges() -> [String] {
        defer { userChanges = [] }
        return userChanges
    }

    /// Tells an event to who listens to a key.
    ///
    /// - Parameters:
    ///   - event: JSON.
    ///   - key: The listen key.
    ///   - unit: Only to connections that want their times in this unit.
    ///   - output: Where payloads are appended.
    public func publish(
        _ event: [UInt8],
        listenKey key: String,
        unit: StreamTimeUnit,
        to output: inout StreamOutput
    ) {
        let name = StreamName(listenKey: key)
        subscribers(of: name)?.deliver(name, in: unit, to: &output) { event }
    }

    /// Ends all subscriptions to a listen key.
    ///
    /// - Parameter key: Unknown ones change nothing.
    public mutating func dismiss(listenKey key: String) {
        let name = StreamName(listenKey: key)
        let listeners = connections.filter { $0.value.held[name] != nil }.keys.sorted()
        for connection in listeners { unsubscribe(connection, name) }
    }

    mutating func noteUserChange(_ name: StreamName) {
        guard name.kind == .user, !userChanges.contains(name.text) else { return }
        userChanges.append(name.text)
    }
}
