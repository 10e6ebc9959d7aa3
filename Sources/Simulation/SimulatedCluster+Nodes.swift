import Membership
import Replication
import Shard
import Trading
import Wire

// The processes that host replicas, and the checks of whatever a replica does.

extension SimulatedCluster {
    func makeReplica(of shard: Int) -> Replica {
        Replica(
            shard: layout.shards[shard].id,
            genesis: layout.genesis(of: shard),
            settings: settings
        )
    }

    /// Where a node's replica of a shard is; nil if it hosts none.
    func replica(of shard: Int, on node: Int) -> Int? {
        hosted[node].first { replicas[$0].shard == shard }
    }

    func startNode(_ node: Int) {
        for replica in hosted[node] {
            replicas[replica].replica = makeReplica(of: replicas[replica].shard)
            stopFollowing(replica)
            replicas[replica].checked = 0
        }
        startMember(node)
    }

    func nodeDied(_ node: Int) {
        for replica in hosted[node] { stopFollowing(replica) }
        endLines(of: node)
        endStreams(of: node)
        endMember(node)
    }

    func tickNode(_ node: Int) {
        for replica in hosted[node] { input(replica) { $0.feedHeartbeat(effects: &$1) } }
        tickLines(of: node)
        flushNode(node)
    }

    func flushNode(_ node: Int) {
        let (now, wall) = (now, wallClock(node))
        for replica in hosted[node] {
            carryOut(replica) { $0.flush(now: now, wall: wall, effects: &$1) }
        }
    }

    /// Does what the newest map says, as `ShardNode`.
    func follow(_ map: ShardMap, node: Int) {
        followLines(map, of: node)
        for assignment in map.shards {
            let shard = layout.place(of: assignment.shard)
            guard let replica = replica(of: shard, on: node) else { continue }
            let duty = duty(of: node, assignment)
            input(replica) { $0.assume(duty, effects: &$1) }
        }
    }

    private func duty(of node: Int, _ assignment: ShardAssignment) -> ReplicaDuty {
        let own = memberID(node)
        let isPrimary =
            assignment.primary == own && assignment.primaryInstance == processes[node].instance
        return isPrimary
            ? .primary(assignment.epoch)
            : .standby(writesSnapshots: assignment.standbys.first == own)
    }

    /// What a node says of its replicas, as `ShardNode`.
    func statuses(of node: Int) -> [ReplicaStatus] { hosted[node].map(status) }

    private func status(of number: Int) -> ReplicaStatus {
        let replica = replicas[number].replica
        return ReplicaStatus(
            shard: replica.shard,
            epoch: replica.epoch,
            isPrimary: replica.isServing,
            position: replica.position,
            isCaughtUp: replica.hasCaughtUp,
            logSilenceMilliseconds: UInt32(clamping: logSilence(of: number) / Self.millisecond)
        )
    }

    private func logSilence(of replica: Int) -> UInt64 {
        guard replicas[replica].replica.isFollowingLog else {
            return replicas[replica].replica.logSilenceNanoseconds
        }
        return now - replicas[replica].tails.map(\.heard).sorted(by: >)[acceptors.count / 2]
    }

    /// Gives a replica an input; its turn ends with a flush soon after.
    func input(_ number: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        carryOut(number, body)
        flushSoon(replicas[number].node)
    }

    private func carryOut(_ number: Int, _ body: (Replica, inout [ReplicaEffect]) -> Void) {
        let replica = replicas[number].replica
        let (wasServing, epoch) = (replica.isServing, replica.epoch)
        var effects: [ReplicaEffect] = []
        body(replica, &effects)
        checkState(number)
        for effect in effects { carryOut(number, effect) }
        // As `ReplicaHost`: a change of role is reported at once.
        if replica.isServing != wasServing || replica.epoch != epoch {
            report(replicas[number].node)
        }
    }

    private func carryOut(_ number: Int, _ effect: ReplicaEffect) {
        switch effect {
        case .ask(let request): askQuorum(number) { $0.ask(request, effects: &$1) }
        case .resign: parties[number].quorum.resign()
        case .follow(let id): follow(number, after: id)
        case .stopFollowing: stopFollowing(number)
        case .send(let response, let stream): send(response, to: stream.rawValue, number)
        case .close(let stream): sendToOpener(.end, stream.rawValue)
        case .feed(let message, let followers):
            check(message, from: number)
            for stream in followers { sendToOpener(.feed(message), stream.rawValue) }
        case .note(let level, let text):
            if level == .error, text.hasPrefix("replica halted") {
                violation("node \(replicas[number].node): \(text)")
            }
        case .deliver(let funds, let shard, let sequence):
            relay(funds, to: shard, sequence, from: number)
        // Routers of the simulator listen to no account.
        case .accounts, .committed, .answered: break
        }
    }
}
