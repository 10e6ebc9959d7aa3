import Matching
import Replication
import Trading
import Wire

extension Replica {
    /// Groups what is pending into batches and proposes them; called once at the end of every turn
    /// of the loop, so that a batch holds all that came in meanwhile.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - wall: Wall clock; log time follows it, see `logTime`.
    ///   - effects: What to do is appended here.
    public func flush(now: UInt64, wall: Timestamp, effects: inout [ReplicaEffect]) {
        (latestWall, latestNow) = (wall, now)
        retryRefused(now: now, &effects)
        guard isServing, isAcceptorReady else { return }
        relayTransfers(&effects)
        carryTimeOn()
        while !sessions.pending.isEmpty, sessions.batches.count < settings.batchesInFlightMax {
            propose(&effects)
        }
        verify(&effects)
    }

    /// The time of an entry proposed now.
    ///
    /// It never goes back, and within a term runs at most twice as fast as this process' monotonic
    /// clock: a wall clock that jumps ahead makes nobody forget what a client may still retry.
    private var logTime: Timestamp {
        let elapsed = Int64(clamping: (latestNow - min(proposedNow, latestNow)) / 1000)
        let reachable = proposedTime.microseconds.addingReportingOverflow(2 * elapsed).partialValue
        return max(min(latestWall, Timestamp(microseconds: reachable)), proposedTime, cursor.time)
    }

    /// Logs a command of no other effect once something is due and no client's command is under way
    /// to carry log time there.
    ///
    /// Never a second one: while the first is pending or in flight the streams are not idle. Its
    /// entry's time is not before the due time, so what was due is done when it is applied.
    private func carryTimeOn() {
        guard sessions.isIdle, let due = nextDue, due <= logTime else { return }
        sessions.submitOwn(.void, after: machine.lastSequence(of: SessionStreams.system))
    }

    /// Asks again for all that the duty needs once an acceptor that refused had a pause.
    private func retryRefused(now: UInt64, _ effects: inout [ReplicaEffect]) {
        guard isRefused, isAcceptorReady else { return }
        guard let due = retryAt else {
            retryAt = now + settings.retryNanoseconds
            return
        }
        guard now >= due else { return }
        isRefused = false
        retryAt = nil
        resume(&effects)
    }

    private func propose(_ effects: inout [ReplicaEffect]) {
        var payload = ByteWriter(capacity: 4096)
        let batch = sessions.takeBatch(settings: settings, into: &payload, now: latestNow)
        let time = logTime
        (proposedTime, proposedNow) = (time, latestNow)
        let request = leader?.propose(
            payload: payload.bytes,
            commandCount: batch.commands.count,
            firstCommand: proposedCount + 1,
            time: time,
            committed: cursor.id.sequence,
            digest: machine.digest
        )
        proposedCount += UInt64(batch.commands.count)
        sessions.batches.append(batch)
        if let request { effects.append(.ask(request)) }
    }

    /// Handles an answer to seal, open or append.
    func lead(
        _ reply: AcceptorReply,
        to request: AcceptorRequest,
        _ effects: inout [ReplicaEffect]
    ) {
        guard let outcome = leader?.received(reply, to: request) else { return }
        switch outcome {
        case .nothing: break
        case .refused: isRefused = true
        case .sealed(let tail):
            // A second answer to a seal too: the term has forgotten what it read before.
            rewound = nil
            effects.append(.note(.info, "sealed; the tail is \(tail), ours \(cursor.id)"))
            catchUp(&effects)
        case .opened(let records):
            if apply(records, &effects) { serve(&effects) }
        case .committed(let record): commit(record, &effects)
        case .fenced(let promised):
            stepDown(because: "fenced by epoch \(promised)", &effects)
            follow(&effects)
        case .lost(let reason): halt(reason, &effects)
        }
    }

    func openTerm(_ effects: inout [ReplicaEffect]) {
        let text = Array("opened at position \(position)".utf8)
        let digest = machine.digest
        do throws(LogFault) {
            let request = try leader?.open(
                cursor: cursor,
                time: latestWall,
                digest: digest,
                payload: text
            )
            if let request { effects.append(.ask(request)) }
        } catch {
            recover(from: error, &effects)
        }
    }

    private func serve(_ effects: inout [ReplicaEffect]) {
        relay = OutboxRelay()
        proposedCount = cursor.commandCount
        (proposedTime, proposedNow) = (cursor.time, latestNow)
        submitGenesis()
        submitOrderLimits()
        for (stream, session) in sessions.welcomeWaiting() {
            welcome(stream, session, &effects)
        }
        effects.append(.note(.info, "serving epoch \(epoch) from position \(position)"))
    }

    /// The genesis comes before any other command: a log with no other may lack the rest of it,
    /// since it can take several batches and its primary may have died between two.
    private func submitGenesis() {
        let logged = machine.lastSequence(of: SessionStreams.system)
        guard cursor.commandCount == logged else { return }
        sessions.submitGenesis(genesis, after: logged)
    }

    /// The limits may have changed since the log began.
    private func submitOrderLimits() {
        guard let orderLimits, machine.engine.orderLimits != orderLimits else { return }
        sessions.submitOwn(
            .setOrderLimits(orderLimits),
            after: machine.lastSequence(of: SessionStreams.system)
        )
    }

    /// Whether the genesis is in.
    ///
    /// A question that came before it would hear of no pair, and a router would then wait for the map
    /// to say where else that trades.
    private var hasGenesis: Bool {
        let logged = machine.lastSequence(of: SessionStreams.system)
        return logged >= UInt64(genesis.count) || cursor.commandCount > logged
    }

    private func commit(_ record: LogRecord, _ effects: inout [ReplicaEffect]) {
        invariant(!sessions.batches.isEmpty, "a committed record has its batch in flight")
        let batch = sessions.batches.removeFirst()
        do {
            guard let entry = try cursor.advance(to: record) else { return }
            invariant(entry.commandCount == UInt32(batch.commands.count), "the batch is the entry")
        } catch {
            return halt("own entry \(record.id) does not follow: \(error)", &effects)
        }
        var events: [MarketEvent] = []
        for command in batch.commands {
            let outcome = machine.apply(command.command, at: cursor.time, events: &events)
            accounts.take(machine.engine.reports, of: record.id.sequence)
            finish(command, outcome, &effects)
            if let instrument = command.command.command.instrument {
                commandCounts[instrument, default: 0] += 1
            }
        }
        cursor.applied(digest: machine.digest)
        snapshots.count(record)
        effects.append(
            .committed(
                commands: batch.commands.count,
                bytes: record.bytes.count,
                proposedAt: batch.proposedAt
            )
        )
        feed.publish(events, &effects)
        publishAccounts(&effects)
        tellDestinations(&effects)
        answerCredits(&effects)
        takeSnapshotIfDue(&effects)
    }

    private func finish(
        _ command: StreamCommand,
        _ outcome: CommandOutcome,
        _ effects: inout [ReplicaEffect]
    ) {
        guard let stream = command.stream else { return }
        sessions.answered(on: stream)
        let sequence = command.command.sequence
        let reply: Reply
        switch outcome {
        case .gap: return refuse(stream, .gap, &effects)
        case .rejected(let reason): reply = .rejected(reason)
        case .answered:
            // Kept at least until a later command of the session acknowledges it.
            reply =
                machine.withReply(to: sequence, of: command.command.session) { $0 }
                ?? .rejected(.duplicateExpired)
        }
        var reason: RejectReason?
        if case .rejected(let why) = reply { reason = why }
        effects.append(.answered(reason))
        guard sessions.isOpen(stream) else { return }
        // As it is by now: for who was told before, the number is of no use.
        if reply.hasPlaced, let account = command.command.command.orderOwner {
            let usage = machine.engine.orderUsage(of: account)
            effects.append(.send(.ordersUsed(account, usage), to: stream))
        }
        effects.append(.send(.reply(sequence: sequence, reply), to: stream))
    }

    // MARK: Reads

    /// Asks whether the term still stands, for all questions that came since the last time: the
    /// state then reflects everything acknowledged before any of them.
    private func verify(_ effects: inout [ReplicaEffect]) {
        guard sessions.verifying.isEmpty, !sessions.questions.isEmpty, hasGenesis else { return }
        sessions.verifyQuestions()
        effects.append(.ask(.verify(epoch)))
    }

    func reverify(_ effects: inout [ReplicaEffect]) {
        guard isServing, !sessions.verifying.isEmpty else { return }
        effects.append(.ask(.verify(epoch)))
    }

    func verified(_ reply: AcceptorReply, _ effects: inout [ReplicaEffect]) {
        if case .fenced(let promised, _) = reply {
            stepDown(because: "fenced by epoch \(promised)", &effects)
            return follow(&effects)
        }
        guard case .done = reply, isServing else { return }
        let questions = sessions.verifying
        sessions.verifying.removeAll(keepingCapacity: true)
        for question in questions where sessions.isOpen(question.stream) {
            let reply: Reply
            if case .position = question.query {
                reply = .position(machine.feedPosition)
            } else {
                reply =
                    copies.answer(question.query, machine)
                    ?? machine.engine.answer(question.query)
            }
            effects.append(.send(.answer(id: question.id, reply), to: question.stream))
        }
    }

    // MARK: Leaving

    /// Gives up the term.
    ///
    /// What is in flight may be in the log or not; the next primary knows, and
    /// the routers ask it.
    func stepDown(because reason: String, _ effects: inout [ReplicaEffect]) {
        effects.append(.note(.warning, "leaving epoch \(epoch): \(reason)"))
        leader = nil
        copies = PairCopies()
        isReading = false
        effects.append(.resign)
        for stream in sessions.dropAll() {
            effects.append(.send(.refused(.notPrimary), to: stream))
            effects.append(.close(stream))
        }
    }
}

extension Reply {
    /// Whether an order was placed.
    fileprivate var hasPlaced: Bool {
        switch self {
        case .placed, .placedList: return true
        case .replaced(let outcome):
            if case .done = outcome.place { return true }
            return false
        default: return false
        }
    }
}
