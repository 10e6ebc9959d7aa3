import Matching
import Trading
import Wire

extension Replica {
    /// Most questions that wait for a transfer to arrive.
    static let creditQuestionsMax = 4096

    /// Takes what another shard said to a transfer that `deliver` asked to bring there.
    ///
    /// - Parameters:
    ///   - sequence: Its number.
    ///   - shard: Where it went.
    ///   - reply: The answer to the credit; `nil` when it is not known what became of it.
    ///   - effects: What to do is appended here.
    public func delivered(
        _ sequence: UInt64,
        to shard: ShardID,
        _ reply: Reply?,
        effects: inout [ReplicaEffect]
    ) {
        // A term before may have asked: what is there is there, whoever brought it.
        guard isServing else { return }
        switch reply {
        case .done: relay.accepted(sequence, by: shard)
        case .rejected(let reason) where reason != .transferGap:
            effects.append(
                .note(.error, "shard \(shard) does not take transfer \(sequence): \(reason)")
            )
            let retryAt = latestNow + OutboxRelay.refusedPauseNanoseconds
            relay.failed(sequence, to: shard, retryAt: retryAt)
        default:
            relay.failed(sequence, to: shard, retryAt: latestNow + OutboxRelay.pauseNanoseconds)
        }
    }

    /// Tells routers of shards that funds have gone to for the first time, before any question is
    /// answered by a state that shows it.
    func tellDestinations(_ effects: inout [ReplicaEffect]) {
        guard machine.engine.outboxes.count != sessions.destinationCount else { return }
        for shard in machine.engine.destinations {
            for stream in sessions.streamsToTell(of: shard) {
                effects.append(.send(.sendsTo(shard), to: stream))
            }
        }
    }

    /// Tells a router that has just come of all of them.
    func tellDestinations(to stream: StreamID, _ effects: inout [ReplicaEffect]) {
        for shard in machine.engine.destinations {
            effects.append(.send(.sendsTo(shard), to: stream))
        }
    }

    /// Brings transfers on their way and settles those that arrived.
    func relayTransfers(_ effects: inout [ReplicaEffect]) {
        let outboxes = machine.engine.outboxes
        guard !outboxes.isEmpty else { return }
        relay.deliveries(from: outboxes, now: latestNow) { funds, shard, sequence in
            effects.append(.deliver(funds, to: shard, sequence: sequence))
        }
        for (shard, sequence) in relay.settlements(of: outboxes) {
            sessions.submitOwn(
                .settle(to: shard, through: sequence),
                after: machine.lastSequence(of: SessionStreams.system)
            )
        }
    }

    /// Answers at once when the transfer has arrived, else when it does.
    ///
    /// No verification is needed: what was committed once stays so in every later term.
    func awaitCredit(_ question: StreamQuestion, _ effects: inout [ReplicaEffect]) {
        guard !answerCredit(question, &effects) else { return }
        if sessions.creditQuestions.count >= Self.creditQuestionsMax {
            // The oldest may be of a router that has given up long ago.
            let oldest = sessions.creditQuestions.removeFirst()
            let answer = SessionResponse.answer(id: oldest.id, .rejected(.overloaded))
            if sessions.isOpen(oldest.stream) { effects.append(.send(answer, to: oldest.stream)) }
        }
        sessions.creditQuestions.append(question)
    }

    /// Answers those whose transfer has arrived; called after every commit.
    func answerCredits(_ effects: inout [ReplicaEffect]) {
        guard !sessions.creditQuestions.isEmpty else { return }
        let questions = sessions.creditQuestions
        sessions.creditQuestions = questions.filter {
            sessions.isOpen($0.stream) && !answerCredit($0, &effects)
        }
    }

    private func answerCredit(
        _ question: StreamQuestion,
        _ effects: inout [ReplicaEffect]
    ) -> Bool {
        let reply = machine.engine.answer(question.query)
        guard reply == .done else { return false }
        effects.append(.send(.answer(id: question.id, reply), to: question.stream))
        return true
    }
}
