import Replication
import Shard
import Wire

// The streams by which replicas follow the log.

extension SimulatedCluster {
    func follow(_ replica: Int, after id: EntryID) {
        replicas[replica].tail = QuorumTail(acceptorCount: acceptors.count, after: id)
        for acceptor in acceptors.indices {
            replicas[replica].tails[acceptor].generation += 1
            replicas[replica].tails[acceptor].isRunning = true
            replicas[replica].tails[acceptor].position = id
            pollTail(replica, acceptor, in: 100...2000)
        }
    }

    func stopFollowing(_ replica: Int) {
        for acceptor in acceptors.indices {
            replicas[replica].tails[acceptor].generation += 1
            replicas[replica].tails[acceptor].isRunning = false
        }
    }

    private func pollTail(_ replica: Int, _ acceptor: Int, in delay: ClosedRange<UInt64>) {
        let generation = replicas[replica].tails[acceptor].generation
        let event = SimulatedEvent.pollTail(
            replica: replica,
            acceptor: acceptor,
            generation: generation
        )
        schedule(event, in: delay)
    }

    func pollTail(_ replica: Int, _ acceptor: Int, _ generation: UInt64) {
        let tail = replicas[replica].tails[acceptor]
        guard tail.isRunning, tail.generation == generation else { return }
        var new: [LogRecord] = []
        if isReachable(acceptor, from: replicas[replica].node) {
            let request = AcceptorRequest.read(after: tail.position, limit: 8)
            let reply = acceptors[acceptor].logs[parties[replica].log].answer(request)
            if case .records(let records) = reply { new = records }
            replicas[replica].tails[acceptor].heard = now
        }
        guard let last = new.last else { return pollTail(replica, acceptor, in: 300...1500) }
        replicas[replica].tails[acceptor].position = last.id
        let event = SimulatedEvent.deliverTail(
            replica: replica,
            acceptor: acceptor,
            generation: generation,
            new
        )
        schedule(event, in: delay)
    }

    func deliverTail(
        _ replica: Int,
        _ acceptor: Int,
        _ generation: UInt64,
        _ records: [LogRecord],
        _ event: SimulatedEvent
    ) {
        let node = replicas[replica].node
        if isHeld(event, by: .log(process: node, acceptor: acceptor), .back) { return }
        if keeps(event, node) { return }
        let tail = replicas[replica].tails[acceptor]
        guard tail.isRunning, tail.generation == generation else { return }
        let durable = replicas[replica].tail.received(records, from: acceptor)
        if !durable.isEmpty { input(replica) { $0.tailed(durable, effects: &$1) } }
        guard replicas[replica].tails[acceptor].generation == generation else { return }
        pollTail(replica, acceptor, in: 50...400)
    }
}
