import EventLoop
import HTTP

/// Why a read did not give what was asked for.
public enum ReadError: Error, Equatable, CustomStringConvertible {
    /// No connection.
    case network(NetworkError)
    /// No answer.
    case transport(HTTPError)
    /// An answer other than 200.
    case refused(Refusal)
    /// An answer that is not what the API promises.
    case malformed(String)
    /// Nothing came in time.
    case timedOut

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .network(let error): "\(error)"
        case .transport(let error): "\(error)"
        case .refused(let refusal): "\(refusal)"
        case .malformed(let reason): "malformed answer: \(reason)"
        case .timedOut: "no answer in time"
        }
    }
}
