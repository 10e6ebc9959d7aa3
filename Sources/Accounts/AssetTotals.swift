import Trading

/// Where all units of one asset are: the two sides of invariant I7.
public struct AssetTotals: Equatable, Sendable {
    /// The asset.
    public var asset: AssetID
    /// Free in all accounts.
    public var free: Amount
    /// Held in all accounts.
    public var locked: Amount
    /// Collected by the venue.
    public var fees: Amount
    /// Ever paid in.
    public var deposits: Amount

    /// Makes totals.
    public init(asset: AssetID, free: Amount, locked: Amount, fees: Amount, deposits: Amount) {
        self.asset = asset
        self.free = free
        self.locked = locked
        self.fees = fees
        self.deposits = deposits
    }

    /// Whether not one unit was lost or made: free + locked + fees = deposits.
    public var isConserved: Bool { free + locked + fees == deposits }
}
