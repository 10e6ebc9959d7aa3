import Replication
import Trading
import Wire

/// A stream that a router holds open to a node, named by the node.
public struct StreamID: Identifier {
    /// The bare value.
    public var rawValue: UInt64

    /// Wraps a bare value.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a replica is to do, by the newest shard map.
public enum ReplicaDuty: Equatable, Sendable {
    /// Follow the log; one standby of a shard writes its snapshots.
    case standby(writesSnapshots: Bool)
    /// Take up or go on with a term.
    case primary(Epoch)
}

/// What a replica wants done; the node carries it out in order.
public enum ReplicaEffect: Equatable, Sendable {
    /// Ask the acceptor; hand the answer to `received`.
    case ask(AcceptorRequest)
    /// The term is over for this replica: ask the acceptors nothing more in its name.
    case resign
    /// Stream records after an id to `tailed`, replacing any stream before.
    case follow(after: EntryID)
    /// Stop that stream.
    case stopFollowing
    /// Send to a router.
    case send(SessionResponse, to: StreamID)
    /// End a router's stream after what was sent.
    case close(StreamID)
    /// Send the same to followers of the feed.
    case feed(FeedMessage, to: [StreamID])
    /// Send the same to routers that watch an account.
    case accounts(AccountFeedMessage, to: [StreamID])
    /// Bring a transfer to another shard's primary, as a credit; hand the answer to `delivered`.
    ///
    /// In order for each shard.
    case deliver(Funds, to: ShardID, sequence: UInt64)
    /// Tell the operator.
    case note(NoteLevel, String)
    /// Measure: a batch was committed.
    case committed(commands: Int, bytes: Int, proposedAt: UInt64)
    /// Measure: a command was answered.
    case answered(RejectReason?)
}

/// How much an operator should care.
public enum NoteLevel: UInt8, Sendable {
    case info = 0
    case warning = 1
    case error = 2
}

/// The limits and intervals of a replica.
public struct ReplicaSettings: Sendable {
    /// Batches in flight at once.
    public var batchesInFlightMax = 4
    /// Commands in one batch.
    public var batchCommandsMax = 2048
    /// Payload bytes in one batch.
    public var batchBytesMax = 256 << 10
    /// Commands waiting for a batch before new ones are refused.
    public var pendingMax = 65_536
    /// Records asked for at once while catching up, at most.
    public var readLimit = 512
    /// Bytes of an answer above which fewer are asked for next time: what has come is applied in
    /// one turn of the loop, and what comes meanwhile must fit into a socket.
    public var readSizeMax = 1 << 20
    /// Pause before asking again an acceptor that refused.
    public var retryNanoseconds: UInt64 = 50_000_000
    /// Entries after which a new snapshot is due.
    public var snapshotEntries: UInt64 = 20_000
    /// Log bytes after which a new snapshot is due.
    public var snapshotBytes = 16 << 20

    /// The defaults.
    public init() {}
}
