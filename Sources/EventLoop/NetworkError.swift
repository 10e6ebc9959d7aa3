/// Why a socket or a process could not be opened.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// The host is neither a numeric address nor "localhost".
    case badAddress(host: String, port: Int)
    /// The address cannot be listened on.
    case listenFailed(address: String, reason: String)
    /// The host answered that nobody listens there.
    case connectRefused(address: String)
    /// The address cannot be connected to.
    case connectFailed(address: String, reason: String)
    /// No connection was made in time.
    case connectTimedOut(address: String)
    /// The connection was made, and what came over it was not what was agreed.
    case handshakeFailed(address: String, reason: String)
    /// The program cannot be started.
    case spawnFailed(path: String, reason: String)

    /// One line for a log.
    public var description: String {
        switch self {
        case .badAddress(let host, let port): "\(host):\(port) is not a numeric address"
        case .listenFailed(let address, let reason): "cannot listen on \(address): \(reason)"
        case .connectRefused(let address): "cannot connect to \(address): connection refused"
        case .connectFailed(let address, let reason): "cannot connect to \(address): \(reason)"
        case .connectTimedOut(let address): "cannot connect to \(address): timed out"
        case .handshakeFailed(let address, let reason): "no agreement with \(address): \(reason)"
        case .spawnFailed(let path, let reason): "cannot start \(path): \(reason)"
        }
    }
}
