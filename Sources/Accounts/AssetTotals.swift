import Trading

/// Where all units of one asset are: the two sides of invariant I7.
public struct AssetTotals: Equatable, Sendable {
    /// The asset.
    public var asset: AssetID
    /// Free in all accounts.
    public var free: Amount
    /// Held in all accounts.
    public var locked: Amount
    /// Set aside in all accounts to be paid out.
    public var withdrawing: Amount
    /// Sent to other shards less what came from them; over all shards it is what is in transit.
    public var sent: Amount
    /// Collected by the venue.
    public var fees: Amount
    /// Ever paid in.
    public var deposits: Amount
    /// Ever paid out.
    public var withdrawals: Amount

    /// Makes totals.
    public init(
        asset: AssetID,
        free: Amount,
        locked: Amount,
        withdrawing: Amount,
        sent: Amount,
        fees: Amount,
        deposits: Amount,
        withdrawals: Amount
    ) {
        self.asset = asset
        self.free = free
        self.locked = locked
        self.withdrawing = withdrawing
        self.sent = sent
        self.fees = fees
        self.deposits = deposits
        self.withdrawals = withdrawals
    }

    /// Whether not one unit was lost or made:
    /// free + locked + withdrawing + fees + sent = deposits − withdrawals.
    public var isConserved: Bool {
        free + locked + withdrawing + fees + sent == deposits - withdrawals
    }
}
