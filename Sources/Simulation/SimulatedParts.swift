import Coordination
import MarketData
import Membership
import Replication
import Routing
import Shard
import Trading
import Wire

/// A Redis with the logs of the coordinators and of all shards.
struct SimulatedAcceptor {
    /// The coordinators' first, then by shard.
    var logs: [ModelAcceptor]
    var isUp = true
    var isPaused = false
    /// Its disk is full.
    var isRefusing = false
    var life: UInt64 = 0
    /// What arrived while it was paused.
    var backlog: [SimulatedEvent] = []
}

/// Whoever has a log on the acceptors: a replica on its node, or a coordinator.
struct LogParty {
    var process: Int
    /// Which of an acceptor's logs.
    var log: Int
    var quorum: LogQuorum
    /// What its quorum wants and has not got yet.
    var quorumEffects: [LogQuorum.Effect] = []
    /// Its connection to each acceptor.
    var connections: [UInt64?]

    init(process: Int, log: Int, acceptorCount: Int) {
        self.process = process
        self.log = log
        quorum = LogQuorum(acceptorCount: acceptorCount, incarnation: 1)
        connections = Array(repeating: nil, count: acceptorCount)
    }
}

/// A node or a coordinator.
struct SimulatedProcess {
    var instance: UInt64 = 0
    var isUp = false
    var isPaused = false
    /// What arrived while it was paused.
    var backlog: [SimulatedEvent] = []
    var isFlushDue = false
    /// By how much its wall clock is wrong, in microseconds.
    var clockError: Int64
}

/// A stream of one acceptor's new records to a node.
struct SimulatedTail {
    var generation: UInt64 = 0
    var isRunning = false
    var position = EntryID.zero
    /// When the acceptor last answered.
    var heard: UInt64 = 0
}

/// One shard of a node.
struct SimulatedReplica {
    let node: Int
    /// The place of its shard.
    let shard: Int
    var replica: Replica
    var tails: [SimulatedTail]
    var tail: QuorumTail
    /// The last entry whose state was compared (I3).
    var checked: UInt64 = 0

    init(_ replica: Replica, node: Int, shard: Int, acceptorCount: Int) {
        self.node = node
        self.shard = shard
        self.replica = replica
        tails = Array(repeating: SimulatedTail(), count: acceptorCount)
        tail = QuorumTail(acceptorCount: acceptorCount, after: .zero)
    }
}

/// A coordinator: its log, its policy, and the members that talk to it.
struct SimulatedCoordinator {
    var coordinator: Coordinator
    var log: CoordinatorLog
    /// What it does about pairs on their way, once it leads.
    var movers = PairMovers()
    /// Whom it looks out for; nil once it takes the lead.
    var candidacy: Candidacy?
    /// Whether its log can be asked.
    var isReachable = false
    /// Its members' present links, by member, with when they were last heard.
    var links: [Int: (link: UInt64, heard: UInt64)] = [:]
}

/// A node's or a router's side of its link to a coordinator.
struct SimulatedMember {
    var search = CoordinatorSearch()
    var link: UInt64?
    var isOpen = false
    var lastHeard: UInt64 = 0
    var map = ShardMap.empty
}

/// A member's connection to a coordinator; both directions keep their order.
struct MemberLink {
    enum Item {
        case message(MembershipMessage)
        case end
    }

    var member: Int
    var memberInstance: UInt64
    var coordinator: Int
    var instance: UInt64 = 0
    var toCoordinator: [Item] = []
    var toMember: [Item] = []
}

/// A party's connection to an acceptor; both directions keep their order.
struct LogConnection {
    var party: Int
    var process: Int
    var instance: UInt64
    var acceptor: Int
    /// Which life of the acceptor it leads to.
    var life: UInt64
    var isOpen = true
    /// What was under way when it broke arrives no sooner.
    var lateUntil: UInt64 = 0
    var requests: [AcceptorRequest] = []
    var answers: [(AcceptorReply, AcceptorRequest)] = []
    /// Asked and not answered, with the moment, oldest first.
    var outstanding: [(request: AcceptorRequest, time: UInt64)] = []
}

/// A message on a stream.
enum StreamItem {
    case request(SessionRequest)
    /// Where the sender stood in the log, for checking.
    case response(SessionResponse, position: UInt64)
    case openFeed(after: SequenceNumber?)
    case feed(FeedMessage)
    case end
}

/// Who opened a stream.
enum StreamOpener: Hashable {
    case router(Int)
    case line(LineRoute)
}

/// A stream to a node; both directions keep their order.
struct SimulatedStream {
    var node: Int
    var instance: UInt64 = 0
    var opener: StreamOpener
    /// The place of the shard it is about.
    var shard: Int
    var isFeed: Bool
    var isAccepted = false
    var session = SessionID(rawValue: 0)
    var toNode: [StreamItem] = []
    var toOpener: [StreamItem] = []
}

/// A router: a channel to each shard, and all markets.
struct SimulatedRouter {
    var channels: [SimulatedChannel]
    var routes: PairRoutes
    /// By instrument id.
    var markets: [PairMarket]
    var life: UInt64 = 1
}

/// One shard of a router: its session with the shard and its mirror of the shard's markets.
struct SimulatedChannel {
    var session: ShardSession
    var mirror = MarketMirror()
    var sessionStream: UInt64?
    var feedStream: UInt64?
    var feedHeard: UInt64 = 0
    /// When each node was last heard, on any stream.
    var heard: [UInt64]
    /// The last event applied, whatever the mirror forgets.
    var followed: UInt64 = 0
    /// The last event that came on the present feed; nil before its snapshot.
    var received: UInt64?
    /// Where the primary stood when it gave the answer now being delivered.
    var answerPosition: UInt64 = 0
    /// The entry in which the command now being answered ran.
    var answerEntry: UInt64 = 0
}
