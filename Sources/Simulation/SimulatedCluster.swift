import MarketData
import Membership
import Replication
import Routing
import Shard
import Trading
import Wire

/// A cluster on a virtual clock: one, three or five acceptors, three nodes that host one to three
/// shards, one or two coordinators, two routers, clients, and every fault the seed draws.
///
/// The roles are the real ones; time, network, disk and processes are simulated. The checkers look
/// at every effect of every role. All that happens follows from the seed and the faults let through.
final class SimulatedCluster {
    static let nodeCount = 3
    static let routerCount = 2
    static let millisecond: UInt64 = 1_000_000

    let plan: SimulateCommand.Options
    var random: RandomSource
    /// Draws faults and nothing else, so that leaving one out changes no other.
    var chance: RandomSource
    /// Draws what operators ask for.
    var operators: RandomSource
    /// Draws which pairs are to move.
    var moving: RandomSource
    var queue = EventQueue<SimulatedEvent>()
    /// Virtual nanoseconds.
    var now: UInt64 = 0
    var trace = SimulationTrace()
    /// The first violation; ends the run.
    private(set) var failure: String?
    var isHealing = false
    /// After healing: clients finish what they have and wish for nothing new.
    var isDraining = false

    let layout: ClusterLayout
    let settings: ReplicaSettings
    let detector = DetectorSettings()
    /// Microseconds a message takes.
    let delay: ClosedRange<UInt64>
    /// Microseconds between two wishes of a client.
    let pause: ClosedRange<UInt64>
    /// How far faults are apart and how long they last, as a multiple of the shortest.
    let faultPace: UInt64
    var faultCount = 0
    /// Requests of operators that were taken.
    var switchOverCount = 0

    var acceptors: [SimulatedAcceptor] = []
    var connections: [UInt64: LogConnection] = [:]
    /// For each log: who has accepted an entry, though it may have lost its disk since.
    ///
    /// Without a vote until it is filled again, it takes no majority away from the others.
    var holders: [[EntryID: Set<Int>]]
    /// For each log: the content first sent under each id (I1).
    var proposals: [[EntryID: LogRecord]]
    let shards: [SimulatedShard]
    var mapOracle = MapOracle()
    var money: MoneyOracle

    /// The nodes, then the coordinators.
    var processes: [SimulatedProcess] = []
    /// Node by node.
    var replicas: [SimulatedReplica] = []
    /// The replicas of each node.
    var hosted: [[Int]] = []
    /// The replicas, then the coordinators.
    var parties: [LogParty] = []
    var coordinators: [SimulatedCoordinator] = []
    /// The nodes, then the routers.
    var members: [SimulatedMember] = []
    var memberLinks: [UInt64: MemberLink] = [:]
    var routers: [SimulatedRouter] = []
    var clients: [SimulatedClient] = []
    /// Which client waits for a token.
    var waiting: [UInt64: Int] = [:]
    var streams: [UInt64: SimulatedStream] = [:]
    /// Messages held up, in order, by the link that is cut.
    var held: [SimulatedLink: LinkCut] = [:]
    /// The conversations of nodes and coordinators with shards.
    var lines: [LineRoute: SimulatedLine] = [:]
    private var lastID: UInt64 = 0

    init(seed: UInt64, _ plan: SimulateCommand.Options) {
        self.plan = plan
        // Dice of their own: a cluster of one shard without operators is what it always was.
        operators = RandomSource(seed: seed ^ 0x4F50_4552_4154_4F52)
        moving = RandomSource(seed: seed ^ 0x4D4F_5645_5341)
        var dice = RandomSource(seed: seed ^ 0x5348_4152_4453)
        layout = ClusterLayout(shardCount: plan.shardCount, nodeCount: Self.nodeCount, &dice)
        shards = layout.shards.map { SimulatedShard($0.id) }
        holders = Array(repeating: [:], count: shards.count + 1)
        proposals = Array(repeating: [:], count: shards.count + 1)
        money = MoneyOracle(shardCount: shards.count)
        var random = RandomSource(seed: seed)
        settings = Self.settings(&random)
        delay = 50...random.pick(200...3000)
        pause = 200...[5000, 30_000, 150_000, 500_000][random.index(below: 4)]
        faultPace = [1, 1, 2, 5, 15][random.index(below: 5)]
        chance = RandomSource(seed: random.next())
        let drawnCount = [1, 1, 3, 3, 3, 5][random.index(below: 6)]
        let coordinatorCount = Int(random.pick(1...2))
        self.random = random
        addAcceptors(plan.acceptorCount ?? drawnCount)
        for node in 0..<Self.nodeCount { addNode(node) }
        for place in 0..<coordinatorCount { addCoordinator(Self.nodeCount + place) }
        for router in 0..<Self.routerCount { addRouter(router) }
        members = Array(repeating: SimulatedMember(), count: Self.nodeCount + Self.routerCount)
        for router in 0..<Self.routerCount { startMember(Self.nodeCount + router) }
        queue.add(.fault, at: 80 * Self.millisecond)
        if plan.hasOperators { queue.add(.operate, at: 90 * Self.millisecond) }
        if hasMoves { queue.add(.move, at: 100 * Self.millisecond) }
    }

    private static func settings(_ random: inout RandomSource) -> ReplicaSettings {
        var settings = ReplicaSettings()
        settings.batchesInFlightMax = Int(random.pick(1...4))
        settings.batchCommandsMax = Int(random.pick(1...8))
        settings.readLimit = Int(random.pick(2...16))
        settings.snapshotEntries = random.isOne(in: 2) ? random.pick(6...60) : 500
        settings.retryNanoseconds = 5 * millisecond
        return settings
    }

    private func addAcceptors(_ count: Int) {
        for _ in 0..<count {
            let logs = Array(repeating: ModelAcceptor(), count: shards.count + 1)
            var acceptor = SimulatedAcceptor(logs: logs)
            for log in acceptor.logs.indices {
                acceptor.logs[log].planted = plan.planted
                _ = acceptor.logs[log].answer(.create(incarnation: 1))
            }
            acceptors.append(acceptor)
        }
    }

    private func addProcess(_ index: Int) {
        // Each wall clock is a little wrong in its own way.
        processes.append(SimulatedProcess(clockError: Int64(index) * 1500 - 2000))
        queue.add(.start(process: index), at: 0)
    }

    private func addNode(_ node: Int) {
        addProcess(node)
        let own = layout.shards.indices.filter { layout.shards[$0].nodes.contains(node) }
        hosted.append(Array(replicas.count..<replicas.count + own.count))
        for shard in own {
            replicas.append(
                SimulatedReplica(
                    makeReplica(of: shard),
                    node: node,
                    shard: shard,
                    acceptorCount: acceptors.count
                )
            )
            addParty(of: node, log: shard + 1)
        }
    }

    private func addCoordinator(_ index: Int) {
        addProcess(index)
        coordinators.append(makeCoordinator(index))
        addParty(of: index, log: 0)
    }

    private func addParty(of process: Int, log: Int) {
        parties.append(LogParty(process: process, log: log, acceptorCount: acceptors.count))
    }

    private func addRouter(_ router: Int) {
        routers.append(makeRouter(router))
        queue.add(.tickRouter(router), at: Self.millisecond)
        for place in 0..<2 {
            let account = ClusterLayout.accounts[router * 2 + place]
            queue.add(.turn(client: clients.count), at: 2 * Self.millisecond)
            clients.append(SimulatedClient(router: router, account: account))
        }
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
        // Damping, grace and time to serve may come one after the other.
        runUntil(now + 20_000 * Self.millisecond) { isQuiet }
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

    /// Holds an event while its link is cut in its way.
    func isHeld(_ event: SimulatedEvent, by link: SimulatedLink, _ way: Way) -> Bool {
        guard !held.isEmpty, let cut = held[link], cut.ways.contains(way) else { return false }
        held[link]?.events.append(event)
        return true
    }
}
