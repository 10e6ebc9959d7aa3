import Audit
import Trading

/// Why a log could not be looked at, or what is wrong with it.
enum InspectionError: Error, Equatable, CustomStringConvertible {
    /// The directory or address cannot be used.
    case source(String)
    /// An acceptor does not answer.
    case unreachable(String, reason: String)
    /// No acceptor has a log of the shard with a vote.
    case noLog(ShardID)
    /// The log was opened anew or trimmed again and again while it was read.
    case unsteady(ShardID)
    /// The person at the terminal wants to leave.
    case interrupted
    /// The log is not what it must be.
    case defect(ShardID, String, LogDefect)

    var description: String {
        switch self {
        case .source(let text): text
        case .unreachable(let name, let reason): "\(name): \(reason)"
        case .noLog(let shard): "shard \(shard): no acceptor has its log and a vote"
        case .unsteady(let shard): "shard \(shard): its log changes faster than it can be read"
        case .interrupted: "interrupted"
        case .defect(let shard, let name, let defect): "shard \(shard), \(name): \(defect)"
        }
    }
}
