import MarketData
import Replication
import Routing
import Shard
import Trading
import Wire

/// One shard of a cluster on a virtual clock: one, three or five acceptors, three nodes, two routers, clients, a
/// coordinator that may be wrong, and every fault the seed draws.
///
/// The roles are the real ones; time, network, disk and processes are simulated. The checkers look
/// at every effect of every replica. All that happens follows from the seed.
final class SimulatedCluster {
    static let nodeCount = 3
    static let routerCount = 2
    static let millisecond: UInt64 = 1_000_000

    let plan: SimulateCommand.Options
    var random: RandomSource
    var queue = EventQueue<SimulatedEvent>()
    /// Virtual nanoseconds.
    var now: UInt64 = 0
    var trace = SimulationTrace()
    /// The first violation; ends the run.
    private(set) var failure: String?
    var isHealing = false
    /// After healing: clients finish what they have and wish for nothing new.
    var isDraining = false

    var acceptors: [SimulatedAcceptor] = []
    /// Who has accepted an entry, though it may have lost its disk since: without a vote until it
    /// is filled again, it takes no majority away from the others.
    var holders: [EntryID: Set<Int>] = [:]
    var connections: [UInt64: LogConnection] = [:]
    var oracle = LogOracle()
    /// The content first sent under each id (I1).
    var proposals: [EntryID: LogRecord] = [:]

    let settings: ReplicaSettings
    /// Microseconds a message takes.
    let delay: ClosedRange<UInt64>
    var nodes: [SimulatedNode] = []
    var routers: [SimulatedRouter] = []
    var clients: [SimulatedClient] = []
    /// Which client waits for a token.
    var waiting: [UInt64: Int] = [:]
    var streams: [UInt64: SimulatedStream] = [:]
    /// Messages held up, in order, by the link that is cut.
    var held: [SimulatedLink: [SimulatedEvent]] = [:]
    var map = SimulatedMap()
    var servedAt: UInt64 = 0
    /// The highest entry whose reply reached a router.
    var acknowledged: UInt64 = 0
    private var lastID: UInt64 = 0

    init(seed: UInt64, _ plan: SimulateCommand.Options) {
        self.plan = plan
        var random = RandomSource(seed: seed)
        settings = Self.settings(&random)
        delay = 50...random.pick(200...3000)
        self.random = random
        let acceptorCount = plan.acceptorCount ?? [1, 1, 3, 3, 3, 5][self.random.index(below: 6)]
        for _ in 0..<acceptorCount {
            var acceptor = SimulatedAcceptor()
            acceptor.log.planted = plan.planted
            _ = acceptor.log.answer(.create(incarnation: 1))
            acceptors.append(acceptor)
        }
        for node in 0..<Self.nodeCount {
            nodes.append(SimulatedNode(makeReplica(), acceptorCount: acceptorCount))
            queue.add(.start(node: node), at: 0)
        }
        for router in 0..<Self.routerCount { addRouter(router) }
        queue.add(.coordinate, at: Self.millisecond)
        queue.add(.fault, at: 15 * Self.millisecond)
    }

    private static func settings(_ random: inout RandomSource) -> ReplicaSettings {
        var settings = ReplicaSettings()
        settings.batchesInFlightMax = Int(random.pick(1...4))
        settings.batchCommandsMax = Int(random.pick(1...8))
        settings.readLimit = Int(random.pick(2...16))
        settings.snapshotEntries = random.pick(6...60)
        settings.retryNanoseconds = 5 * millisecond
        return settings
    }

    private func addRouter(_ router: Int) {
        let session = ShardSession(session: SessionID(rawValue: random.next()), shard: ShardID(1))
        let market = PairMarket(instrument: SimulatedMarket.instrument)
        routers.append(SimulatedRouter(session: session, markets: [market]))
        queue.add(.tickRouter(router), at: Self.millisecond)
        for place in 0..<2 {
            let account = SimulatedMarket.accounts[router * 2 + place]
            queue.add(.turn(client: clients.count), at: 2 * Self.millisecond)
            clients.append(SimulatedClient(router: router, account: account))
        }
    }

    func makeReplica() -> Replica {
        Replica(shard: ShardID(1), genesis: SimulatedMarket.genesis, settings: settings)
    }

    // MARK: Running

    /// Runs to the end: faults for the planned steps, then healing, then the last checks.
    func run() {
        if let minutes = plan.minutes {
            runUntil(UInt64(max(minutes, 0)) * 60_000 * Self.millisecond) { false }
        } else {
            for _ in 0..<max(plan.steps, 0) {
                guard step() else { return }
            }
        }
        guard failure == nil else { return }
        healAll()
        runUntil(now + 40 * Self.millisecond) { false }
        isDraining = true
        runUntil(now + 3000 * Self.millisecond) { isQuiet }
        if failure == nil { checkTheEnd() }
    }

    private func runUntil(_ end: UInt64, _ isDone: () -> Bool) {
        while now < end, !isDone(), step() {}
    }

    /// Carries out the next event; false after a violation.
    private func step() -> Bool {
        guard failure == nil, let (time, event) = queue.next() else { return false }
        now = max(now, time)
        carryOut(event)
        return failure == nil
    }

    private func carryOut(_ event: SimulatedEvent) {
        switch event {
        case .connectLog(let node, let acceptor, let instance):
            connectLog(node, acceptor, instance)
        case .request(let connection): requestArrives(connection, event)
        case .answer(let connection): answerArrives(connection, event)
        case .breakLog(let connection): logBroken(connection, event)
        case .pollTail(let node, let acceptor, let generation):
            pollTail(node, acceptor, generation)
        case .deliverTail(let node, let acceptor, let generation, let records):
            deliverTail(node, acceptor, generation, records, event)
        case .openStream(let stream): openStream(stream)
        case .toNode(let stream): arriveAtNode(stream, event)
        case .toRouter(let stream): arriveAtRouter(stream, event)
        case .flush(let node, let instance): flush(node, instance, event)
        case .tick(let node, let instance): tick(node, instance, event)
        case .start(let node): start(node)
        case .wake(let node): wake(node)
        case .tickRouter(let router): tickRouter(router)
        case .turn(let client): turn(client)
        case .coordinate: coordinate()
        case .mapToNode(let node, let instance, let map): take(map, node, instance, event)
        case .mapToRouter(let router, let map): take(map, router: router)
        case .fault: fault()
        case .heal(let link): heal(link)
        case .startAcceptor(let acceptor): startAcceptor(acceptor)
        case .wakeAcceptor(let acceptor): wakeAcceptor(acceptor)
        case .acceptWrites(let acceptor): acceptors[acceptor].isRefusing = false
        }
    }

    // MARK: Tools

    func schedule(_ event: SimulatedEvent, in delay: ClosedRange<UInt64>) {
        queue.add(event, at: now + random.pick(delay) * 1000)
    }

    func newID() -> UInt64 {
        lastID += 1
        return lastID
    }

    func note(
        _ label: StaticString,
        _ first: some BinaryInteger,
        _ second: UInt64 = 0,
        _ third: UInt64 = 0
    ) {
        trace.note(now, label, UInt64(truncatingIfNeeded: first), second, third)
    }

    func violation(_ text: String) { if failure == nil { failure = text } }

    /// Holds an event while its link is cut.
    func isHeld(_ event: SimulatedEvent, by link: SimulatedLink) -> Bool {
        guard held[link] != nil else { return false }
        held[link]?.append(event)
        return true
    }
}
