/// An amount of one asset that belongs to one account.
public struct Funds: Hashable, Sendable, BitwiseCopyable {
    /// Whose.
    public var account: AccountID
    /// Of what.
    public var asset: AssetID
    /// How much.
    public var amount: Amount

    /// Makes funds of all their fields.
    public init(account: AccountID, asset: AssetID, amount: Amount) {
        self.account = account
        self.asset = asset
        self.amount = amount
    }
}

/// A change of an account on one shard that no trade made.
public struct Movement: Equatable, Sendable, BitwiseCopyable {
    /// What happened to the funds.
    public enum Kind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Paid in from outside.
        case deposited = 0
        /// Set aside to be paid out.
        case reserved = 1
        /// Paid out.
        case withdrawn = 2
        /// Given back, as nothing was paid out.
        case released = 3
        /// Sent to another shard.
        case sent = 4
        /// Come from another shard.
        case received = 5
    }

    /// Rises by 1 from movement to movement of a shard, from 1.
    public var number: UInt64
    /// Log time.
    public var time: Timestamp
    /// What happened.
    public var kind: Kind
    /// To what.
    public var funds: Funds
    /// The other shard; 0 for a deposit and a withdrawal.
    public var shard: ShardID
    /// The number of the transfer among those from one shard to the other; 0 else.
    public var sequence: UInt64
    /// The caller's reference; 0 for what was received.
    public var reference: UInt64

    /// Makes a record of all its fields.
    public init(
        number: UInt64,
        time: Timestamp,
        kind: Kind,
        funds: Funds,
        shard: ShardID,
        sequence: UInt64,
        reference: UInt64
    ) {
        self.number = number
        self.time = time
        self.kind = kind
        self.funds = funds
        self.shard = shard
        self.sequence = sequence
        self.reference = reference
    }
}
