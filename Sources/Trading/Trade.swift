/// A trade as the market sees it.
public struct Trade: Equatable, Sendable, BitwiseCopyable {
    /// The pair.
    public var instrument: InstrumentID
    /// Consecutive per pair.
    public var id: TradeID
    /// The maker's price.
    public var price: Price
    /// Quantity traded.
    public var quantity: Quantity
    /// Quote amount traded: exactly price × quantity.
    public var quoteAmount: Amount
    /// Log time.
    public var time: Timestamp
    /// Whether the buyer was the resting side.
    public var isBuyerMaker: Bool

    /// Makes a record of all its fields.
    public init(
        instrument: InstrumentID,
        id: TradeID,
        price: Price,
        quantity: Quantity,
        quoteAmount: Amount,
        time: Timestamp,
        isBuyerMaker: Bool
    ) {
        self.instrument = instrument
        self.id = id
        self.price = price
        self.quantity = quantity
        self.quoteAmount = quoteAmount
        self.time = time
        self.isBuyerMaker = isBuyerMaker
    }
}

/// One account's side of a trade: a fill of its order.
public struct Fill: Equatable, Sendable, BitwiseCopyable {
    /// The trade both sides share.
    public var trade: Trade
    /// Whose fill this is.
    public var account: AccountID
    /// The order filled.
    public var order: OrderID
    /// Whether this account bought.
    public var isBuyer: Bool
    /// Fee taken out of what was received.
    public var commission: Amount
    /// The asset the fee was taken in.
    public var commissionAsset: AssetID

    /// Whether this account's order was the resting side.
    @inlinable
    public var isMaker: Bool { trade.isBuyerMaker == isBuyer }

    /// Makes a record of all its fields.
    public init(
        trade: Trade,
        account: AccountID,
        order: OrderID,
        isBuyer: Bool,
        commission: Amount,
        commissionAsset: AssetID
    ) {
        self.trade = trade
        self.account = account
        self.order = order
        self.isBuyer = isBuyer
        self.commission = commission
        self.commissionAsset = commissionAsset
    }
}

/// The new total quantity at one price of a book.
public struct LevelChange: Equatable, Sendable, BitwiseCopyable {
    /// The pair.
    public var instrument: InstrumentID
    /// Which side of the book.
    public var side: Side
    /// The level.
    public var price: Price
    /// Quantity now resting there; 0 removes the level.
    public var quantity: Quantity
    /// Consecutive per pair: the `u` and `lastUpdateId` of the API.
    public var updateID: Int64

    /// Makes a record of all its fields.
    public init(
        instrument: InstrumentID,
        side: Side,
        price: Price,
        quantity: Quantity,
        updateID: Int64
    ) {
        self.instrument = instrument
        self.side = side
        self.price = price
        self.quantity = quantity
        self.updateID = updateID
    }
}

/// One public event of a shard's feed, the deterministic output of applying its log.
public enum MarketEvent: Equatable, Sendable {
    case trade(Trade)
    case level(LevelChange)
    case phase(PhaseChange)
    case arrival(PairArrival)
}

/// What an account has of one asset on one shard.
public struct Balance: Equatable, Sendable {
    /// The asset.
    public var asset: AssetID
    /// Free to use.
    public var free: Amount
    /// Held by open orders.
    public var locked: Amount
    /// Sent to other shards less what came from them, ever; below zero where more came than went.
    ///
    /// Over all shards it sums up to what is in transit.
    public var sent: Amount
    /// Set aside to be paid out.
    public var withdrawing: Amount

    /// Makes a record of all its fields.
    public init(
        asset: AssetID,
        free: Amount,
        locked: Amount,
        sent: Amount = .zero,
        withdrawing: Amount = .zero
    ) {
        self.asset = asset
        self.free = free
        self.locked = locked
        self.sent = sent
        self.withdrawing = withdrawing
    }
}
