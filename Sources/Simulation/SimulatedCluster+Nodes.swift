import Replication
import Shard
import Trading
import Wire

// The processes that host replicas, and the checks of whatever a replica does.

extension SimulatedCluster {
    func start(_ node: Int) {
        nodes[node].instance += 1
        nodes[node].replica = makeReplica()
        nodes[node].quorum = LogQuorum(acceptorCount: acceptors.count, incarnation: 1)
        nodes[node].isUp = true
        nodes[node].isPaused = false
        nodes[node].backlog = []
        stopFollowing(node)
        nodes[node].mapVersion = 0
        nodes[node].checked = 0
        nodes[node].isFlushDue = false
        let instance = nodes[node].instance
        note("start", node, instance)
        for acceptor in acceptors.indices { connectLog(node, acceptor, in: 200...3000) }
        schedule(.tick(node: node, instance: instance), in: 1000...10_000)
    }

    func crash(_ node: Int) {
        guard nodes[node].isUp else { return }
        note("crash", node)
        nodes[node].isUp = false
        nodes[node].isPaused = false
        nodes[node].backlog = []
        stopFollowing(node)
        for acceptor in acceptors.indices {
            if let id = nodes[node].connections[acceptor] { connections[id]?.isOpen = false }
            nodes[node].connections[acceptor] = nil
        }
        for (id, stream) in streams.sorted(by: { $0.key < $1.key })
        where stream.node == node && stream.isAccepted && stream.instance == nodes[node].instance {
            // What was on its way may still arrive; then the reset.
            streams[id]?.toRouter.append(.end)
            schedule(.toRouter(stream: id), in: delay)
        }
        schedule(.start(node: node), in: 5000...80_000)
    }

    func wake(_ node: Int) {
        guard nodes[node].isUp, nodes[node].isPaused else { return }
        note("wake", node)
        nodes[node].isPaused = false
        let backlog = nodes[node].backlog
        nodes[node].backlog = []
        for event in backlog { queue.add(event, at: now) }
    }

    /// Keeps what arrives at a paused process for later.
    func keeps(_ event: SimulatedEvent, _ node: Int) -> Bool {
        guard nodes[node].isUp, nodes[node].isPaused else { return false }
        nodes[node].backlog.append(event)
        return true
    }

    func flush(_ node: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard nodes[node].isUp, nodes[node].instance == instance else { return }
        if keeps(event, node) { return }
        nodes[node].isFlushDue = false
        flush(node)
    }

    private func flush(_ node: Int) {
        let (now, wall) = (now, wallClock(node))
        carryOut(node) { $0.flush(now: now, wall: wall, effects: &$1) }
    }

    /// Each node's wall clock is a little wrong in its own way.
    private func wallClock(_ node: Int) -> Timestamp {
        let skew = Int64(node) * 1500 - 2000
        return Timestamp(microseconds: 1_700_000_000_000_000 + Int64(now / 1000) + skew)
    }

    func tick(_ node: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard nodes[node].isUp, nodes[node].instance == instance else { return }
        if keeps(event, node) { return }
        input(node) { $0.feedHeartbeat(effects: &$1) }
        flush(node)
        askQuorum(node) { $0.tick(effects: &$1) }
        for acceptor in acceptors.indices { giveUpSilentLog(node, acceptor) }
        schedule(.tick(node: node, instance: instance), in: 9000...11_000)
    }

    func take(_ map: SimulatedMap, _ node: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard nodes[node].isUp, nodes[node].instance == instance else { return }
        if isHeld(event, by: .coordinator(node: node)) { return }
        if keeps(event, node) { return }
        guard map.version > nodes[node].mapVersion else { return }
        nodes[node].mapVersion = map.version
        let isPrimary = map.primary == node && map.instance == instance
        let duty: ReplicaDuty =
            isPrimary
            ? .primary(map.epoch) : .standby(writesSnapshots: map.standbys.first == node)
        input(node) { $0.assume(duty, effects: &$1) }
    }

    /// Gives a replica an input; its turn ends with a flush soon after.
    func input(_ node: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        carryOut(node, body)
        guard !nodes[node].isFlushDue else { return }
        nodes[node].isFlushDue = true
        schedule(.flush(node: node, instance: nodes[node].instance), in: 10...200)
    }

    private func carryOut(_ node: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        var effects: [ReplicaEffect] = []
        body(nodes[node].replica, &effects)
        checkState(node)
        for effect in effects { carryOut(node, effect) }
    }

    /// Gives a node's quorum an input and carries out what it wants, in the order it came up.
    func askQuorum(_ node: Int, _ body: (inout LogQuorum, inout [LogQuorum.Effect]) -> Void) {
        var new: [LogQuorum.Effect] = []
        body(&nodes[node].quorum, &new)
        let isFirst = nodes[node].quorumEffects.isEmpty
        nodes[node].quorumEffects += new
        guard isFirst else { return }
        var place = 0
        while place < nodes[node].quorumEffects.count {
            carryOut(node, nodes[node].quorumEffects[place])
            place += 1
        }
        nodes[node].quorumEffects = []
    }

    private func carryOut(_ node: Int, _ effect: LogQuorum.Effect) {
        switch effect {
        case .ask(let request, let acceptor): ask(node, acceptor, request)
        case .answer(let reply, let request):
            input(node) { $0.received(reply, to: request, effects: &$1) }
        case .ready: input(node) { $0.acceptorReady(effects: &$1) }
        case .lost: input(node) { $0.acceptorLost(effects: &$1) }
        case .note: break
        }
    }

    private func carryOut(_ node: Int, _ effect: ReplicaEffect) {
        switch effect {
        case .ask(let request): askQuorum(node) { $0.ask(request, effects: &$1) }
        case .resign: nodes[node].quorum.resign()
        case .follow(let id): follow(node, after: id)
        case .stopFollowing: stopFollowing(node)
        case .send(let response, let stream): send(response, to: stream.rawValue, node)
        case .close(let stream): sendToRouter(.end, stream.rawValue)
        case .feed(let message, let followers):
            check(message, from: node)
            for stream in followers { sendToRouter(.feed(message), stream.rawValue) }
        case .note(let level, let text):
            if level == .error, text.hasPrefix("replica halted") {
                violation("node \(node): \(text)")
            }
        case .committed, .answered: break
        }
    }

    // MARK: Checks

    /// I3, I4 and I5: what a replica holds is what the durable log says at its position.
    private func checkState(_ node: Int) {
        let replica = nodes[node].replica
        let position = replica.position.rawValue
        if replica.isServing, !oracle.openedEpochs.contains(replica.epoch) {
            violation("I5: node \(node) serves epoch \(replica.epoch) without its marker")
        }
        guard position != nodes[node].checked else { return }
        nodes[node].checked = position
        guard position <= oracle.count else {
            return violation("I4: node \(node) has applied \(position), not durable yet")
        }
        if replica.digest != oracle.digests[Int(position)] {
            violation("I3: node \(node) differs from the log at \(position)")
        }
        if replica.feedPosition.rawValue != oracle.feedPositions[Int(position)] {
            violation("I3: node \(node) numbers its feed otherwise at \(position)")
        }
    }

    private func send(_ response: SessionResponse, to stream: UInt64, _ node: Int) {
        if case .reply(let sequence, let reply) = response, let session = streams[stream]?.session {
            check(reply, to: session, sequence, node)
        }
        let position = nodes[node].replica.position.rawValue
        sendToRouter(.response(response, position: position), stream)
    }

    /// I4 and exactly once: the reply is the one of the durable log.
    private func check(_ reply: Reply, to session: SessionID, _ sequence: UInt64, _ node: Int) {
        guard let durable = oracle.reply(to: session, sequence) else {
            return violation("I4: node \(node) answers command \(sequence) before its commit")
        }
        // A late second copy whose answer nobody needs any more.
        if reply == .rejected(.duplicateExpired) { return }
        if reply != durable.reply {
            violation("exactly once: command \(sequence) answered \(reply), was \(durable.reply)")
        }
    }

    /// I4 for the feed: every event is the durable one of its number.
    private func check(_ message: FeedMessage, from node: Int) {
        switch message {
        case .events(let first, let events):
            let start = Int(first.rawValue) - 1
            let end = start + events.count
            guard start >= 0, end <= oracle.events.count,
                Array(oracle.events[start..<end]) == events
            else { return violation("I4: node \(node) sends events \(first) that are not durable") }
        case .snapshot(let position, _), .heartbeat(let position):
            guard position.rawValue <= UInt64(oracle.events.count) else {
                return violation("I4: node \(node) tells of feed position \(position)")
            }
        }
    }
}
