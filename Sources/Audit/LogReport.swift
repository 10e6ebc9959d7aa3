import Replication
import Trading
import Wire

/// What a log came to that was read to its end without a fault.
public struct LogReport: Sendable {
    /// Where the replay began.
    public enum Start: Equatable, Sendable {
        /// With the first entry ever.
        case genesis
        /// With a snapshot; entries before it were checked and not applied.
        case snapshot(EntryID)
    }

    /// Where the replay began.
    public var start: Start
    /// Entries read.
    public var entryCount: Int
    /// Commands in them.
    public var commandCount: UInt64
    /// Bytes of them.
    public var size: Int
    /// The first entry that is there.
    public var first: EntryID?
    /// Where the log ends.
    public var last: EntryID
    /// The chain hash there.
    public var hash: ChainHash
    /// Entries applied.
    public var appliedEntryCount: Int
    /// Commands applied.
    public var appliedCommandCount: UInt64
    /// Commands since the log began.
    public var commandTotal: UInt64
    /// Log time at the end.
    public var time: Timestamp
    /// In the order of the log.
    public var epochs: [EpochSpan]
    /// Entries whose recorded digest was compared with the replayed state (I3).
    public var digestsCompared: Int
    /// The snapshot that was there and whether the replay passed it and compared the state.
    public var snapshot: (manifest: SnapshotManifest, isCompared: Bool)?
    /// How often balances were added up (I7).
    public var balancesChecked: Int
    /// SipHash of the whole state, as a snapshot at the end would carry it.
    public var stateHash: UInt64
    /// Bytes of it.
    public var stateSize: Int
    /// For comparing with another acceptor, where asked for.
    public var summaries: [EntrySummary]
}
