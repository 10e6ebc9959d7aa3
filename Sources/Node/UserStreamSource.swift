import API
import Trading

/// Where the events of accounts come from.
protocol UserStreamSource: AnyObject {
    /// Begins to tell of an account.
    ///
    /// - Parameters:
    ///   - account: Whose events.
    ///   - unit: The unit of the times in them.
    ///   - deliver: Gets each event as JSON.
    ///   - ended: Called at most once, when the source cannot go on without a gap; it is closed then.
    ///   - begun: Called exactly once, before the first event; with nil when the account's events
    ///     cannot be had at present.
    func open(
        account: AccountID,
        unit: StreamTimeUnit,
        deliver: @escaping ([UInt8]) -> Void,
        ended: @escaping () -> Void,
        begun: @escaping (UserStreamID?) -> Void
    )

    /// Tells no more; nothing of it is called afterwards.
    func close(_ id: UserStreamID)
}

/// Names an account's events that somebody listens to.
struct UserStreamID: Hashable {
    var rawValue: UInt64
}
