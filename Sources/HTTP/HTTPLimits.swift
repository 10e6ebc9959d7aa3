/// Bounds of what one server or client lets its peers use.
public struct HTTPLimits: Sendable {
    /// Streams a peer may have open at once on one connection.
    public var maxConcurrentStreams = 1024
    /// Size in bytes of the largest body of a request; beyond it the answer is 413.
    public var maxBodySize = 1 << 20
    /// Size in bytes of the largest body of a response that a client accepts.
    public var maxResponseBodySize = 256 << 20
    /// Size in bytes of all header fields of a message, counted as RFC 9113 6.5.2 does.
    public var maxHeaderListSize = 64 << 10
    /// Time for a whole ordinary request to arrive.
    public var requestTimeoutMilliseconds: UInt64 = 10_000
    /// Time after which a connection without streams is closed.
    public var idleTimeoutMilliseconds: UInt64 = 120_000
    /// Time that what is queued for a peer may wait without a byte of it leaving: then the stream
    /// is reset, or the connection closed when none of its bytes leave.
    public var stallTimeoutMilliseconds: UInt64 = 30_000
    /// Connections a server serves at once; later ones are closed at once.
    public var maxConnections = 10_000
    /// Size in bytes that may wait for a slow reader on a stream, or eight times it on a connection,
    /// whose fullest streams are then reset.
    public var maxQueuedWriteSize = 16 << 20
    /// Size in bytes that may wait on all connections of a server; beyond it the fullest streams
    /// are reset, then connections closed.
    public var maxQueuedTotalSize = 1 << 30
    /// Size in bytes of the largest WebSocket message accepted; beyond it the close code is 1009.
    public var maxMessageSize = 1 << 20

    /// The bounds a public server starts from.
    public init() {}

    /// Window of one stream: a long-lived stream must not wait for the peer's round trip.
    static let streamWindowSize: Int32 = 1 << 20
    /// Window of a connection.
    static let connectionWindowSize: Int32 = 16 << 20
}
