/// Why a request has no response.
public enum HTTPError: Error, Equatable, CustomStringConvertible {
    /// The connection is closed, or takes no new requests.
    case connectionClosed(String)
    /// The peer, or the protocol, ended the stream before the response did.
    case streamClosed(String)
    /// No whole response in time; the request may have been carried out.
    case timedOut
    /// The response is larger than the limit.
    case responseTooLarge
    /// A stream or WebSocket was answered with a status other than 200.
    case refused(status: Int)
    /// The peer does not do WebSockets over HTTP/2 (RFC 8441).
    case webSocketUnsupported

    /// One line for a log.
    public var description: String {
        switch self {
        case .connectionClosed(let reason): "connection closed: \(reason)"
        case .streamClosed(let reason): "stream closed: \(reason)"
        case .timedOut: "timed out"
        case .responseTooLarge: "response too large"
        case .refused(let status): "refused with status \(status)"
        case .webSocketUnsupported: "peer does not support WebSockets"
        }
    }
}
