import Trading

/// What happens to a resting order that a taker meets.
enum Meeting {
    /// It trades some lots, 1…what it shows.
    ///
    /// When that is all it shows it goes to the back of its price and shows `refill`, or leaves the
    /// book and is freed when that is 0. When it is less the walk ends.
    case take(Int64, refill: Int64 = 0)
    /// The same, and the walk ends in any case.
    case takeLast(Int64, refill: Int64 = 0)
    /// It leaves the book and is freed without a trade; the walk goes on.
    case remove
    /// The same, and the walk ends.
    case removeLast
    /// The walk ends before it.
    case stop
}

/// A resting order as a taker meets it.
struct Maker {
    let slot: OrderSlot
    let id: OrderID
    let tag: UInt32
    /// What it shows; positive.
    let lots: Int64
    let price: Price
    /// What its level shows, with it.
    let levelLots: Int64
}

/// Matching.
extension Book {
    /// Walks the side opposite to a taker, best price first, oldest order first.
    ///
    /// - Parameters:
    ///   - taker: The side of the incoming order.
    ///   - limit: The worst price it takes; `Int64.max` ticks for a buy, 0 for a sell, at any.
    ///   - meet: Says what happens to an order; must not touch the book.
    ///   - left: Called for each price where something changed, when the walk leaves it, with what
    ///     it shows then; must not touch the book.
    @inline(__always)
    mutating func walk(
        against taker: Side,
        limit: Price,
        meet: (Maker) -> Meeting,
        left: (Price, _ levelLots: Int64) -> Void
    ) {
        let ladder = Self.ladder(taker) ^ 1
        let worst = Self.key(limit, ladder)
        while true {
            let number = ladders[ladder].best
            guard number != 0, ladders[ladder].bestKey <= worst else { return }
            guard walk(level: number, ladder, meet: meet, left: left) else { return }
        }
    }

    /// The same with the contents of a maker one by one.
    @inline(__always)
    mutating func walk(
        against taker: Side,
        limit: Price,
        meet: (OrderSlot, _ tag: UInt32, _ lots: Int64, Price) -> Meeting,
        left: (Price, _ levelLots: Int64) -> Void
    ) {
        walk(
            against: taker,
            limit: limit,
            meet: { (maker: Maker) in meet(maker.slot, maker.tag, maker.lots, maker.price) },
            left: left
        )
    }

    /// Walks the queue of one level.
    ///
    /// - Returns: Whether the level is gone and the walk goes on.
    @inline(__always)
    private mutating func walk(
        level number: UInt32,
        _ ladder: UInt32,
        meet: (Maker) -> Meeting,
        left: (Price, Int64) -> Void
    ) -> Bool {
        let price = Self.price(levels[number].key, ladder)
        var total = levels[number].lots
        var slot = levels[number].head
        var isChanged = false
        var goesOn = true
        repeat {
            let node = nodes[slot]
            let maker = Maker(
                slot: OrderSlot(index: slot),
                id: OrderID(node.id),
                tag: node.tag,
                lots: node.lots,
                price: price,
                levelLots: total
            )
            var taken = node.lots
            var refill: Int64 = 0
            switch meet(maker) {
            case .take(let lots, let rest): (taken, refill) = (lots, rest)
            case .takeLast(let lots, let rest): (taken, refill, goesOn) = (lots, rest, false)
            case .remove: break
            case .removeLast: goesOn = false
            case .stop: (taken, goesOn) = (0, false)
            }
            invariant(taken >= 0 && taken <= node.lots, "a maker trades what it shows")
            total -= taken
            isChanged = isChanged || taken > 0
            guard taken == node.lots else {
                nodes[slot].lots = node.lots - taken
                goesOn = false
                break
            }
            if refill == 0 {
                discard(slot, node.id)
                slot = node.next
                fetchFront(slot)
            } else {
                total += refill
                slot = requeue(slot, number, lots: refill)
            }
        } while goesOn && slot != 0
        levels[number].lots = total
        levels[number].head = slot
        nodes[slot].previous = 0
        if isChanged { left(price, total) }
        guard slot == 0 else { return goesOn }
        close(number)
        return goesOn
    }

    /// Has fetched what the walk touches when it takes the first order of a queue: that is often
    /// the work of another message, so there is time.
    @inline(__always)
    private func fetchFront(_ slot: UInt32) {
        let node = nodes[slot]
        nodes.prefetch(node.next)
        _ = index.fetch(node.id)
    }

    /// Moves the first order of a queue to its back.
    ///
    /// - Returns: The first order afterwards.
    @inline(never)
    private mutating func requeue(_ slot: UInt32, _ number: UInt32, lots: Int64) -> UInt32 {
        invariant(lots > 0, "a refill shows something")
        nodes[slot].lots = lots
        let next = nodes[slot].next
        guard next != 0 else { return slot }
        let tail = levels[number].tail
        nodes[tail].next = slot
        nodes[slot].previous = tail
        nodes[slot].next = 0
        levels[number].tail = slot
        return next
    }
}
