import Coordination
import Membership
import Trading

/// A process around the coordinator under test.
struct RigProcess {
    var member: Member
    var isUp = true
    var isConnected = false
    /// Since when it is stopped (SIGSTOP).
    var pausedAt: UInt64?
    /// Whether its link to the coordinator is cut while it runs on.
    var isCut = false
    /// Whether it never takes up a term.
    var isIdle = false
    /// Whether it sends nothing but heartbeats.
    var isMute = false
    var isCaughtUp = true
    var logSilence: UInt32 = 0
    var position: UInt64 = 100
    /// The newest map it was sent.
    var map = ShardMap.empty

    var isRunning: Bool { isUp && pausedAt == nil }
}

/// The coordinator on a virtual clock of milliseconds, with a log that commits after a delay.
struct Rig {
    var coordinator: Coordinator
    var now: UInt64 = 1000
    var processes: [RigProcess] = []
    var commitDelay: UInt64 = 2
    /// Every command that committed.
    var history: [CoordinationCommand] = []
    var logs: [String] = []
    var probes: [NodeID] = []
    var maps: [ShardMap] = []
    /// What was said of keys, to whom, and whether that member had no map at the time.
    var keyMessages: [(node: NodeID, message: MembershipMessage, wasBeforeMap: Bool)] = []
    /// Whether routers and nodes watch one another.
    var hasObservers = true
    /// Nodes the observers hear, whatever is true.
    var heardAnyway: Set<NodeID> = []
    private var proposals: [(due: UInt64, command: CoordinationCommand)] = []
    private var answers: [(due: UInt64, node: NodeID)] = []
    private var instances: UInt64 = 0

    static let plan = TopologyPlan(shards: [
        ShardPlan(
            shard: ShardID(1),
            pairs: ["BTCUSDT"],
            replicas: ["n1", "n2", "n3"].map { NodeID($0) }
        ),
        ShardPlan(
            shard: ShardID(2),
            pairs: ["ETHUSDT"],
            replicas: ["n2", "n1"].map { NodeID($0) }
        ),
    ])

    init(plan: TopologyPlan = Rig.plan, settings: DetectorSettings = DetectorSettings()) {
        coordinator = Coordinator(plan: plan, settings: settings)
    }

    /// A cluster of three nodes and a router in which everybody serves.
    static func running(settings: DetectorSettings = DetectorSettings()) -> Rig {
        var rig = Rig(settings: settings)
        rig.lead()
        for (name, zone) in [("n1", "a"), ("n2", "a"), ("n3", "b")] { rig.start(name, zone: zone) }
        rig.start("r1", role: .router)
        rig.advance(300)
        return rig
    }

    func process(_ name: String) -> RigProcess? { processes.first { $0.member.id == NodeID(name) } }

    func assignment(_ shard: UInt16 = 1) -> ShardAssignment {
        coordinator.state.map.assignment(ShardID(shard))
            ?? ShardAssignment(
                shard: ShardID(shard),
                epoch: Epoch(0),
                primary: nil,
                primaryInstance: 0,
                standbys: [],
                pairs: []
            )
    }

    func primary(_ shard: UInt16 = 1) -> String? { assignment(shard).primary?.rawValue }

    func standbys(_ shard: UInt16 = 1) -> [String] { assignment(shard).standbys.map(\.rawValue) }

    func epoch(_ shard: UInt16 = 1) -> UInt64 { assignment(shard).epoch.rawValue }

    var lastWhy: String { coordinator.state.recent.last?.why ?? "" }

    mutating func lead() {
        input { $0.becameLeader(now: $1, &$2) }
    }

    /// A new coordinator process takes over with the committed state.
    mutating func replaceCoordinator() {
        let old = coordinator
        coordinator = Coordinator(plan: old.plan, settings: old.settings, state: old.state)
        proposals = []
        answers = []
        for index in processes.indices { processes[index].isConnected = false }
        lead()
    }

    mutating func start(_ name: String, role: MemberRole = .node, zone: String = "a") {
        instances += 1
        let member = Member(
            id: NodeID(name),
            role: role,
            zone: zone,
            address: "\(name):1",
            pid: Int32(instances),
            instance: instances
        )
        if let index = index(name) {
            if processes[index].isConnected { disconnect(index) }
            processes[index] = RigProcess(member: member)
        } else {
            processes.append(RigProcess(member: member))
        }
        connect(name)
    }

    mutating func connect(_ name: String) {
        edit(name) {
            $0.isConnected = true
            $0.isCut = false
        }
        guard let member = process(name)?.member else { return }
        input { $0.memberConnected(member, now: $1, &$2) }
    }

    mutating func kill(_ name: String) {
        edit(name) { $0.isUp = false }
        if let index = index(name), processes[index].isConnected { disconnect(index) }
    }

    /// Closes the link to the coordinator; the process lives.
    mutating func cut(_ name: String) {
        edit(name) { $0.isCut = true }
        if let index = index(name), processes[index].isConnected { disconnect(index) }
    }

    mutating func pause(_ name: String) {
        let now = now
        edit(name) { $0.pausedAt = now }
    }

    mutating func resume(_ name: String) { edit(name) { $0.pausedAt = nil } }

    mutating func edit(_ name: String, _ change: (inout RigProcess) -> Void) {
        if let index = index(name) { change(&processes[index]) }
    }

    /// Lets time pass, a millisecond a step.
    mutating func advance(_ milliseconds: UInt64, ticking: Bool = true) {
        for _ in 0..<milliseconds {
            now += 1
            deliver()
            guard ticking, now % 20 == 0 else { continue }
            for index in processes.indices { report(index) }
            input { $0.tick(now: $1, &$2) }
        }
    }

    /// Lets time pass until something holds.
    mutating func advance(atMost milliseconds: UInt64, until isDone: (Rig) -> Bool) -> UInt64 {
        let start = now
        while !isDone(self), now - start < milliseconds { advance(1) }
        return now - start
    }

    private func index(_ name: String) -> Int? {
        processes.firstIndex { $0.member.id == NodeID(name) }
    }

    private mutating func disconnect(_ index: Int) {
        processes[index].isConnected = false
        let member = processes[index].member
        input { $0.memberDisconnected(member.id, instance: member.instance, now: $1, &$2) }
    }

    private mutating func deliver() {
        let due = proposals.prefix { $0.due <= now }.map(\.command)
        proposals.removeFirst(due.count)
        if !due.isEmpty {
            history += due
            let time = Timestamp(microseconds: Int64(now) * 1000)
            input { $0.committed(due, time: time, now: $1, &$2) }
        }
        let probed = answers.prefix { $0.due <= now }.map(\.node)
        answers.removeFirst(probed.count)
        for node in probed {
            let isUp = processes.first { $0.member.id == node }?.isUp ?? false
            input { $0.connectProbe(node, reachable: isUp, now: $1, &$2) }
        }
    }

    private mutating func report(_ index: Int) {
        let process = processes[index]
        guard process.isRunning, process.isConnected else { return }
        processes[index].position += 1
        let member = process.member
        if process.isMute {
            return input { $0.received(.heartbeat, from: member.id, now: $1, &$2) }
        }
        let statuses = process.map.shards.compactMap { shard -> ReplicaStatus? in
            let isPrimary = shard.primary == member.id && shard.primaryInstance == member.instance
            guard isPrimary || shard.standbys.contains(member.id) else { return nil }
            return ReplicaStatus(
                shard: shard.shard,
                epoch: shard.epoch,
                isPrimary: isPrimary && !process.isIdle,
                position: SequenceNumber(process.position),
                isCaughtUp: process.isCaughtUp,
                logSilenceMilliseconds: process.logSilence
            )
        }
        let others = processes.filter { $0.member.role == .node && $0.member.id != member.id }
        let observations = hasObservers ? others.map(observation) : []
        input {
            $0.received(
                .status(statuses, observations: observations),
                from: member.id,
                now: $1,
                &$2
            )
        }
    }

    /// A member says something.
    mutating func tell(_ message: MembershipMessage, from name: String) {
        input { $0.received(message, from: NodeID(name), now: $1, &$2) }
    }

    private func observation(of process: RigProcess) -> Observation {
        var silence: UInt64 = 0
        if let pausedAt = process.pausedAt { silence = now - pausedAt }
        if !process.isUp { silence = UInt64(UInt32.max) }
        if heardAnyway.contains(process.member.id) { silence = 0 }
        return Observation(node: process.member.id, silenceMilliseconds: UInt32(silence))
    }

    mutating func input(
        _ call: (inout Coordinator, UInt64, inout [CoordinatorEffect]) -> Void
    ) {
        var effects: [CoordinatorEffect] = []
        call(&coordinator, now, &effects)
        for effect in effects {
            switch effect {
            case .propose(let command): proposals.append((now + commitDelay, command))
            case .send(.map(let map), let id): edit(id.rawValue) { $0.map = map }
            case .send(let message, let id):
                let isNew = process(id.rawValue)?.map == .empty
                keyMessages.append((id, message, isNew))
            case .broadcast(.map(let map)):
                maps.append(map)
                for index in processes.indices where processes[index].isConnected {
                    processes[index].map = map
                }
            case .broadcast: break
            case .probe(let node, _):
                probes.append(node)
                answers.append((now + 1, node))
            case .log(let line): logs.append(line)
            }
        }
    }
}
