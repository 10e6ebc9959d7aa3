import Trading

/// An order and the number that says when its turn is: the least first, of equal ones the older.
struct OrderKey: Comparable {
    var key: Int64
    var id: OrderID

    static func < (left: Self, right: Self) -> Bool {
        left.key == right.key ? left.id < right.id : left.key < right.key
    }
}

/// A binary heap of orders by key.
///
/// An order that ends is not looked for: its entry stays until its turn comes or the heap has
/// doubled and is swept, so that ending an order costs nothing here.
struct OrderHeap {
    private var entries: ContiguousArray<OrderKey> = []
    /// Number of entries at which those of orders that are gone are dropped.
    private var sweepCount = 1024

    /// The entry whose turn is next, which may be of an order that has ended.
    var first: OrderKey? { entries.first }

    /// Adds an order; logarithmic, amortised.
    ///
    /// - Parameters:
    ///   - entry: Of a waiting order.
    ///   - isGone: Whether an order has ended.
    mutating func insert(_ entry: OrderKey, isGone: (OrderID) -> Bool) {
        if entries.count >= sweepCount {
            removeAll(where: isGone)
            sweepCount = max(1024, entries.count * 2)
        }
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child] < entries[parent] else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the next order out if its key is not above a bound; logarithmic.
    mutating func popFirst(through bound: Int64) -> OrderID? {
        guard let first = entries.first, first.key <= bound else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink(0)
        }
        return first.id
    }

    /// Drops the entries of orders that are gone; linear.
    private mutating func removeAll(where isGone: (OrderID) -> Bool) {
        entries.removeAll { isGone($0.id) }
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = 2 * parent + 1
            guard least < entries.count else { return }
            if least + 1 < entries.count, entries[least + 1] < entries[least] { least += 1 }
            guard entries[least] < entries[parent] else { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}

/// Orders by the time at which something is due.
typealias TimeOrderedOrders = OrderHeap

/// The conditional orders of a pair that wait for a trade.
struct TriggerBook {
    /// Fixed stops that fire on a fall, by negated stop price.
    var falling = OrderHeap()
    /// Fixed stops that fire on a rise, by stop price.
    var rising = OrderHeap()
    /// Trailing stops by order id.
    var trailing = TrailingStops()
}

extension Order {
    /// Whether a fixed stop of these terms fires on a fall; a trailing one is activated so.
    var firesOnFall: Bool {
        let isStopLoss = type == .stopLoss || type == .stopLossLimit
        return isStopLoss == (side == .sell)
    }

    /// Whether a price has reached the stop price.
    func isReached(by price: Price) -> Bool {
        firesOnFall ? price <= stopPrice : price >= stopPrice
    }
}
