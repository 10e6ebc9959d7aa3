import Trading
import Wire

extension Replica {
    /// Takes a message from a router's session stream.
    ///
    /// - Parameters:
    ///   - request: The message.
    ///   - stream: The stream it came on; its first message must be `hello`.
    ///   - effects: What to do is appended here.
    public func received(
        _ request: SessionRequest,
        on stream: StreamID,
        effects: inout [ReplicaEffect]
    ) {
        switch request {
        case .hello(let version, let session, _):
            guard version == SessionRequest.version, !sessions.isOpen(stream) else {
                return refuse(stream, .malformed, &effects)
            }
            // While the term is being opened the stream waits: that is sooner than coming back.
            guard leader != nil else { return refuse(stream, .notPrimary, &effects) }
            sessions.open(stream, session)
            if isServing { welcome(stream, session, &effects) }
        case .command(let sequence, let acknowledged, let command, let generation):
            submit(command, generation, sequence, acknowledged, on: stream, &effects)
        case .query(let id, let query):
            guard sessions.isWelcome(stream) else {
                return refuse(stream, .malformed, &effects)
            }
            if case .credited = query {
                let question = StreamQuestion(stream: stream, id: id, query: query)
                return awaitCredit(question, &effects)
            }
            guard sessions.questions.count < settings.pendingMax else {
                effects.append(.send(.answer(id: id, .rejected(.overloaded)), to: stream))
                return
            }
            sessions.questions.append(StreamQuestion(stream: stream, id: id, query: query))
        }
    }

    /// A router's stream is gone; its commands in flight still run.
    ///
    /// - Parameter stream: Which.
    public func closed(_ stream: StreamID) {
        sessions.close(stream)
        feed.close(stream)
        accounts.close(stream)
    }

    func welcome(_ stream: StreamID, _ session: SessionID, _ effects: inout [ReplicaEffect]) {
        sessions.welcomed(stream)
        let last = machine.lastSequence(of: session)
        effects.append(.send(.welcome(epoch: epoch, sequence: last), to: stream))
        tellDestinations(to: stream, &effects)
    }

    func refuse(
        _ stream: StreamID,
        _ refusal: SessionRefusal,
        _ effects: inout [ReplicaEffect]
    ) {
        sessions.close(stream)
        effects.append(.send(.refused(refusal), to: stream))
        effects.append(.close(stream))
    }

    private func submit(
        _ command: Command,
        _ generation: UInt32,
        _ sequence: UInt64,
        _ acknowledged: UInt64,
        on stream: StreamID,
        _ effects: inout [ReplicaEffect]
    ) {
        guard sessions.isWelcome(stream), let session = sessions.session(of: stream) else {
            return refuse(stream, .malformed, &effects)
        }
        let wrapped = SessionCommand(
            session: session,
            sequence: sequence,
            acknowledged: acknowledged,
            command: command,
            generation: generation
        )
        guard sessions.submit(wrapped, on: stream, settings: settings) else {
            return refuse(stream, .overloaded, &effects)
        }
    }

    // MARK: Feed

    /// A follower wants the public events after a position.
    ///
    /// - Parameters:
    ///   - stream: Where to send them.
    ///   - position: The last event it has; `nil` asks for a snapshot.
    ///   - effects: What to do is appended here.
    public func feedOpened(
        _ stream: StreamID,
        after position: SequenceNumber?,
        effects: inout [ReplicaEffect]
    ) {
        guard isRestored, !isHalted else {
            effects.append(.close(stream))
            return
        }
        // The follower is ahead of a replica that has not caught up, or of a primary that does not
        // know yet that its term is over: our snapshot would take it back and show it events twice.
        if let position, position > machine.feedPosition {
            effects.append(.close(stream))
            return
        }
        if let position, let events = feed.ring.events(after: position) {
            let first = SequenceNumber(position.rawValue + 1)
            effects.append(.feed(.events(first: first, events), to: [stream]))
        } else {
            let snapshot = FeedMessage.snapshot(
                position: machine.feedPosition,
                machine.pairSnapshots()
            )
            effects.append(.feed(snapshot, to: [stream]))
        }
        feed.open(stream)
    }

    /// Tells every follower the position, so that silence means a broken link.
    ///
    /// - Parameter effects: What to do is appended here.
    public func feedHeartbeat(effects: inout [ReplicaEffect]) {
        feed.heartbeat(at: machine.feedPosition, &effects)
        accounts.heartbeat(at: position, &effects)
    }
}

/// The followers of a replica's public events.
struct FeedStreams {
    var ring = EventRing(position: SequenceNumber(0))
    /// In order of opening.
    private var streams: [StreamID] = []

    mutating func open(_ stream: StreamID) { streams.append(stream) }

    mutating func close(_ stream: StreamID) { streams.removeAll { $0 == stream } }

    mutating func closeAll(_ effects: inout [ReplicaEffect]) {
        for stream in streams { effects.append(.close(stream)) }
        streams = []
    }

    mutating func publish(_ events: [MarketEvent], _ effects: inout [ReplicaEffect]) {
        guard !events.isEmpty else { return }
        let first = SequenceNumber(ring.last.rawValue + 1)
        ring.append(events)
        guard !streams.isEmpty else { return }
        effects.append(.feed(.events(first: first, events), to: streams))
    }

    func heartbeat(at position: SequenceNumber, _ effects: inout [ReplicaEffect]) {
        guard !streams.isEmpty else { return }
        effects.append(.feed(.heartbeat(position: position), to: streams))
    }
}
