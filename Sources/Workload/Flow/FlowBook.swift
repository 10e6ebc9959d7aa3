import Trading

/// A flow's own picture of one pair's book: which of its orders should still rest.
///
/// It matches by price and time as the exchange does, so that cancels name orders that are there
/// and the book stays bounded however long the flow runs.
struct FlowBook: Sendable {
    struct Resting: Equatable, Sendable {
        var key: UInt64
        var quantity: Int64
    }

    struct Level: Sendable {
        let price: Int64
        /// Oldest first.
        var orders: [Resting]
    }

    /// Worst price first, so that the best leaves cheaply.
    private var bids: [Level] = []
    private var asks: [Level] = []
    /// Number of resting orders.
    private(set) var count = 0

    /// Whether nothing rests on a side.
    func isEmpty(_ side: Side) -> Bool { side == .buy ? bids.isEmpty : asks.isEmpty }

    /// The best price of a side; `nil` when nothing rests there.
    func bestPrice(_ side: Side) -> Int64? { (side == .buy ? bids : asks).last?.price }

    /// Every price of a side, worst first.
    func prices(_ side: Side) -> [Int64] { (side == .buy ? bids : asks).map(\.price) }

    /// The orders at a price, oldest first.
    func orders(_ side: Side, at price: Int64) -> [Resting] {
        let levels = side == .buy ? bids : asks
        let index = Self.position(of: price, side, in: levels)
        guard index < levels.count, levels[index].price == price else { return [] }
        return levels[index].orders
    }

    /// What rests at a price.
    func quantity(_ side: Side, at price: Int64) -> Int64 {
        orders(side, at: price).reduce(0) { $0 + $1.quantity }
    }

    /// Every resting order.
    var keys: [UInt64] { (bids + asks).flatMap { $0.orders.map(\.key) } }

    /// Takes from the other side up to a limit price.
    ///
    /// - Returns: What was not matched.
    mutating func match(_ side: Side, limit: Int64, quantity: Int64) -> Int64 {
        side == .buy
            ? Self.take(quantity, from: &asks, &count) { $0 <= limit }
            : Self.take(quantity, from: &bids, &count) { $0 >= limit }
    }

    /// Adds an order behind those at its price.
    mutating func rest(_ side: Side, price: Int64, key: UInt64, quantity: Int64) {
        count += 1
        let order = Resting(key: key, quantity: quantity)
        if side == .buy {
            Self.insert(order, price, side, into: &bids)
        } else {
            Self.insert(order, price, side, into: &asks)
        }
    }

    /// Takes an order out.
    ///
    /// - Returns: Whether it was there.
    mutating func cancel(_ side: Side, price: Int64, key: UInt64) -> Bool {
        let isThere =
            side == .buy
            ? Self.remove(key, price, side, from: &bids)
            : Self.remove(key, price, side, from: &asks)
        if isThere { count -= 1 }
        return isThere
    }

    /// Takes quantity off an order in place; more rests of it than that.
    mutating func reduce(_ side: Side, price: Int64, key: UInt64, by quantity: Int64) {
        if side == .buy {
            Self.reduce(key, price, side, by: quantity, in: &bids)
        } else {
            Self.reduce(key, price, side, by: quantity, in: &asks)
        }
    }

    private static func reduce(
        _ key: UInt64,
        _ price: Int64,
        _ side: Side,
        by quantity: Int64,
        in levels: inout [Level]
    ) {
        let index = position(of: price, side, in: levels)
        guard index < levels.count, levels[index].price == price,
            let place = levels[index].orders.firstIndex(where: { $0.key == key })
        else { return }
        levels[index].orders[place].quantity -= quantity
    }

    private static func take(
        _ quantity: Int64,
        from levels: inout [Level],
        _ count: inout Int,
        while reaches: (Int64) -> Bool
    ) -> Int64 {
        var rest = quantity
        while rest > 0, let best = levels.indices.last, reaches(levels[best].price) {
            let filled = min(rest, levels[best].orders[0].quantity)
            rest -= filled
            levels[best].orders[0].quantity -= filled
            guard levels[best].orders[0].quantity == 0 else { continue }
            levels[best].orders.removeFirst()
            count -= 1
            if levels[best].orders.isEmpty { levels.removeLast() }
        }
        return rest
    }

    private static func insert(
        _ order: Resting,
        _ price: Int64,
        _ side: Side,
        into levels: inout [Level]
    ) {
        let index = position(of: price, side, in: levels)
        if index < levels.count, levels[index].price == price {
            levels[index].orders.append(order)
        } else {
            levels.insert(Level(price: price, orders: [order]), at: index)
        }
    }

    private static func remove(
        _ key: UInt64,
        _ price: Int64,
        _ side: Side,
        from levels: inout [Level]
    ) -> Bool {
        let index = position(of: price, side, in: levels)
        guard index < levels.count, levels[index].price == price,
            let place = levels[index].orders.firstIndex(where: { $0.key == key })
        else { return false }
        levels[index].orders.remove(at: place)
        if levels[index].orders.isEmpty { levels.remove(at: index) }
        return true
    }

    /// Where a price is, or belongs.
    private static func position(of price: Int64, _ side: Side, in levels: [Level]) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            let isWorse =
                side == .buy ? levels[middle].price < price : levels[middle].price > price
            if isWorse { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
