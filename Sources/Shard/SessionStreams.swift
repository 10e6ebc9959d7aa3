import Trading
import Wire

/// A command waiting for its commit, with the stream to answer on.
struct StreamCommand: Equatable {
    /// `nil` for the replica's own commands.
    var stream: StreamID?
    var command: SessionCommand
}

/// A question waiting for the term to be verified.
struct StreamQuestion: Equatable {
    var stream: StreamID
    var id: UInt64
    var query: Query
}

/// A proposed batch, in the order of the log.
struct ProposedBatch: Equatable {
    var commands: [StreamCommand]
    var proposedAt: UInt64
}

/// The routers' streams of a primary, and what came in on them and is not answered yet.
struct SessionStreams {
    /// The session of the replica's own commands.
    static let system = SessionID(rawValue: 0)

    private struct Stream {
        var session: SessionID
        var isWelcome: Bool
        var inFlight: Int
    }

    private var streams: [StreamID: Stream] = [:]
    /// Commands not yet in a batch, in order of arrival.
    private(set) var pending: ArraySlice<StreamCommand> = []
    /// Batches in flight, oldest first; one for each record of the leader.
    var batches: [ProposedBatch] = []
    /// Questions since the last verification was sent.
    var questions: [StreamQuestion] = []
    /// Questions that wait for a transfer to arrive.
    var creditQuestions: [StreamQuestion] = []
    /// Number of the last command of the replica's own that was queued in this term.
    private var lastOwn: UInt64 = 0
    /// Questions that the verification in flight answers.
    var verifying: [StreamQuestion] = []

    /// Shards that streams were told of: this one has sent funds there.
    private var destinations: Set<ShardID> = []

    func isOpen(_ stream: StreamID) -> Bool { streams[stream] != nil }

    func session(of stream: StreamID) -> SessionID? { streams[stream]?.session }

    func isWelcome(_ stream: StreamID) -> Bool { streams[stream]?.isWelcome ?? false }

    mutating func open(_ stream: StreamID, _ session: SessionID) {
        streams[stream] = Stream(session: session, isWelcome: false, inFlight: 0)
    }

    mutating func welcomed(_ stream: StreamID) { streams[stream]?.isWelcome = true }

    mutating func close(_ stream: StreamID) { streams[stream] = nil }

    /// Streams that said hello before the term was open, oldest first.
    mutating func welcomeWaiting() -> [(StreamID, SessionID)] {
        streams.keys.sorted().compactMap { stream in
            guard let state = streams[stream], !state.isWelcome else { return nil }
            return (stream, state.session)
        }
    }

    /// How many shards streams were told of.
    var destinationCount: Int { destinations.count }

    /// Streams to tell that funds have gone to a shard for the first time.
    mutating func streamsToTell(of shard: ShardID) -> [StreamID] {
        guard destinations.insert(shard).inserted else { return [] }
        return streams.keys.filter { streams[$0]?.isWelcome ?? false }.sorted()
    }

    /// Whether another command fits; counts it when it does.
    mutating func submit(
        _ command: SessionCommand,
        on stream: StreamID,
        settings: ReplicaSettings
    ) -> Bool {
        guard let state = streams[stream], state.inFlight < SessionTable.repliesMax,
            pending.count < settings.pendingMax
        else { return false }
        streams[stream]?.inFlight += 1
        pending.append(StreamCommand(stream: stream, command: command))
        return true
    }

    /// Queues the commands of the genesis after the first ones, which a term before has logged.
    mutating func submitGenesis(_ commands: [Command], after last: UInt64) {
        for (index, command) in commands.enumerated().dropFirst(Int(clamping: last)) {
            let sequence = UInt64(index) + 1
            lastOwn = sequence
            pending.append(
                StreamCommand(
                    stream: nil,
                    command: SessionCommand(
                        session: Self.system,
                        sequence: sequence,
                        acknowledged: sequence - 1,
                        command: command
                    )
                )
            )
        }
    }

    /// Whether no command waits for its batch or its commit.
    var isIdle: Bool { pending.isEmpty && batches.isEmpty }

    /// Queues a command of the replica's own; `last` is the number of the last one applied.
    mutating func submitOwn(_ command: Command, after last: UInt64) {
        lastOwn = max(lastOwn, last) + 1
        let command = SessionCommand(
            session: Self.system,
            sequence: lastOwn,
            acknowledged: last,
            command: command
        )
        pending.append(StreamCommand(stream: nil, command: command))
    }

    /// Moves the questions so far to those that the next verification answers.
    mutating func verifyQuestions() { swap(&verifying, &questions) }

    mutating func answered(on stream: StreamID) { streams[stream]?.inFlight -= 1 }

    mutating func takeBatch(
        settings: ReplicaSettings,
        into payload: inout ByteWriter,
        now: UInt64
    ) -> ProposedBatch {
        var batch = ProposedBatch(commands: [], proposedAt: now)
        while batch.commands.count < settings.batchCommandsMax,
            payload.bytes.count < settings.batchBytesMax, let next = pending.popFirst()
        {
            BatchPayload.append(next.command, to: &payload)
            batch.commands.append(next)
        }
        // A slice keeps the memory of what was taken; give it back when it is drained.
        if pending.isEmpty { pending = [] }
        return batch
    }

    /// Forgets everything; returns the streams to refuse.
    mutating func dropAll() -> [StreamID] {
        let open = streams.keys.sorted()
        self = SessionStreams()
        return open
    }
}
