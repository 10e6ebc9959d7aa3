/// The faults that can be drilled, one at a time.
public enum DrillKind: String, CaseIterable, Codable, Sendable {
    case killPrimary = "kill-primary"
    case killStandby = "kill-standby"
    case killRouter = "kill-router"
    case killCoordinator = "kill-coordinator"
    case killRedis = "kill-redis"
    case killEdge = "kill-edge"
    case pausePrimary = "pause-primary"
    case pauseStandby = "pause-standby"
    case pauseRouter = "pause-router"
    case pauseCoordinator = "pause-coordinator"
    case pauseRedis = "pause-redis"
    case pauseEdge = "pause-edge"
    case zoneLoss = "zone-loss"
    case noisyNeighbour = "noisy-neighbour"
    case retryStorm = "retry-storm"
    case rollingUpgrade = "rolling-upgrade"
    case switchOver = "switch-over"
    case drainNode = "drain-node"
    case addNode = "add-node"
    case grow = "add-shard"
    case movePair = "move-pair"
    case rebalanceUnderLoad = "rebalance-under-load"
    case killDuringMove = "kill-during-move"
    case autoRebalance = "auto-rebalance"
    case mixed
    case partition
    case fillDisk = "fill-disk"
    case clockJump = "clock-jump"

    /// What must happen, from the failure matrix of the design.
    public var summary: String {
        switch self {
        case .killPrimary: "kill -9 a node that leads: another is promoted at once"
        case .killStandby: "kill -9 a node that only follows: no client notices"
        case .killRouter: "kill -9 a router: its clients go on through another"
        case .killCoordinator: "kill -9 the coordinator that leads: no client notices"
        case .killRedis: "kill -9 a Redis: acks stop until it is back; with three nobody notices"
        case .killEdge: "kill -9 the edge: the routers' own clients do not notice"
        case .pausePrimary: "SIGSTOP a leader for a while: it is fenced and follows afterwards"
        case .pauseStandby: "SIGSTOP a node that only follows: no client notices"
        case .pauseRouter: "SIGSTOP a router for a while: its clients go on through another"
        case .pauseCoordinator: "SIGSTOP the coordinator that leads: fenced, no client notices"
        case .pauseRedis: "SIGSTOP a Redis: acks stop as long; with three nobody notices"
        case .pauseEdge: "SIGSTOP the edge: the routers' own clients do not notice"
        case .zoneLoss: "kill -9 everything in a zone at once: the others take over"
        case .noisyNeighbour: "spinning processes, twice as many as cores: no failover"
        case .retryStorm: "kill-primary with each order sent 1 to 5 times at once: each runs once"
        case .rollingUpgrade: "SIGTERM one process after another: nothing is lost"
        case .switchOver: "a primary is told to hand over: no client sees an error"
        case .drainNode: "a node gives everything away: no client sees an error"
        case .addNode: "a new node joins, gets replicas, leads, and leaves: no client sees an error"
        case .grow: "as many nodes and shards again, with pairs: no client sees an error"
        case .movePair: "a pair moves to another shard while it trades: no client sees an error"
        case .rebalanceUnderLoad: "every pair moves, one after another: no client sees an error"
        case .killDuringMove: "kill -9 at each step of a pair's move: it moves or stays, whole"
        case .autoRebalance: "one node gets all orders: roles and pairs move by themselves"
        case .partition: "packets between some processes are lost for a while: nothing is lost"
        case .fillDisk: "a Redis' disk is full: acks stop as long; with three nobody notices"
        case .clockJump: "a process' wall clock jumps and back: no failover, time goes on"
        case .mixed: "one of the kills and pauses above in each run, by the seed"
        }
    }

    /// What becomes of the epochs.
    enum EpochRule: Equatable {
        /// Somebody else must lead the shards whose primary was hit.
        case riseWherePrimariesWere
        /// Nobody else may lead any shard.
        case stay
        /// Either is fine.
        case free
    }

    /// What must become of the epochs.
    ///
    /// - Parameter keepsQuorum: Whether most of the Redis instances are left.
    /// - Returns: The rule.
    func epochRule(keepsQuorum: Bool) -> EpochRule {
        switch self {
        case .killPrimary, .pausePrimary, .zoneLoss, .retryStorm, .partition, .switchOver,
            .drainNode, .killDuringMove:
            .riseWherePrimariesWere
        case .killStandby, .killRouter, .killCoordinator, .killEdge, .pauseStandby,
            .pauseRouter, .pauseCoordinator, .pauseEdge, .noisyNeighbour, .clockJump, .movePair,
            .rebalanceUnderLoad, .grow:
            .stay
        case .rollingUpgrade, .addNode, .autoRebalance, .mixed: .free
        case .killRedis, .pauseRedis, .fillDisk: keepsQuorum ? .stay : .free
        }
    }

    /// How many times each order is sent at once.
    var copies: ClosedRange<Int> { self == .retryStorm ? 1...5 : 1...1 }

    /// Whether orders may have to wait at all; noise makes them slow, and nothing fails.
    var leavesGap: Bool { self != .noisyNeighbour }

    /// Whether the coordinator that led must have lost the lead, where there is another.
    var takesTheLead: Bool { self == .killCoordinator || self == .pauseCoordinator }

    /// How long what is paused stands still, in milliseconds; `nil` is killed instead.
    var pauseMilliseconds: ClosedRange<UInt64>? {
        switch self {
        case .pausePrimary: 1000...5000
        case .pauseStandby, .pauseRouter, .pauseCoordinator, .pauseRedis, .pauseEdge: 1000...3000
        case .killPrimary, .killStandby, .killRouter, .killCoordinator, .killRedis, .killEdge,
            .zoneLoss, .noisyNeighbour, .retryStorm, .rollingUpgrade, .mixed, .partition,
            .fillDisk, .clockJump, .switchOver, .drainNode, .addNode, .movePair,
            .rebalanceUnderLoad, .grow, .killDuringMove, .autoRebalance:
            nil
        }
    }

    /// How long a disk stays full, in milliseconds; `nil` where none is filled.
    var fillMilliseconds: ClosedRange<UInt64>? { self == .fillDisk ? 1000...3000 : nil }

    /// Time between two faults in which the coordinator would not act on the second.
    ///
    /// It makes at most one failover on suspicion a shard in 5 s (DESIGN, section 4); a closed
    /// connection is exempt.
    var restMilliseconds: UInt64 {
        self == .pausePrimary || self == .partition ? 5500 : 0
    }

    /// Whether it hits a node that follows and leads nothing.
    var needsStandby: Bool { self == .killStandby || self == .pauseStandby }

    /// Whether it may make the coordinator fail over on suspicion, not on a closed connection.
    var raisesSuspicion: Bool {
        switch self {
        case .zoneLoss, .partition, .killRedis, .fillDisk: true
        default: pauseMilliseconds != nil
        }
    }

    /// What is started when no topology is asked for.
    var topology: String {
        let name = self == .autoRebalance ? "local-auto" : "local"
        return "Cluster/topologies/\(name).json"
    }

    /// Whether orders go through the edge too.
    var usesEdge: Bool { self == .killEdge || self == .pauseEdge || self == .mixed }
}
