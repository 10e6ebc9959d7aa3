import Membership
import Replication
import Shard
import Trading
import Wire

// The processes that host replicas, and the checks of whatever a replica does.

extension SimulatedCluster {
    func makeReplica() -> Replica {
        Replica(shard: Self.shard, genesis: SimulatedMarket.genesis, settings: settings)
    }

    func startNode(_ node: Int) {
        nodes[node].replica = makeReplica()
        stopFollowing(node)
        nodes[node].checked = 0
        startMember(node)
    }

    func nodeDied(_ node: Int) {
        stopFollowing(node)
        endStreams(of: node)
        endMember(node)
    }

    func flushNode(_ node: Int) {
        let (now, wall) = (now, wallClock(node))
        carryOut(node) { $0.flush(now: now, wall: wall, effects: &$1) }
    }

    /// Does what the newest map says, as `ShardNode`.
    func follow(_ map: ShardMap, node: Int) {
        guard let assignment = map.assignment(Self.shard) else { return }
        let own = memberID(node)
        let isPrimary =
            assignment.primary == own && assignment.primaryInstance == processes[node].instance
        let duty: ReplicaDuty =
            isPrimary
            ? .primary(assignment.epoch)
            : .standby(writesSnapshots: assignment.standbys.first == own)
        input(node) { $0.assume(duty, effects: &$1) }
    }

    /// What a node says of its replica, as `ShardNode`.
    func status(of node: Int) -> ReplicaStatus {
        let replica = nodes[node].replica
        return ReplicaStatus(
            shard: Self.shard,
            epoch: replica.epoch,
            isPrimary: replica.isServing,
            position: replica.position,
            isCaughtUp: replica.hasCaughtUp,
            logSilenceMilliseconds: UInt32(clamping: logSilence(of: node) / Self.millisecond)
        )
    }

    private func logSilence(of node: Int) -> UInt64 {
        guard nodes[node].replica.isFollowingLog else {
            return nodes[node].replica.logSilenceNanoseconds
        }
        return now - nodes[node].tails.map(\.heard).sorted(by: >)[acceptors.count / 2]
    }

    /// Gives a replica an input; its turn ends with a flush soon after.
    func input(_ node: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        carryOut(node, body)
        flushSoon(node)
    }

    private func carryOut(_ node: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        let replica = nodes[node].replica
        let (wasServing, epoch) = (replica.isServing, replica.epoch)
        var effects: [ReplicaEffect] = []
        body(replica, &effects)
        checkState(node)
        for effect in effects { carryOut(node, effect) }
        // As `ReplicaHost`: a change of role is reported at once.
        if replica.isServing != wasServing || replica.epoch != epoch { report(node) }
    }

    private func carryOut(_ node: Int, _ effect: ReplicaEffect) {
        switch effect {
        case .ask(let request): askQuorum(node) { $0.ask(request, effects: &$1) }
        case .resign: processes[node].quorum.resign()
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
        // One shard has nobody to send funds to.
        case .committed, .answered, .deliver: break
        }
    }

    // MARK: Checks

    /// I3, I4 and I5: what a replica holds is what the durable log says at its position, and who
    /// serves has a durable term, given to it by the coordinators' durable log.
    private func checkState(_ node: Int) {
        let replica = nodes[node].replica
        let position = replica.position.rawValue
        if replica.isServing {
            if !oracle.chain.openedEpochs.contains(replica.epoch) {
                violation("I5: node \(node) serves epoch \(replica.epoch) without its marker")
            }
            let term = MapOracle.Term(node: memberID(node), instance: processes[node].instance)
            if mapOracle.terms[replica.epoch] != term {
                violation("map: node \(node) serves epoch \(replica.epoch), which is not its own")
            }
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
            guard start >= 0, oracle.holds(events, from: start) else {
                return violation("I4: node \(node) sends events \(first) that are not durable")
            }
        case .snapshot(let position, _), .heartbeat(let position):
            guard position.rawValue <= UInt64(oracle.events.count) else {
                return violation("I4: node \(node) tells of feed position \(position)")
            }
        }
    }
}
