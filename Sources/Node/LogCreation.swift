import Configuration
import EventLoop
import Redis
import Replication
import Trading
import Wire

/// Makes logs on all Redis instances: those of a new cluster, or that of a new shard.
///
/// A log that one of them already has entries of is left as it is: an instance without it has lost
/// its disk, and only a primary may fill it again (I6).
final class LogCreation {
    private let context: ProcessContext
    private let mustBeEmpty: Bool
    private let onEnd: (String?) -> Void
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
    ///   - shards: Whose logs.
    ///   - mustBeEmpty: Whether a log with entries is a fault.
    ///   - onEnd: Called once all logs are there, or with what is wrong with one.
    init(
        context: ProcessContext,
        shards: [ShardID],
        mustBeEmpty: Bool = false,
        onEnd: @escaping (String?) -> Void
    ) {
        self.context = context
        self.mustBeEmpty = mustBeEmpty
        self.onEnd = onEnd
        remaining = shards.count
        for shard in shards { make(shard) }
    }

    /// Gives up; what was made stays, and is found by who tries again.
    func stop() {
        for log in logs { close(log) }
        logs = []
    }

    private func make(_ shard: ShardID) {
        let log = Log()
        logs.append(log)
        log.acceptors = context.logAcceptors(of: shard)
        for index in log.acceptors.indices {
            log.acceptors[index].onReady = { [weak self, weak log] in
                if let self, let log { look(log, index) }
            }
        }
    }

    private func look(_ log: Log, _ index: Int) {
        guard !log.answered.contains(index) else { return create(log, index) }
        log.acceptors[index].send(.find(atMost: .max)) { [weak self, weak log] reply in
            // No answer: the acceptor comes back by itself and `onReady` tries again.
            guard let self, let log, !log.acceptors.isEmpty, let reply else { return }
            guard case .records(let records) = reply else {
                return fail("cannot look for a log: \(reply)")
            }
            log.answered.insert(index)
            log.hasEntries = log.hasEntries || !records.isEmpty
            guard log.answered.count == log.acceptors.count else { return }
            if log.hasEntries {
                return mustBeEmpty ? fail("there is one with entries") : finish(log)
            }
            for index in log.acceptors.indices { create(log, index) }
        }
    }

    private func create(_ log: Log, _ index: Int) {
        guard log.answered.count == log.acceptors.count, !log.hasEntries else { return }
        let request = AcceptorRequest.create(incarnation: context.plan.clusterNumber)
        log.acceptors[index].send(request) { [weak self, weak log] reply in
            guard let self, let log, !log.acceptors.isEmpty, let reply else { return }
            guard reply == .done else { return fail("cannot create a log: \(reply)") }
            log.created.insert(index)
            if log.created.count == log.acceptors.count { finish(log) }
        }
    }

    private func finish(_ log: Log) {
        guard !log.acceptors.isEmpty else { return }
        close(log)
        remaining -= 1
        if remaining == 0 { onEnd(nil) }
    }

    private func fail(_ reason: String) {
        stop()
        onEnd(reason)
    }

    private func close(_ log: Log) {
        for acceptor in log.acceptors { acceptor.close() }
        log.acceptors = []
    }
}
