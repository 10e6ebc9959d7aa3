import Membership
import Trading
import Wire

/// The coordinator's policy: who should run what, given what was seen and what is committed.
///
/// It only proposes; nothing changes until a proposal comes back committed from shard 0's log, and
/// a proposal that a newer one overtook is ignored by `ClusterState.apply`. Two coordinators at
/// once therefore cost extra failovers, never two primaries of one epoch.
///
/// Time is monotonic milliseconds of this process. The caller reports a disconnection only for the
/// connection that is a member's present one.
public struct Coordinator: Sendable {
    /// The deadlines.
    public let settings: DetectorSettings
    /// What an empty cluster is filled with.
    public let plan: TopologyPlan
    /// The committed state.
    public private(set) var state: ClusterState
    /// Whether this process leads shard 0.
    public private(set) var isLeader = false

    /// Every member seen or known, by id.
    var peers: [Peer] = []
    /// One for each shard of the map, at the same index.
    var watches: [ShardWatch] = []
    /// Whether replicas that are lost or drained get another node; off where nodes cannot host what
    /// the plan did not give them.
    public var placesReplicas = false
    /// What nodes can carry, where it is not 1; the leader's own knowledge, not replicated.
    public var capacities: [NodeID: Int] = [:]
    /// Moves what is too much for a node by itself; `nil` leaves that to operators.
    public var rebalancer: Rebalancer?
    var rebalancedAt: UInt64 = 0
    /// When the places of replicas were last looked at.
    var placedAt: UInt64 = 0
    /// The numbers of the pairs that may be moved, by name.
    public var instruments: [String: InstrumentID] = [:]
    /// Commands about members proposed and not yet committed.
    var pending: [CoordinationCommand] = []
    var leaderSince: UInt64 = 0
    /// Silence before this moment does not count: we were not listening.
    var windowStart: UInt64 = 0
    /// Until when those that gave us up while we did not listen may be away.
    var returnBy: UInt64 = 0
    /// Whether a process the map knew when we took the lead is still there: then the cluster lived
    /// on without us, and who is missing has died rather than not started.
    var isContinuing = false
    private var membersAtStart: [Member] = []
    private var lastTick: UInt64 = 0

    /// Makes a coordinator that does not lead yet.
    ///
    /// - Parameters:
    ///   - plan: Must have no `defect`.
    ///   - settings: The deadlines.
    ///   - state: A snapshot of shard 0; `empty` to start from its first entry.
    public init(
        plan: TopologyPlan,
        settings: DetectorSettings = DetectorSettings(),
        state: ClusterState = .empty
    ) {
        invariant(plan.defect == nil, "the topology has no defect")
        self.plan = plan
        self.settings = settings
        self.state = state
    }

    /// Replaces the committed state by a snapshot; only before leading.
    ///
    /// - Parameter state: The snapshot.
    public mutating func restore(_ state: ClusterState) {
        invariant(!isLeader, "a leader's state comes from the log alone")
        self.state = state
    }

    /// This process sealed shard 0's newest epoch and has replayed its log.
    ///
    /// - Parameters:
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func becameLeader(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        isLeader = true
        leaderSince = now
        windowStart = now
        returnBy = now
        lastTick = now
        pending = []
        membersAtStart = state.map.members
        isContinuing = false
        for index in peers.indices {
            peers[index].verdict = .none
            peers[index].wasSeen = peers[index].isConnected
            peers[index].probedAt = nil
            peers[index].isProbePending = false
            peers[index].missingSince = nil
        }
        for member in membersAtStart where peerIndex(member.id) == nil {
            insert(Peer(member, isConnected: false, now: now))
        }
        for peer in peers where peer.isConnected { noteContinuity(peer.member) }
        watches = []
        fillWatches(now: now)
        effects.append(.log("leading shard 0 at map version \(state.map.version)"))
        // Before the map: a router without one serves nobody, so none goes by keys since revoked.
        for peer in peers { sendKeys(to: peer, &effects) }
        if state.map.version > 0 { effects.append(.broadcast(.map(state.map))) }
        probeMissing(now: now, &effects)
        reconcile(now: now, &effects)
    }

    /// Commands became durable in shard 0's log.
    ///
    /// - Parameters:
    ///   - commands: In log order, all of one entry.
    ///   - time: The entry's log time.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func committed(
        _ commands: [CoordinationCommand],
        time: Timestamp,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        let before = state.map
        let keysBefore = state.keys.version
        for command in commands {
            state.apply(command, at: time)
            if let index = pending.firstIndex(of: command) { pending.remove(at: index) }
            for index in watches.indices where watches[index].inFlight == command {
                watches[index].inFlight = nil
            }
        }
        guard isLeader else { return }
        sendKeyChanges(commands, since: keysBefore, &effects)
        fillWatches(now: now)
        for index in before.shards.indices
        where before.shards[index].epoch != state.map.shards[index].epoch {
            watches[index].servedAt = now
            watches[index].hasStarted = true
        }
        if state.map.version != before.version { effects.append(.broadcast(.map(state.map))) }
        reconcile(now: now, &effects)
    }

    /// A member introduced itself on a new connection.
    ///
    /// - Parameters:
    ///   - member: What its hello said.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func memberConnected(
        _ member: Member,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard !member.id.rawValue.isEmpty else { return }
        if let index = peerIndex(member.id), peers[index].member.instance == member.instance {
            peers[index].reconnect(member, now: now)
        } else if !insert(Peer(member, isConnected: true, now: now)) {
            effects.append(.log("\(member.id) turned away: too many members"))
            return
        }
        effects.append(.log("\(member.role) \(member.id) (pid \(member.pid)) connected"))
        guard isLeader else { return }
        let wasContinuing = isContinuing
        noteContinuity(member)
        if isContinuing, !wasContinuing { probeAgain(now: now, &effects) }
        if let peer = peer(member.id) { sendKeys(to: peer, &effects) }
        if state.map.version > 0 { effects.append(.send(.map(state.map), to: member.id)) }
        reconcile(now: now, &effects)
    }

    /// A member's connection was closed: its process died, or only the link.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - instance: The process that was connected.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func memberDisconnected(
        _ id: NodeID,
        instance: UInt64,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard let index = peerIndex(id), peers[index].member.instance == instance else { return }
        guard peers[index].isConnected else { return }
        peers[index].isConnected = false
        peers[index].observations = []
        peers[index].probedAt = nil
        peers[index].isProbePending = false
        effects.append(.log("\(peers[index].title) closed its connection"))
        guard isLeader else { return }
        probeMissing(now: now, &effects)
    }

    /// A message came from a member.
    ///
    /// - Parameters:
    ///   - message: What it says.
    ///   - id: Who says it.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func received(
        _ message: MembershipMessage,
        from id: NodeID,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        if case .hello(let member) = message {
            return memberConnected(member, now: now, &effects)
        }
        guard let index = peerIndex(id), peers[index].isConnected else { return }
        peers[index].heard(now: now, gapMax: settings.suspectMilliseconds)
        if case .load(let load) = message { peers[index].load = load }
        if case .keysKnown(let version) = message { peers[index].keysKnown = version }
        guard case .status(let statuses, let observations) = message else { return }
        peers[index].statuses = statuses
        peers[index].observations = observations
        peers[index].observedAt = now
        for status in statuses where status.isPrimary { noteServing(status, by: id, now: now) }
    }

    /// Every `tickMilliseconds`: heartbeats go out, silences are judged.
    ///
    /// - Parameters:
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func tick(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        let gap = now - lastTick
        lastTick = now
        guard isLeader else { return }
        if gap > settings.tickMilliseconds + settings.lateTickMilliseconds {
            // We did not listen meanwhile, so nobody's silence, nor anybody's word, proves a thing.
            windowStart = now
            returnBy = now + min(gap, settings.returnMilliseconds)
            for index in peers.indices { peers[index].observations = [] }
            effects.append(.log("own tick late by \(gap - settings.tickMilliseconds) ms"))
        }
        effects.append(.broadcast(.heartbeat))
        judgeSilence(now: now, &effects)
        probeMissing(now: now, &effects)
        reconcile(now: now, &effects)
        noteMissing(now: now)
        placeReplicas(now: now, &effects)
        rebalanceIfDue(now: now, &effects)
    }

    private mutating func noteContinuity(_ member: Member) {
        guard member.role == .node else { return }
        isContinuing =
            isContinuing
            || membersAtStart.contains { $0.id == member.id && $0.instance == member.instance }
    }

    private mutating func noteServing(_ status: ReplicaStatus, by id: NodeID, now: UInt64) {
        guard isLeader, let index = shardIndex(status.shard) else { return }
        let assignment = state.map.shards[index]
        guard assignment.primary == id, assignment.epoch == status.epoch else { return }
        watches[index].servedAt = now
    }

    private mutating func fillWatches(now: UInt64) {
        while watches.count < state.map.shards.count { watches.append(ShardWatch(servedAt: now)) }
    }

    /// Adds a peer or replaces the one of its name.
    @discardableResult
    private mutating func insert(_ peer: Peer) -> Bool {
        if let index = peerIndex(peer.id) {
            peers[index] = peer
            return true
        }
        if peers.count >= ClusterState.memberCountMax {
            // Routers come and go under new names; forget one that left the map long ago.
            guard
                let old = peers.firstIndex(where: {
                    !$0.isConnected && state.map.member($0.id) == nil
                })
            else { return false }
            peers.remove(at: old)
        }
        peers.insert(peer, at: peers.firstIndex { peer.id < $0.id } ?? peers.count)
        return true
    }

    func peerIndex(_ id: NodeID) -> Int? { peers.firstIndex { $0.id == id } }

    func peer(_ id: NodeID) -> Peer? { peers.first { $0.id == id } }

    func shardIndex(_ shard: ShardID) -> Int? {
        state.map.shards.firstIndex { $0.shard == shard }
    }
}
