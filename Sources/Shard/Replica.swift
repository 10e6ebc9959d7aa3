import Replication
import Trading
import Wire

/// One replica of one shard: primary or standby, whatever the epoch it holds says.
///
/// Sans-I/O: inputs are methods, effects go into the caller's buffer, time comes in as a value. The
/// node runs it on real sockets, the simulator on virtual ones.
///
/// Data flows one way: requests → pending → batch in flight → committed → applied → replies and
/// events. Nothing leaves before commit (I4).
public final class Replica {
    /// Which shard.
    public let shard: ShardID
    let settings: ReplicaSettings
    /// Submitted once, before any other command of the log: assets, pairs, opening balances.
    let genesis: [Command]
    var machine = ShardMachine()
    var cursor = LogCursor()
    var duty: ReplicaDuty?
    var leader: LogLeader?
    var sessions = SessionStreams()
    var feed = FeedStreams()
    var accounts = AccountStreams()
    /// Copies of pairs under way to other shards; only while it leads.
    var copies = PairCopies()
    var snapshots = SnapshotProgress()
    var relay = OutboxRelay()
    /// Whether the acceptor can be asked.
    var isAcceptorReady = false
    /// Whether a tail stream is wanted and running.
    var isFollowing = false
    /// Whether the log is being read to its end before the tail stream starts.
    var isReading = false
    /// Records asked for at once now, by the size of those before.
    var readCount: Int
    /// Where the log was last read from its beginning for want of what follows.
    var rewound: SequenceNumber?
    /// Whether the state stands for a real place in the log: an empty log or a restored snapshot.
    var isRestored = false
    /// Number and time of the last command proposed in this term.
    var proposedCount: UInt64 = 0
    var proposedTime = Timestamp.zero
    /// The wall clock and the monotonic one at the last turn of the loop.
    var latestWall = Timestamp.zero
    var latestNow: UInt64 = 0
    /// The monotonic clock when `proposedTime` was last set.
    var proposedNow: UInt64 = 0
    /// When the log was lost, while it is.
    var lostAt: UInt64?
    /// Whether the acceptor refused something, and when to ask again.
    var isRefused = false
    var retryAt: UInt64?
    /// A fault that only an operator or a new snapshot can mend.
    var isHalted = false
    /// Whether a standby has once read to the end of the log.
    var isCaughtUp = false
    /// When the state is due by itself; tests put their own clockwork here.
    package var due: (borrowing ShardMachine) -> Timestamp? = { $0.nextDue }

    /// This shard's share of how many orders an account may place, as the node's files say it.
    ///
    /// A primary puts it into the log when the state has another one; `nil` leaves the state's.
    public var orderLimits: OrderLimits?

    /// Makes a replica that knows nothing yet.
    ///
    /// - Parameters:
    ///   - shard: Which shard.
    ///   - genesis: See `genesis`; used only when this replica is the first primary ever.
    ///   - settings: Limits and intervals.
    public init(shard: ShardID, genesis: [Command], settings: ReplicaSettings = .init()) {
        self.shard = shard
        self.genesis = genesis
        self.settings = settings
        readCount = min(128, settings.readLimit)
    }

    /// Whether it serves as primary.
    public var isServing: Bool { leader?.phase == .leading }

    /// When `flush` should be called next though nothing comes in: something of the state is then
    /// due by itself.
    public var nextDue: Timestamp? { isServing ? due(machine) : nil }

    /// The epoch it holds or last saw in the log.
    public var epoch: Epoch { leader?.epoch ?? cursor.id.epoch }

    /// The last entry applied.
    public var position: SequenceNumber { cursor.id.sequence }

    /// Commands of the log that were applied.
    public var commandCount: UInt64 { cursor.commandCount }

    /// Commands committed as primary by instrument, since it started; not part of the state.
    public internal(set) var commandCounts: [InstrumentID: UInt64] = [:]

    /// Commands that wait for a batch.
    public var queueDepth: Int { sessions.pending.count }

    /// Public events since the log began.
    public var feedPosition: SequenceNumber { machine.feedPosition }

    /// Whether it has read to the end of the log at least once since it started, or leads; a
    /// halted replica is no candidate for anything.
    public var hasCaughtUp: Bool { !isHalted && (isServing || isCaughtUp) }

    /// For how long the log has owed this primary an answer, in nanoseconds; 0 while it owes none.
    ///
    /// As of its last turn: time in which the process did not run proves nothing about the log.
    public var logSilenceNanoseconds: UInt64 {
        guard leader != nil else { return 0 }
        let since = min(sessions.batches.first?.proposedAt ?? latestNow, lostAt ?? latestNow)
        return latestNow - min(since, latestNow)
    }

    /// Whether it follows the log rather than to lead it.
    public var isFollowingLog: Bool { leader == nil }

    /// The state digest, for comparing replicas at equal positions.
    public var digest: UInt64 { machine.digest }

    /// Reads the state, for checks and inspection.
    ///
    /// - Parameter body: Must not keep what it is given.
    /// - Returns: What the body returns.
    public func withMachine<Result>(_ body: (borrowing ShardMachine) -> Result) -> Result {
        body(machine)
    }

    // MARK: Duty

    /// Takes the duty that the newest map gives.
    ///
    /// - Parameters:
    ///   - duty: The same duty again changes nothing.
    ///   - effects: What to do is appended here.
    public func assume(_ duty: ReplicaDuty, effects: inout [ReplicaEffect]) {
        guard duty != self.duty else { return }
        self.duty = duty
        guard !isHalted else { return }
        switch duty {
        case .standby:
            if leader != nil { stepDown(because: "the map names another primary", &effects) }
            follow(&effects)
        case .primary(let epoch):
            if let leader, leader.epoch == epoch { return }
            if leader != nil { stepDown(because: "a new term begins", &effects) }
            effects.append(.note(.info, "taking epoch \(epoch) at position \(position)"))
            leader = LogLeader(epoch: epoch)
            isReading = false
            rewound = nil
            stopFollowing(&effects)
            resume(&effects)
        }
    }

    /// The replica is no longer wanted: it leaves its term, if it has one, and ends every stream.
    ///
    /// - Parameter effects: What to do is appended here.
    public func retire(effects: inout [ReplicaEffect]) {
        if leader != nil { stepDown(because: "the replica is placed elsewhere", &effects) }
        stopFollowing(&effects)
        closeFeeds(&effects)
        isHalted = true
    }

    /// The acceptor can be asked: first contact, or again after a lost connection.
    ///
    /// - Parameter effects: What to do is appended here.
    public func acceptorReady(effects: inout [ReplicaEffect]) {
        isAcceptorReady = true
        lostAt = nil
        rewound = nil
        resume(&effects)
    }

    /// The acceptor's connection is gone; whatever was asked may or may not have happened.
    ///
    /// - Parameter effects: What to do is appended here.
    public func acceptorLost(effects: inout [ReplicaEffect]) {
        guard isAcceptorReady else { return }
        isAcceptorReady = false
        lostAt = latestNow
        isFollowing = false
        isReading = false
        snapshots.abandon()
        effects.append(.stopFollowing)
        effects.append(.note(.warning, "log unreachable"))
    }

    /// Takes an acceptor's answer.
    ///
    /// - Parameters:
    ///   - reply: `nil` when the connection broke first; `acceptorReady` then starts over.
    ///   - request: What it answers.
    ///   - effects: What to do is appended here.
    public func received(
        _ reply: AcceptorReply?,
        to request: AcceptorRequest,
        effects: inout [ReplicaEffect]
    ) {
        guard let reply, !isHalted else { return }
        if case .failed(let reason) = reply {
            isRefused = true
            effects.append(.note(.error, "acceptor refused \(request.name): \(reason)"))
        }
        switch request {
        case .seal(let epoch, _), .open(let epoch, _, _, _), .append(let epoch, _, _):
            guard leader?.epoch == epoch else { return }
            lead(reply, to: request, &effects)
        case .verify(let epoch):
            guard leader?.epoch == epoch else { return }
            verified(reply, &effects)
        case .read(let after, let limit):
            // An answer to a question of a former duty is no use any more.
            if after == reached { read(reply, limit: limit, &effects) }
        case .readManifest, .readChunk, .writeChunk, .putManifest, .trim:
            snapshotStep(reply, to: request, &effects)
        case .create, .prepare, .admit, .find: break
        }
    }

    /// Takes records from the tail stream.
    ///
    /// - Parameters:
    ///   - records: As they came, oldest first.
    ///   - effects: What to do is appended here.
    public func tailed(_ records: [LogRecord], effects: inout [ReplicaEffect]) {
        guard !isHalted, leader == nil, isRestored else { return }
        apply(records, &effects)
        takeSnapshotIfDue(&effects)
    }

    /// Starts over with whatever this replica's duty needs from the acceptor.
    func resume(_ effects: inout [ReplicaEffect]) {
        guard isAcceptorReady, !isHalted else { return }
        for request in leader?.resume() ?? [] { effects.append(.ask(request)) }
        guard isRestored else { return restore(&effects) }
        guard let leader else { return follow(&effects) }
        if case .catchingUp = leader.phase { catchUp(&effects) }
        reverify(&effects)
    }

    /// Stops for good: the state can no longer be trusted (I3), another replica must serve.
    func halt(_ reason: String, _ effects: inout [ReplicaEffect]) {
        effects.append(.note(.error, "replica halted: \(reason)"))
        if leader != nil { stepDown(because: reason, &effects) }
        stopFollowing(&effects)
        closeFeeds(&effects)
        isHalted = true
    }

    func closeFeeds(_ effects: inout [ReplicaEffect]) {
        feed.closeAll(&effects)
        accounts.closeAll(&effects)
    }

    /// What was told is of another state than the present one: followers ask again.
    func restartFeeds(_ effects: inout [ReplicaEffect]) {
        closeFeeds(&effects)
        feed.ring = EventRing(position: machine.feedPosition)
        accounts.ring = AccountEventRing(position: cursor.id.sequence)
    }
}

extension AcceptorRequest {
    /// The request's name without its contents, for the log.
    var name: String {
        switch self {
        case .create: "create"
        case .prepare: "prepare"
        case .admit: "admit"
        case .find: "find"
        case .seal: "seal"
        case .open: "open"
        case .append: "append"
        case .verify: "verify"
        case .read: "read"
        case .trim: "trim"
        case .readManifest: "readManifest"
        case .readChunk: "readChunk"
        case .writeChunk: "writeChunk"
        case .putManifest: "putManifest"
        }
    }
}
