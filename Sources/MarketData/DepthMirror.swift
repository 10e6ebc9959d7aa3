import Trading

/// The total quantity at one price.
public struct DepthLevel: Equatable, Sendable {
    /// The price.
    public var price: Price
    /// What rests there; 0 stands for a level that went away.
    public var quantity: Quantity

    /// Makes a level.
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// The levels of a book at one moment, best first.
public struct Depth: Equatable, Sendable {
    /// The last change that went in.
    public var lastUpdateID: Int64
    /// Highest price first.
    public var bids: [DepthLevel]
    /// Lowest price first.
    public var asks: [DepthLevel]

    /// Makes a record of all its fields.
    public init(lastUpdateID: Int64, bids: [DepthLevel], asks: [DepthLevel]) {
        self.lastUpdateID = lastUpdateID
        self.bids = bids
        self.asks = asks
    }
}

/// A copy of a book's price levels, kept up to date by its level changes.
public struct DepthMirror: Equatable, Sendable {
    /// The last change applied; 0 before the first.
    public private(set) var lastUpdateID: Int64 = 0
    // The best level lies at the end, where most changes happen and few elements move.
    private var bids: ContiguousArray<DepthLevel> = []
    private var asks: ContiguousArray<DepthLevel> = []

    /// Starts with an empty book.
    public init() {}

    /// Starts from a snapshot.
    ///
    /// - Parameter depth: All levels, in any order, each price once a side.
    public init(_ depth: Depth) {
        lastUpdateID = depth.lastUpdateID
        bids = ContiguousArray(depth.bids.sorted { $0.price < $1.price })
        asks = ContiguousArray(depth.asks.sorted { $0.price > $1.price })
    }

    /// Number of levels on both sides.
    public var levelCount: Int { bids.count + asks.count }

    /// Best bid, or `nil` on an empty side.
    public var bestBid: DepthLevel? { bids.last }

    /// Best ask, or `nil` on an empty side.
    public var bestAsk: DepthLevel? { asks.last }

    /// Applies the next change.
    ///
    /// - Parameter change: Of this pair.
    /// - Throws: `MarketGap.level` when its `updateID` is not the last one plus one; nothing has
    ///   changed.
    public mutating func apply(_ change: LevelChange) throws(MarketGap) {
        let expected = lastUpdateID + 1
        guard change.updateID == expected else {
            throw .level(expected: expected, found: change.updateID)
        }
        lastUpdateID = expected
        let level = DepthLevel(price: change.price, quantity: change.quantity)
        switch change.side {
        case .buy: Self.put(level, into: &bids) { $0 < $1 }
        case .sell: Self.put(level, into: &asks) { $0 > $1 }
        }
    }

    @inline(__always)
    private static func put(
        _ level: DepthLevel,
        into side: inout ContiguousArray<DepthLevel>,
        isWorse: (Price, Price) -> Bool
    ) {
        var low = 0
        var high = side.count
        while low < high {
            let middle = low + (high - low) / 2
            if isWorse(side[middle].price, level.price) { low = middle + 1 } else { high = middle }
        }
        if low < side.count, side[low].price == level.price {
            if level.quantity == .zero {
                side.remove(at: low)
            } else {
                side[low].quantity = level.quantity
            }
        } else if level.quantity != .zero {
            side.insert(level, at: low)
        }
    }

    /// The best levels of both sides.
    ///
    /// - Parameter limit: At most this many a side.
    /// - Returns: Best first.
    public func depth(limit: Int) -> Depth {
        Depth(
            lastUpdateID: lastUpdateID,
            bids: bids.suffix(max(limit, 0)).reversed(),
            asks: asks.suffix(max(limit, 0)).reversed()
        )
    }

    /// What rests at a price.
    ///
    /// - Parameters:
    ///   - side: Which side.
    ///   - price: Which level.
    /// - Returns: Zero when there is no such level.
    public func quantity(_ side: Side, at price: Price) -> Quantity {
        let levels = side == .buy ? bids : asks
        var low = 0
        var high = levels.count
        while low < high {
            let middle = low + (high - low) / 2
            let found = levels[middle].price
            if found == price { return levels[middle].quantity }
            if side == .buy ? found < price : found > price {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return .zero
    }
}
