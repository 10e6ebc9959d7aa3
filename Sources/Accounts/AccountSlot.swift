/// Where an account sits in the ledger; given at its first deposit and never changed.
public struct AccountSlot: Hashable, Sendable, BitwiseCopyable {
    /// Position in order of creation.
    public let index: Int32

    /// Wraps a position.
    @inlinable
    public init(index: Int32) { self.index = index }
}

/// Where an asset sits in the ledger; given when it is added and never changed.
public struct AssetColumn: Hashable, Sendable {
    /// Position in order of addition.
    public let index: Int32

    /// Wraps a position.
    @inlinable
    public init(index: Int32) { self.index = index }
}
