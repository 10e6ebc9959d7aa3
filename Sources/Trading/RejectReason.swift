/// A filter of an instrument, named as the API names it.
public enum Filter: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case price = 0
    case percentPriceBySide = 1
    case lotSize = 2
    case marketLotSize = 3
    case notional = 4
    case openOrders = 5
    case icebergParts = 6
    case openAlgoOrders = 7
    case maxPosition = 8
    case trailingDelta = 9
}

/// Why a shard refused a command or a query; an outcome, not an error.
public enum RejectReason: Equatable, Sendable, BitwiseCopyable {
    case filter(Filter)
    case insufficientBalance
    /// The id names an open order, or an equal order that traded within the retry window.
    case duplicateOrder
    /// A post-only order that would have taken.
    case wouldTake
    /// Cancel of an order that is unknown or closed.
    case unknownOrder
    /// Query of an order that is unknown or has left the window kept.
    case noSuchOrder
    /// The pair is not on this shard.
    case unknownInstrument
    /// The asset is not on this shard, or is defined otherwise.
    case unknownAsset
    /// The request was already answered and its answer is no longer kept.
    case duplicateExpired
    /// A field is out of its range; the router should not have let it through.
    case malformed
    /// A limit of the shard itself is reached (accounts, open orders).
    case overloaded
    /// The phase of the pair does not allow it.
    case marketClosed
    /// A stop whose price has been reached already.
    case wouldTrigger
    /// The prices of the orders of a list do not stand as the list needs.
    case badPrices
    /// The shown part is larger than the order.
    case icebergTooLarge
    /// An amendment that changes nothing.
    case noChange
    /// An amendment that would make an order larger and keep its place.
    case quantityIncrease
    /// Cancel of a list that is unknown or done.
    case unknownList
    /// Query of a list that is unknown or has left the window kept.
    case noSuchList
    /// A transfer between shards whose predecessor never came.
    case transferGap
    /// Funds that came from another shard a moment ago stay where they are for a while.
    case recentlyCredited
    /// The reference stands for something else already.
    case referenceTaken
    /// No withdrawal has that reference.
    case noSuchWithdrawal
    /// The pair is on its way to another shard, or was meant for it under another generation; nothing
    /// happened and nothing will.
    case pairMoved
    /// A step of a move that does not fit what the shard has of the pair.
    case moveRefused
    /// The move was given up: the pair does not come under this generation.
    case moveAborted
    /// The account has no more orders in the interval, on this shard.
    case tooManyOrders(OrderInterval)
    /// Cancel of an order that is not in the state the cancel is restricted to.
    case cancelRestricted
}
