import Replication
import Shard
import Trading
import Wire

// What nodes and coordinators have in common: starting, dying, being paused, and a log.

extension SimulatedCluster {
    func isNode(_ process: Int) -> Bool { process < Self.nodeCount }

    /// Those of a process that have a log: a coordinator itself, or the replicas of a node.
    func parties(of process: Int) -> [Int] {
        isNode(process) ? hosted[process] : [replicas.count + place(of: process)]
    }

    func start(_ process: Int) {
        processes[process].instance += 1
        processes[process].isUp = true
        processes[process].isPaused = false
        processes[process].backlog = []
        processes[process].isFlushDue = false
        let instance = processes[process].instance
        note("start", process, instance)
        for party in parties(of: process) {
            parties[party].quorum = LogQuorum(acceptorCount: acceptors.count, incarnation: 1)
            parties[party].quorumEffects = []
        }
        if isNode(process) { startNode(process) } else { startCoordinator(process) }
        for party in parties(of: process) {
            for acceptor in acceptors.indices { connectLog(party, acceptor, in: 200...3000) }
        }
        schedule(.tick(process: process, instance: instance), in: 1000...10_000)
    }

    /// The process is killed; it starts again after some time, in microseconds.
    func crash(_ process: Int, startsIn delay: ClosedRange<UInt64>) {
        guard processes[process].isUp else { return }
        note("crash", process)
        processes[process].isUp = false
        processes[process].isPaused = false
        processes[process].backlog = []
        for party in parties(of: process) {
            for acceptor in acceptors.indices {
                if let id = parties[party].connections[acceptor] { abandon(id) }
                parties[party].connections[acceptor] = nil
            }
        }
        if isNode(process) { nodeDied(process) } else { coordinatorDied(process) }
        schedule(.start(process: process), in: delay)
    }

    func wake(_ process: Int) {
        guard processes[process].isUp, processes[process].isPaused else { return }
        note("wake", process)
        processes[process].isPaused = false
        let backlog = processes[process].backlog
        processes[process].backlog = []
        for event in backlog { queue.add(event, at: now) }
    }

    /// Keeps what arrives at a paused process for later.
    func keeps(_ event: SimulatedEvent, _ process: Int) -> Bool {
        guard processes[process].isUp, processes[process].isPaused else { return false }
        processes[process].backlog.append(event)
        return true
    }

    func isAlive(_ process: Int, _ instance: UInt64) -> Bool {
        processes[process].isUp && processes[process].instance == instance
    }

    func wallClock(_ process: Int) -> Timestamp {
        let time = 1_700_000_000_000_000 + Int64(now / 1000)
        return Timestamp(microseconds: time + processes[process].clockError)
    }

    func tick(_ process: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        if isNode(process) { tickNode(process) }
        for party in parties(of: process) {
            askQuorum(party) { $0.tick(effects: &$1) }
            for acceptor in acceptors.indices { giveUpSilentLog(party, acceptor) }
        }
        schedule(.tick(process: process, instance: instance), in: 9000...11_000)
    }

    /// Lets the turn of a process end soon.
    func flushSoon(_ process: Int) {
        guard !processes[process].isFlushDue else { return }
        processes[process].isFlushDue = true
        let instance = processes[process].instance
        schedule(.flush(process: process, instance: instance), in: 10...200)
    }

    func flush(_ process: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        processes[process].isFlushDue = false
        if isNode(process) { flushNode(process) } else { flushCoordinator(process) }
    }

    /// Gives a party's quorum an input and carries out what it wants, in the order it came up.
    func askQuorum(_ party: Int, _ body: (inout LogQuorum, inout [LogQuorum.Effect]) -> Void) {
        var new: [LogQuorum.Effect] = []
        body(&parties[party].quorum, &new)
        let isFirst = parties[party].quorumEffects.isEmpty
        parties[party].quorumEffects += new
        guard isFirst else { return }
        var place = 0
        while place < parties[party].quorumEffects.count {
            carryOut(party, parties[party].quorumEffects[place])
            place += 1
        }
        parties[party].quorumEffects = []
    }

    private func carryOut(_ party: Int, _ effect: LogQuorum.Effect) {
        if case .ask(let request, let acceptor) = effect { return ask(party, acceptor, request) }
        guard party < replicas.count else {
            return carryOutCoordinator(parties[party].process, effect)
        }
        switch effect {
        case .answer(let reply, let request):
            input(party) { $0.received(reply, to: request, effects: &$1) }
        case .ready: input(party) { $0.acceptorReady(effects: &$1) }
        case .lost: input(party) { $0.acceptorLost(effects: &$1) }
        case .ask, .note: break
        }
    }
}
