import Configuration
import EventLoop
import Redis
import Replication
import Trading
import Wire

/// Makes the logs of a new cluster on all its Redis instances.
///
/// A log that one of them already has entries of is left as it is: an instance without it has lost
/// its disk, and only a primary may fill it again (I6).
final class LogCreation {
    private let context: ProcessContext
    private let onDone: () -> Void
    private var logs: [Log] = []
    private var remaining: Int

    /// One shard's log while it is made.
    private final class Log {
        var acceptors: [LogAcceptor] = []
        var answered: Set<Int> = []
        var hasEntries = false
        var created: Set<Int> = []
    }

    /// Begins; instances may come up later.
    ///
    /// - Parameters:
    ///   - context: The process.
    ///   - onDone: Called once all logs are there.
    init(context: ProcessContext, onDone: @escaping () -> Void) {
        self.context = context
        self.onDone = onDone
        let shards = [ShardID(0)] + context.plan.shards.map { ShardID($0.id) }
        remaining = shards.count
        for shard in shards { make(shard) }
    }

    private func make(_ shard: ShardID) {
        let log = Log()
        logs.append(log)
        log.acceptors = context.logAcceptors(of: shard)
        for index in log.acceptors.indices {
            log.acceptors[index].onReady = { [unowned self, unowned log] in look(log, index) }
        }
    }

    private func look(_ log: Log, _ index: Int) {
        guard !log.answered.contains(index) else { return create(log, index) }
        log.acceptors[index].send(.find(atMost: .max)) { [unowned self, unowned log] reply in
            // No answer: the acceptor comes back by itself and `onReady` tries again.
            guard let reply else { return }
            guard case .records(let records) = reply else {
                context.die("cannot look for a log: \(reply)")
            }
            log.answered.insert(index)
            log.hasEntries = log.hasEntries || !records.isEmpty
            guard log.answered.count == log.acceptors.count else { return }
            if log.hasEntries { return finish(log) }
            for index in log.acceptors.indices { create(log, index) }
        }
    }

    private func create(_ log: Log, _ index: Int) {
        guard log.answered.count == log.acceptors.count, !log.hasEntries else { return }
        let request = AcceptorRequest.create(incarnation: context.plan.clusterNumber)
        log.acceptors[index].send(request) { [unowned self, unowned log] reply in
            guard let reply else { return }
            guard reply == .done else { context.die("cannot create a log: \(reply)") }
            log.created.insert(index)
            if log.created.count == log.acceptors.count { finish(log) }
        }
    }

    private func finish(_ log: Log) {
        guard !log.acceptors.isEmpty else { return }
        for acceptor in log.acceptors { acceptor.close() }
        log.acceptors = []
        remaining -= 1
        if remaining == 0 { onDone() }
    }
}
