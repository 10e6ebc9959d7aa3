/// The generator's own books: what rests at each moment, so that cancels and replaces can aim.
///
/// Slow is fine here, obvious is better: a level for every tick, orders linked in arrival order.
struct FlowGeneratorBook {
    struct Order {
        var next: UInt32 = 0
        var previous: UInt32 = 0
        var price: Int32
        /// Position among the live orders of its pair.
        var position: UInt32 = 0
        /// Lots that rest.
        var quantity: Int64
        /// Lots traded so far; the generator has no use for it.
        var executed: Int64 = 0
        var symbol: UInt16
        var side: UInt8
        var isLive = false
    }

    private struct Level {
        var head: UInt32 = 0
        var tail: UInt32 = 0
    }

    private struct Pair {
        var levels: (ContiguousArray<Level>, ContiguousArray<Level>)
        /// Highest bid, −1 for none; lowest ask, the number of prices for none.
        var best: (Int32, Int32)
        /// Ids of resting orders in no particular, but reproducible, order.
        var live: ContiguousArray<UInt32> = []
    }

    /// By id; 0 is no order.
    private(set) var orders: ContiguousArray<Order>
    private var pairs: ContiguousArray<Pair>
    private let priceCount: Int32
    private(set) var totals = FlowTotals()

    /// Books without orders.
    ///
    /// - Parameters:
    ///   - priceCount: All prices are below it.
    ///   - symbolCount: Number of pairs.
    ///   - orderCount: Orders to have memory for.
    init(priceCount: Int32, symbolCount: Int, orderCount: Int) {
        self.priceCount = priceCount
        let levels = ContiguousArray(repeating: Level(), count: Int(priceCount))
        let pair = Pair(levels: (levels, levels), best: (-1, priceCount))
        pairs = ContiguousArray(repeating: pair, count: symbolCount)
        orders = []
        orders.reserveCapacity(orderCount + 1)
        orders.append(Order(price: 0, quantity: 0, symbol: 0, side: 0))
    }

    /// Ids given so far.
    var idMax: UInt32 { UInt32(orders.count - 1) }

    func bestBid(_ symbol: Int) -> Int64 { Int64(pairs[symbol].best.0) }

    func bestAsk(_ symbol: Int) -> Int64 { Int64(pairs[symbol].best.1) }

    func liveCount(_ symbol: Int) -> UInt32 { UInt32(pairs[symbol].live.count) }

    func live(_ symbol: Int, at index: UInt32) -> UInt32 { pairs[symbol].live[Int(index)] }

    /// Gives the next id to an order that does not rest yet.
    mutating func append(_ order: Order) -> UInt32 {
        orders.append(order)
        return idMax
    }

    /// Puts an order at the end of its level.
    mutating func link(_ id: UInt32) {
        let order = orders[Int(id)]
        let symbol = Int(order.symbol)
        let tail = withLevel(order) { level in
            let tail = level.tail
            if tail == 0 { level.head = id }
            level.tail = id
            return tail
        }
        if tail != 0 { orders[Int(tail)].next = id }
        if order.side == 0 {
            pairs[symbol].best.0 = max(pairs[symbol].best.0, order.price)
        } else {
            pairs[symbol].best.1 = min(pairs[symbol].best.1, order.price)
        }
        orders[Int(id)].next = 0
        orders[Int(id)].previous = tail
        orders[Int(id)].position = liveCount(symbol)
        orders[Int(id)].isLive = true
        pairs[symbol].live.append(id)
        totals.restingOrders += 1
        totals.restingQuantity += UInt64(order.quantity)
    }

    /// Takes a resting order out.
    mutating func unlink(_ id: UInt32) {
        let order = orders[Int(id)]
        if order.previous != 0 { orders[Int(order.previous)].next = order.next }
        if order.next != 0 { orders[Int(order.next)].previous = order.previous }
        let isEmpty = withLevel(order) { level in
            if order.previous == 0 { level.head = order.next }
            if order.next == 0 { level.tail = order.previous }
            return level.head == 0
        }
        if isEmpty { moveBest(order) }
        let symbol = Int(order.symbol)
        let last = pairs[symbol].live.removeLast()
        if last != id {
            pairs[symbol].live[Int(order.position)] = last
            orders[Int(last)].position = order.position
        }
        orders[Int(id)].isLive = false
        totals.restingOrders -= 1
        totals.restingQuantity -= UInt64(order.quantity)
    }

    /// Takes quantity off a resting order that keeps some.
    mutating func reduce(_ id: UInt32, by lots: Int64) {
        orders[Int(id)].quantity -= lots
        totals.restingQuantity -= UInt64(lots)
    }

    /// Gives an order that does not rest a new price and quantity, after it traded.
    mutating func change(_ id: UInt32, price: Int64, quantity: Int64, executing lots: Int64) {
        orders[Int(id)].price = Int32(price)
        orders[Int(id)].quantity = quantity
        orders[Int(id)].executed += lots
    }

    /// Trades against the other side; returns the lots left.
    mutating func match(_ symbol: Int, side: UInt8, limit: Int64, quantity: Int64) -> Int64 {
        var left = quantity
        while left > 0 {
            let price: Int32
            let maker: UInt32
            if side == 0 {
                price = pairs[symbol].best.1
                guard price < priceCount, price <= limit else { break }
                maker = pairs[symbol].levels.1[Int(price)].head
            } else {
                price = pairs[symbol].best.0
                guard price >= 0, price >= limit else { break }
                maker = pairs[symbol].levels.0[Int(price)].head
            }
            let lots = min(left, orders[Int(maker)].quantity)
            totals.add(maker: UInt64(maker), price: Int64(price), quantity: lots)
            left -= lots
            orders[Int(maker)].executed += lots
            let isFilled = lots == orders[Int(maker)].quantity
            if isFilled { unlink(maker) } else { reduce(maker, by: lots) }
        }
        return left
    }

    @inline(__always)
    private mutating func withLevel<Result>(
        _ order: Order,
        _ change: (inout Level) -> Result
    ) -> Result {
        if order.side == 0 {
            change(&pairs[Int(order.symbol)].levels.0[Int(order.price)])
        } else {
            change(&pairs[Int(order.symbol)].levels.1[Int(order.price)])
        }
    }

    /// Finds the next best price after the level of an order ran empty.
    private mutating func moveBest(_ order: Order) {
        let symbol = Int(order.symbol)
        var price = order.price
        if order.side == 0, price == pairs[symbol].best.0 {
            while price >= 0, pairs[symbol].levels.0[Int(price)].head == 0 { price -= 1 }
            pairs[symbol].best.0 = price
        } else if order.side == 1, price == pairs[symbol].best.1 {
            while price < priceCount, pairs[symbol].levels.1[Int(price)].head == 0 { price += 1 }
            pairs[symbol].best.1 = price
        }
    }
}
