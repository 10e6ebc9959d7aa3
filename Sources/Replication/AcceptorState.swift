import Trading
import Wire

/// What an acceptor says about its log besides the entries.
public struct AcceptorState: Equatable, Sendable {
    /// Set when the log was created; an acceptor without it has no vote (I6).
    public var incarnation: UInt64?
    /// Whether it is being filled after the loss of its disk.
    public var isLearner: Bool
    /// The highest epoch sealed.
    public var promised: Epoch
    /// The highest epoch opened.
    public var opened: Epoch
    /// The last entry.
    public var tail: EntryID
    /// Its chain hash.
    public var hash: ChainHash
    /// The newest snapshot.
    public var manifest: SnapshotManifest?

    /// States every field.
    public init(
        incarnation: UInt64?,
        isLearner: Bool,
        promised: Epoch,
        opened: Epoch,
        tail: EntryID,
        hash: ChainHash,
        manifest: SnapshotManifest?
    ) {
        self.incarnation = incarnation
        self.isLearner = isLearner
        self.promised = promised
        self.opened = opened
        self.tail = tail
        self.hash = hash
        self.manifest = manifest
    }
}
