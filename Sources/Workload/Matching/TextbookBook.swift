/// The order book of the textbooks: a sorted array of levels, each an array of orders, and a
/// dictionary from id to place.
///
/// The yardstick: it is measured in turn with the engine, so that their ratio means something on a
/// machine whose speed changes from minute to minute.
struct TextbookBook: FlowEngine {
    private struct Resting {
        var id: UInt64
        var lots: Int64
    }

    private struct Level {
        var price: Int64
        /// Oldest first.
        var orders: [Resting]
    }

    private struct Place {
        var symbol: Int
        var side: Int
        var price: Int64
    }

    /// Bids and asks of each pair in turn; the best level comes last, so that it goes cheaply.
    private var sides: [[Level]]
    private var places: [UInt64: Place] = [:]
    private var sums = FlowTotals()

    init(for flow: MatchingFlow) {
        sides = Array(repeating: [], count: 2 * Int(flow.header.symbolCount))
    }

    var memorySize: Int? { nil }

    mutating func drain() {}

    mutating func totals() -> FlowTotals {
        var totals = sums
        totals.restingOrders = UInt64(places.count)
        totals.restingQuantity = sides.joined().reduce(0) { sum, level in
            level.orders.reduce(sum) { $0 + UInt64($1.lots) }
        }
        return totals
    }

    mutating func apply(_ record: FlowRecord) {
        let place = Place(
            symbol: Int(record.symbol),
            side: Int(record.sideCode),
            price: record.price
        )
        switch record.kind {
        case .add: add(record.id, at: place, record.quantity)
        case .immediate: _ = match(place, limit: place.price, record.quantity)
        case .market: _ = match(place, limit: place.side == 0 ? .max : 0, record.quantity)
        case .cancel: _ = remove(record.id)
        case .replace: if remove(record.id) { add(record.id, at: place, record.quantity) }
        case .reduce: reduce(record.id, by: record.quantity)
        case nil: break
        }
    }

    private mutating func add(_ id: UInt64, at place: Place, _ quantity: Int64) {
        let left = match(place, limit: place.price, quantity)
        guard left > 0 else { return }
        let book = 2 * place.symbol + place.side
        let index = position(of: place.price, in: book)
        if index == sides[book].count || sides[book][index].price != place.price {
            sides[book].insert(Level(price: place.price, orders: []), at: index)
        }
        sides[book][index].orders.append(Resting(id: id, lots: left))
        places[id] = place
    }

    private mutating func match(_ place: Place, limit: Int64, _ quantity: Int64) -> Int64 {
        let book = 2 * place.symbol + (1 - place.side)
        var left = quantity
        while left > 0, let price = sides[book].last?.price {
            guard place.side == 0 ? price <= limit : price >= limit else { break }
            let level = sides[book].count - 1
            let maker = sides[book][level].orders[0]
            let lots = min(left, maker.lots)
            sums.add(maker: maker.id, price: price, quantity: lots)
            left -= lots
            if lots < maker.lots {
                sides[book][level].orders[0].lots -= lots
            } else {
                sides[book][level].orders.removeFirst()
                if sides[book][level].orders.isEmpty { sides[book].removeLast() }
                places[maker.id] = nil
            }
        }
        return left
    }

    private mutating func remove(_ id: UInt64) -> Bool {
        guard let place = places.removeValue(forKey: id) else { return false }
        let book = 2 * place.symbol + place.side
        let level = position(of: place.price, in: book)
        sides[book][level].orders.removeAll { $0.id == id }
        if sides[book][level].orders.isEmpty { sides[book].remove(at: level) }
        return true
    }

    private mutating func reduce(_ id: UInt64, by lots: Int64) {
        guard let place = places[id] else { return }
        let book = 2 * place.symbol + place.side
        let level = position(of: place.price, in: book)
        let found = sides[book][level].orders.firstIndex { $0.id == id }
        guard let index = found else { return }
        if sides[book][level].orders[index].lots <= lots {
            _ = remove(id)
        } else {
            sides[book][level].orders[index].lots -= lots
        }
    }

    /// Where a price is, or belongs, in a side.
    private func position(of price: Int64, in book: Int) -> Int {
        let isBids = book % 2 == 0
        var low = 0
        var high = sides[book].count
        while low < high {
            let middle = (low + high) / 2
            let found = sides[book][middle].price
            if isBids ? found < price : found > price { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
