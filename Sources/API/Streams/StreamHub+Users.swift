/// User streams of listen keys: they have names like market streams, and their events come from
/// outside.
extension StreamHub {
    /// Lets connections subscribe to a listen key.
    ///
    /// - Parameter key: 64 letters and digits.
    public mutating func admit(listenKey key: String) { listenKeys.insert(key) }

    /// Lets nobody new subscribe to a listen key.
    ///
    /// - Parameter key: Unknown ones change nothing.
    public mutating func dismiss(listenKey key: String) { listenKeys.remove(key) }

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
        guard let subscribers = subscribers(of: name) else { return }
        subscribers.deliver(name, in: unit, to: &output) { event }
    }
}
