import Trading

/// A price of one side as seen from outside.
struct RestingLevel: Equatable {
    let price: Price
    /// Sum of what its orders show; positive.
    let lots: Int64
    /// The order that trades first.
    let first: OrderSlot
}

/// What rests where.
extension Book {
    /// The best price of a side, none when it is empty.
    @inline(__always)
    func best(_ side: Side) -> Price {
        let ladder = Self.ladder(side)
        guard ladders[ladder].best != 0 else { return .none }
        return Self.price(ladders[ladder].bestKey, ladder)
    }

    /// The order of a side that trades first, none when it is empty.
    @inline(__always)
    func front(_ side: Side) -> OrderSlot {
        let number = ladders[Self.ladder(side)].best
        return OrderSlot(index: number == 0 ? 0 : levels[number].head)
    }

    /// What a price shows, 0 when nothing rests there.
    @inline(__always)
    func lots(_ side: Side, at price: Price) -> Int64 {
        let ladder = Self.ladder(side)
        let number = ladders[ladder].find(Self.key(price, ladder))
        return number == 0 ? 0 : levels[number].lots
    }

    /// The order behind another in its queue, none behind the last.
    @inline(__always)
    func next(in slot: OrderSlot) -> OrderSlot { OrderSlot(index: nodes[slot.index].next) }

    /// The level behind a price: the way to walk a side, best first.
    ///
    /// - Parameters:
    ///   - side: The side.
    ///   - price: Any price, whether something rests there or not; none for the best level.
    /// - Returns: The next worse level, `nil` when there is none.
    func level(_ side: Side, after price: Price) -> RestingLevel? {
        let ladder = Self.ladder(side)
        let key = price == .none ? Int64.min : Self.key(price, ladder)
        let number = ladders[ladder].next(after: key).level
        guard number != 0 else { return nil }
        let level = levels[number]
        return RestingLevel(
            price: Self.price(level.key, ladder),
            lots: level.lots,
            first: OrderSlot(index: level.head)
        )
    }
}
