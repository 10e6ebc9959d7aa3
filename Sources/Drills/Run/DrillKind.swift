/// The faults that can be drilled, one at a time.
public enum DrillKind: String, CaseIterable, Codable, Sendable {
    case killPrimary = "kill-primary"
    case killStandby = "kill-standby"
    case killRouter = "kill-router"
    case killCoordinator = "kill-coordinator"
    case killRedis = "kill-redis"
    case killEdge = "kill-edge"
    case pausePrimary = "pause-primary"

    /// What must happen, from the failure matrix of the design.
    public var summary: String {
        switch self {
        case .killPrimary: "kill -9 a node that leads: another is promoted at once"
        case .killStandby: "kill -9 a node that only follows: no client notices"
        case .killRouter: "kill -9 a router: its clients go on through another"
        case .killCoordinator: "kill -9 the coordinator: no client notices"
        case .killRedis: "kill -9 the only Redis: acks stop and resume, nothing is lost"
        case .killEdge: "kill -9 the edge: the routers' own clients do not notice"
        case .pausePrimary: "SIGSTOP a leader for a while: it is fenced and follows afterwards"
        }
    }

    /// Whether somebody else must lead the shards that are hit.
    var mustFailOver: Bool { self == .killPrimary || self == .pausePrimary }

    /// Time between two faults in which the coordinator would not act on the second.
    ///
    /// It makes at most one failover on suspicion a shard in 5 s (DESIGN, section 4); a closed
    /// connection is exempt.
    var restMilliseconds: UInt64 { self == .pausePrimary ? 5500 : 0 }

    /// Whether nobody else may lead any shard afterwards.
    var mustNotFailOver: Bool {
        switch self {
        case .killStandby, .killRouter, .killCoordinator, .killEdge: true
        case .killPrimary, .killRedis, .pausePrimary: false
        }
    }
}
