import EventLoop
import Redis
import Replication
import Shard
import Trading

/// A standby as a node runs it, with the log alone: no routers, no feed.
final class FollowingReplica {
    private let replica: Replica
    private let log: ShardLog
    /// What went wrong, in its own words.
    private(set) var faults: [String] = []

    /// Begins to follow.
    init(_ log: ShardLog) {
        self.log = log
        replica = Replica(shard: CatchUpLog.shard, genesis: [])
        log.onReady = { [weak self] in self?.perform { $0.acceptorReady(effects: &$1) } }
        log.onLost = { [weak self] _ in self?.perform { $0.acceptorLost(effects: &$1) } }
        log.onAnswer = { [weak self] reply, request in
            self?.perform { $0.received(reply, to: request, effects: &$1) }
        }
        log.onRecords = { [weak self] records in
            self?.perform { $0.tailed(records, effects: &$1) }
        }
        perform { $0.assume(.standby(writesSnapshots: false), effects: &$1) }
    }

    /// Whether it has read to the end of the log.
    func hasCaughtUp(with sequence: SequenceNumber) -> Bool {
        replica.hasCaughtUp && replica.position >= sequence
    }

    /// Names its state.
    var digest: UInt64 { replica.digest }

    func close() { log.close() }

    private func perform(_ input: (Replica, inout [ReplicaEffect]) -> Void) {
        var effects: [ReplicaEffect] = []
        input(replica, &effects)
        for effect in effects {
            switch effect {
            case .ask(let request): log.ask(request)
            case .resign: log.resign()
            case .follow(let id): log.follow(after: id)
            case .stopFollowing: log.stopFollowing()
            case .note(let level, let text):
                if level != .info { faults.append(text) }
            case .send, .close, .feed, .accounts, .committed, .answered, .deliver: break
            }
        }
    }
}
