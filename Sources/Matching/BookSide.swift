import Trading

/// One price of one side of a book: the total resting there and the queue of orders.
struct PriceLevel {
    /// The price, negated for asks, so that the better price has the greater key on both sides.
    var key: Int64
    /// Sum of what remains of its orders.
    var lots: Int64
    /// Slot of the order that came first and trades first.
    var head: Int32
    /// Slot of the order that came last.
    var tail: Int32
}

/// One side of a book: its price levels, the best last, so that the end where all the work is
/// can shrink and grow without moving the rest.
struct BookSide {
    let side: Side
    var levels: ContiguousArray<PriceLevel> = []

    init(side: Side) {
        self.side = side
        levels.reserveCapacity(1024)
    }

    func key(of price: Price) -> Int64 { side == .buy ? price.ticks : -price.ticks }

    func price(of level: PriceLevel) -> Price {
        Price(ticks: side == .buy ? level.key : -level.key)
    }

    /// The best price, if there is any order.
    var best: Price? { levels.last.map { price(of: $0) } }

    /// The index of the first level whose key is not below a key: where it is or belongs.
    func position(of key: Int64) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the level at a price, if there is one.
    func find(_ price: Price) -> Int? {
        let key = key(of: price)
        let position = position(of: key)
        guard position < levels.count, levels[position].key == key else { return nil }
        return position
    }

    /// What rests at a price.
    func quantity(at price: Price) -> Quantity {
        find(price).map { Quantity(lots: levels[$0].lots) } ?? .zero
    }

    /// All levels, best first.
    var depth: [(Price, Quantity)] {
        levels.reversed().map { (price(of: $0), Quantity(lots: $0.lots)) }
    }
}
