import Configuration
import EventLoop
import Observability
import Redis
import Replication
import Trading
import Wire

/// One shard's log on the cluster's Redis instances: carries out what its quorum wants.
final class ShardLog {
    /// The log can be asked.
    var onReady: (() -> Void)?
    /// It cannot be any more.
    var onLost: ((_ reason: String) -> Void)?
    /// What the log answers.
    var onAnswer: ((AcceptorReply, AcceptorRequest) -> Void)?
    /// Records that are durable, while following.
    var onRecords: (([LogRecord]) -> Void)?

    /// How often acceptors that refused or lag are tried again.
    private static let tickMilliseconds: UInt64 = 50

    private let context: ProcessContext
    private let shard: ShardID
    private let acceptors: [LogAcceptor]
    private let tails: [LogTail]
    private var quorum: LogQuorum
    private var durable: QuorumTail
    /// Effects in the order they came up, since carrying one out can bring more.
    private var effects: [LogQuorum.Effect] = []
    private var isCarryingOut = false
    private var ticks: LoopTimer?

    init(context: ProcessContext, shard: ShardID) {
        self.context = context
        self.shard = shard
        acceptors = context.logAcceptors(of: shard)
        tails = acceptors.map {
            LogTail(loop: context.loop, endpoint: $0.endpoint, shard: shard)
        }
        quorum = LogQuorum(
            acceptorCount: acceptors.count,
            incarnation: context.plan.clusterNumber
        )
        durable = QuorumTail(acceptorCount: acceptors.count, after: .zero)
        for index in acceptors.indices { listen(to: index) }
        let interval = Self.tickMilliseconds
        ticks = context.loop.schedule(
            afterMilliseconds: interval,
            repeatingMilliseconds: interval
        ) { [weak self] in self?.input { $0.tick(effects: &$1) } }
    }

    private func listen(to index: Int) {
        acceptors[index].onReady = { [weak self] in
            self?.input { $0.ready(index, effects: &$1) }
        }
        acceptors[index].onLost = { [weak self] reason in
            guard let self else { return }
            note("redis \(context.plan.redis[index].id) unreachable: \(reason)")
            input { $0.lost(index, effects: &$1) }
        }
        tails[index].onRecords = { [weak self] records in
            guard let self else { return }
            let new = durable.received(records, from: index)
            if !new.isEmpty { onRecords?(new) }
        }
    }

    /// Redis instances that hold all that is durable, as far as a primary knows.
    var followingCount: Int { quorum.followingCount }

    /// Asks the log; the answer comes through `onAnswer`.
    func ask(_ request: AcceptorRequest) { input { $0.ask(request, effects: &$1) } }

    /// Asks nothing more in the name of the present term.
    func resign() { quorum.resign() }

    /// Delivers durable records after an id, and goes on.
    func follow(after id: EntryID) {
        durable = QuorumTail(acceptorCount: tails.count, after: id)
        for tail in tails { tail.start(after: id) }
    }

    /// Stops that.
    func stopFollowing() { for tail in tails { tail.stop() } }

    private func input(_ body: (inout LogQuorum, inout [LogQuorum.Effect]) -> Void) {
        body(&quorum, &effects)
        guard !isCarryingOut else { return }
        isCarryingOut = true
        var place = 0
        while place < effects.count {
            carryOut(effects[place])
            place += 1
        }
        effects.removeAll(keepingCapacity: true)
        isCarryingOut = false
    }

    private func carryOut(_ effect: LogQuorum.Effect) {
        switch effect {
        case .ask(let request, let index):
            acceptors[index].send(request) { [weak self] reply in
                self?.input { $0.received(reply, to: request, from: index, effects: &$1) }
            }
        case .answer(let reply, let request): onAnswer?(reply, request)
        case .ready: onReady?()
        case .lost(let reason): onLost?(reason)
        case .note(let text): note(text)
        }
    }

    private func note(_ text: String) {
        context.log.log(.warning, text, ["shard": LogValue(shard.rawValue)])
    }
}

extension ProcessContext {
    /// A shard's log on each Redis of the plan, in its order; begins to connect.
    func logAcceptors(of shard: ShardID) -> [LogAcceptor] {
        plan.redis.map {
            LogAcceptor(
                loop: loop,
                endpoint: RedisEndpoint(host: $0.host, port: $0.port),
                shard: shard,
                durability: RedisDurability(plan.durability)
            )
        }
    }
}

extension RedisDurability {
    fileprivate init(_ durability: Durability) {
        switch durability {
        case .always: self = .always
        case .everysec: self = .everySecond
        }
    }
}
