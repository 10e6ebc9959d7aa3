/// What a session tells its connection.
protocol HTTP2SessionOwner: AnyObject {
    /// There may be something to send.
    func sessionNeedsFlush()
    /// The header of a request is whole.
    func sessionDidReceiveRequest(_ stream: HTTP2Stream)
    /// The peer's first settings have arrived: it does speak HTTP/2.
    func sessionDidReceiveSettings()
    /// The peer takes no new streams.
    func sessionDidReceiveGoAway()
}

/// Why we end a stream before its time.
enum HTTP2ResetCode: UInt32 {
    case none = 0x0
    case internalError = 0x2
    case refused = 0x7
    case cancel = 0x8
    case tooMuch = 0xb
}
