import MarketData
import Replication
import Routing
import Shard
import Trading
import Wire

/// Two parties whose messages can be held up.
enum SimulatedLink: Hashable {
    case log(node: Int, acceptor: Int)
    case router(node: Int, router: Int)
    case coordinator(node: Int)
}

/// What happens at a moment.
enum SimulatedEvent {
    case connectLog(node: Int, acceptor: Int, instance: UInt64)
    /// The next request of a connection arrives, or the next answer.
    case request(connection: UInt64)
    case answer(connection: UInt64)
    case breakLog(connection: UInt64)
    case pollTail(node: Int, acceptor: Int, generation: UInt64)
    case deliverTail(node: Int, acceptor: Int, generation: UInt64, [LogRecord])
    case openStream(UInt64)
    /// The next message of a stream arrives at the node, or at the router.
    case toNode(stream: UInt64)
    case toRouter(stream: UInt64)
    case flush(node: Int, instance: UInt64)
    case tick(node: Int, instance: UInt64)
    case start(node: Int)
    case wake(node: Int)
    case tickRouter(Int)
    case turn(client: Int)
    case coordinate
    case mapToNode(Int, instance: UInt64, SimulatedMap)
    case mapToRouter(Int, SimulatedMap)
    case fault
    case heal(SimulatedLink)
    case startAcceptor(Int)
    case wakeAcceptor(Int)
    case acceptWrites(Int)
}

/// The shard map of a cluster with one shard.
struct SimulatedMap {
    var version: UInt64 = 0
    var epoch = Epoch(0)
    var primary = 0
    var instance: UInt64 = 0
    var standbys: [Int] = []
}

/// A Redis with one log.
struct SimulatedAcceptor {
    var log = ModelAcceptor()
    var isUp = true
    var isPaused = false
    /// Its disk is full.
    var isRefusing = false
    var life: UInt64 = 0
    /// What arrived while it was paused.
    var backlog: [SimulatedEvent] = []
}

/// A stream of one acceptor's new records to a node.
struct SimulatedTail {
    var generation: UInt64 = 0
    var isRunning = false
    var position = EntryID.zero
}

/// A process that hosts a replica.
struct SimulatedNode {
    var replica: Replica
    var quorum: LogQuorum
    /// What it wants and has not got yet.
    var quorumEffects: [LogQuorum.Effect] = []
    var tails: [SimulatedTail]
    var tail: QuorumTail
    /// Its connection to each acceptor.
    var connections: [UInt64?]
    var instance: UInt64 = 0
    var isUp = false
    var isPaused = false
    /// What arrived while it was paused.
    var backlog: [SimulatedEvent] = []
    var isFlushDue = false
    var mapVersion: UInt64 = 0
    /// The last entry whose state was compared (I3).
    var checked: UInt64 = 0

    init(_ replica: Replica, acceptorCount: Int) {
        self.replica = replica
        quorum = LogQuorum(acceptorCount: acceptorCount, incarnation: 1)
        tails = Array(repeating: SimulatedTail(), count: acceptorCount)
        tail = QuorumTail(acceptorCount: acceptorCount, after: .zero)
        connections = Array(repeating: nil, count: acceptorCount)
    }
}

/// A node's connection to an acceptor; both directions keep their order.
struct LogConnection {
    var node: Int
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

/// A router's stream to a node; both directions keep their order.
struct SimulatedStream {
    var node: Int
    var instance: UInt64 = 0
    var router: Int
    var isFeed: Bool
    var isAccepted = false
    var session = SessionID(rawValue: 0)
    var toNode: [StreamItem] = []
    var toRouter: [StreamItem] = []
}

/// A router: its session with the shard and its mirror of the market.
struct SimulatedRouter {
    var session: ShardSession
    var mirror = MarketMirror()
    var markets: [PairMarket]
    var mapVersion: UInt64 = 0
    var sessionStream: UInt64?
    var feedStream: UInt64?
    var feedHeard: UInt64 = 0
    /// The last event seen, whatever the mirror forgets.
    var followed: UInt64 = 0
    /// Where the primary stood when it gave the answer now being delivered.
    var answerPosition: UInt64 = 0
}

/// What a client wants done.
enum ClientWish {
    case command(Command, name: ClientOrderID?)
    case query(Query, name: ClientOrderID?)
}

/// A client of a router: one request at a time, each repeated until it is answered for certain.
struct SimulatedClient {
    var router: Int
    var account: AccountID
    var wish: ClientWish?
    var token: UInt64 = 0
    /// Everything acknowledged anywhere when the question was asked is in an entry up to here.
    var floor: UInt64 = 0
    var names: [ClientOrderID] = []
    /// Lots known to be executed, of orders known to be accepted.
    var known: [ClientOrderID: Int64] = [:]
    var completedCount = 0
}
