import Trading

/// A trailing stop that waits.
struct TrailingStop {
    let id: OrderID
    let side: Side
    /// Basis points.
    let delta: Int32
    /// The price that activates it, and from which side; meaningless once it is active.
    let activation: Price
    let activatesOnFall: Bool
    /// The best price since its activation; `none` before.
    var best: Price

    /// Takes a trade price in.
    ///
    /// - Returns: Whether it fires.
    mutating func observe(_ price: Price) -> Bool {
        guard best != .none else {
            if activatesOnFall ? price <= activation : price >= activation { best = price }
            return false
        }
        switch side {
        case .sell:
            best = max(best, price)
            return Int128(price.ticks) * 10_000 <= Int128(best.ticks) * Int128(10_000 - delta)
        case .buy:
            best = min(best, price)
            return Int128(price.ticks) * 10_000 >= Int128(best.ticks) * Int128(10_000 + delta)
        }
    }
}

/// The trailing stops of a pair, by order id.
///
/// Each trade price is shown to each of them, which is why there is a bound on their number.
struct TrailingStops {
    /// Most of them in one pair.
    static let countMax = 4096

    private(set) var stops: ContiguousArray<TrailingStop> = []

    var isFull: Bool { stops.count >= Self.countMax }

    mutating func insert(_ stop: TrailingStop) { stops.insert(stop, at: position(of: stop.id)) }

    mutating func remove(_ id: OrderID) {
        let position = position(of: id)
        guard position < stops.count, stops[position].id == id else { return }
        stops.remove(at: position)
    }

    /// The best price a trailing stop has seen since its activation; `none` before.
    func best(of id: OrderID) -> Price {
        let position = position(of: id)
        guard position < stops.count, stops[position].id == id else { return .none }
        return stops[position].best
    }

    /// Shows a trade price to all.
    ///
    /// - Returns: Those that fire, by id; they stay until they are removed.
    mutating func observe(_ price: Price) -> [OrderID] {
        var fired: [OrderID] = []
        for index in stops.indices where stops[index].observe(price) {
            fired.append(stops[index].id)
        }
        return fired
    }

    private func position(of id: OrderID) -> Int {
        var low = 0
        var high = stops.count
        while low < high {
            let middle = (low + high) / 2
            if stops[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
