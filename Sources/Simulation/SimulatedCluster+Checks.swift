import Shard
import Trading
import Wire

// What is checked of every state and every effect of a replica.

extension SimulatedCluster {
    /// I3, I4 and I5: what a replica holds is what the durable log says at its position, and who
    /// serves has a durable term, given to it by the coordinators' durable log.
    func checkState(_ number: Int) {
        let replica = replicas[number].replica
        let shard = shards[replicas[number].shard]
        let position = replica.position.rawValue
        if replica.isServing { checkTerm(of: number, shard) }
        guard position != replicas[number].checked else { return }
        replicas[number].checked = position
        guard position <= shard.oracle.count else {
            return violation("I4: \(name(number)) has applied \(position), not durable yet")
        }
        if replica.digest != shard.oracle.digests[Int(position)] {
            violation("I3: \(name(number)) differs from the log at \(position)")
        }
        if replica.feedPosition.rawValue != shard.oracle.feedPositions[Int(position)] {
            violation("I3: \(name(number)) numbers its feed otherwise at \(position)")
        }
    }

    private func checkTerm(of number: Int, _ shard: SimulatedShard) {
        let epoch = replicas[number].replica.epoch
        let node = replicas[number].node
        if !shard.oracle.chain.openedEpochs.contains(epoch) {
            violation("I5: \(name(number)) serves epoch \(epoch) without its marker")
        }
        let term = MapOracle.Term(node: memberID(node), instance: processes[node].instance)
        if mapOracle.terms[MapOracle.Office(shard: shard.id, epoch: epoch)] != term {
            violation("map: \(name(number)) serves epoch \(epoch), which is not its own")
        }
    }

    func name(_ number: Int) -> String {
        "node \(replicas[number].node) of shard \(replicas[number].shard + 1)"
    }

    func send(_ response: SessionResponse, to stream: UInt64, _ number: Int) {
        // No shard is added here and all are asked for all that there is: nobody needs to be told,
        // and pinned seeds go on as they did.
        if case .sendsTo = response { return }
        if case .ordersUsed = response { return }
        if case .reply(let sequence, let reply) = response, let session = streams[stream]?.session {
            check(reply, to: session, sequence, number)
        }
        let position = replicas[number].replica.position.rawValue
        sendToOpener(.response(response, position: position), stream)
    }

    /// I4 and exactly once: the reply is the one of the durable log.
    private func check(
        _ reply: Reply,
        to session: SessionID,
        _ sequence: UInt64,
        _ number: Int
    ) {
        let shard = shards[replicas[number].shard]
        guard let durable = shard.oracle.reply(to: session, sequence) else {
            return violation("I4: \(name(number)) answers command \(sequence) before its commit")
        }
        // A late second copy whose answer nobody needs any more.
        if reply == .rejected(.duplicateExpired) { return }
        if reply != durable.reply {
            violation("exactly once: command \(sequence) answered \(reply), was \(durable.reply)")
        }
    }

    /// I4 for the feed: every event is the durable one of its number.
    func check(_ message: FeedMessage, from number: Int) {
        let shard = shards[replicas[number].shard]
        switch message {
        case .events(let first, let events):
            let start = Int(first.rawValue) - 1
            guard start >= 0, shard.oracle.holds(events, from: start) else {
                return violation("I4: \(name(number)) sends events \(first) that are not durable")
            }
        case .snapshot(let position, _), .heartbeat(let position):
            guard position.rawValue <= UInt64(shard.oracle.events.count) else {
                return violation("I4: \(name(number)) tells of feed position \(position)")
            }
        }
    }
}
