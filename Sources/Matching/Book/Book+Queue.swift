import Trading

/// Entering and leaving the queues.
extension Book {
    /// Puts a dormant order behind all others of its price.
    ///
    /// - Parameters:
    ///   - slot: The order.
    ///   - side: Its side.
    ///   - price: Its price. Range: 1…2⁵³ ticks.
    ///   - lots: What it shows; positive.
    /// - Returns: What its level shows with it.
    @inline(__always)
    mutating func enter(
        _ slot: OrderSlot,
        _ side: Side,
        at price: Price,
        lots: Int64
    ) -> Int64 {
        let ladder = Self.ladder(side)
        let key = Self.key(price, ladder)
        invariant(UInt64(bitPattern: price.ticks &- 1) < UInt64(Self.priceMax), "a price in range")
        invariant(nodes[slot.index].level == 0 && lots > 0, "only a dormant order enters")
        return link(slot.index, ladder, key, lots)
    }

    /// Puts an order that is known to be dormant, with a key and lots in range, behind all others.
    ///
    /// - Parameters:
    ///   - slot: The order.
    ///   - ladder: Its side.
    ///   - key: Its price.
    ///   - lots: What it shows.
    /// - Returns: What its level shows with it.
    @inline(__always)
    mutating func link(_ slot: UInt32, _ ladder: UInt32, _ key: Int64, _ lots: Int64) -> Int64 {
        let number = ladders[ladder].enter(key)
        guard number != 0 else { return open(slot, ladder, key, lots) }
        return append(slot, to: number, lots)
    }

    /// Takes a resting order out of its queue, so that it is dormant.
    ///
    /// - Parameter slot: The order.
    /// - Returns: What its level still shows; 0 when it is gone.
    @inline(__always)
    mutating func leave(_ slot: OrderSlot) -> Int64 {
        let node = nodes[slot.index]
        invariant(node.level != 0, "only a resting order leaves")
        nodes[slot.index].level = 0
        return unlink(node)
    }

    /// Takes an order out of its queue; its node is the caller's to change.
    ///
    /// - Parameter node: The order.
    /// - Returns: What its level still shows; 0 when it is gone.
    @inline(__always)
    mutating func unlink(_ node: BookNode) -> Int64 {
        // Both ends are written in any case: whether an order is the first is a coin's throw.
        let level = levels[node.level]
        let rest = level.lots - node.lots
        nodes[node.previous].next = node.next
        nodes[node.next].previous = node.previous
        levels[node.level].head = node.previous == 0 ? node.next : level.head
        levels[node.level].tail = node.next == 0 ? node.previous : level.tail
        levels[node.level].lots = rest
        if rest == 0 { close(node.level) }
        return rest
    }

    /// Lowers what a resting order shows; it keeps its place.
    ///
    /// - Parameters:
    ///   - slot: The order.
    ///   - lots: What it shows from now on. Range: 1…what it shows now.
    /// - Returns: What its level shows.
    @inline(__always)
    mutating func reduce(_ slot: OrderSlot, to lots: Int64) -> Int64 {
        let node = nodes[slot.index]
        invariant(node.level != 0, "only a resting order is reduced")
        invariant(lots > 0 && lots <= node.lots, "a reduced order shows less")
        nodes[slot.index].lots = lots
        let rest = levels[node.level].lots - (node.lots - lots)
        levels[node.level].lots = rest
        return rest
    }

    @inline(__always)
    private mutating func append(_ slot: UInt32, to number: UInt32, _ lots: Int64) -> Int64 {
        let tail = levels[number].tail
        let total = levels[number].lots + lots
        levels[number].tail = slot
        levels[number].lots = total
        nodes[slot].lots = lots
        nodes[slot].next = 0
        nodes[slot].previous = tail
        nodes[slot].level = number
        nodes[tail].next = slot
        return total
    }

    /// Makes a level of one order.
    @inline(never)
    private mutating func open(
        _ slot: UInt32,
        _ ladder: UInt32,
        _ key: Int64,
        _ lots: Int64
    ) -> Int64 {
        if levelsFree == 0 {
            if levelsUsed == levels.count {
                // A level has an order, so there are never more levels than nodes.
                let size = min(Int(levels.count) * 2, max(Int(nodes.count), 2))
                levels.fill(to: size, with: BookLevel())
            }
            levelsFree = levelsUsed
            levelsUsed += 1
        }
        let number = levelsFree
        levelsFree = levels[number].head
        levels[number] = BookLevel(
            key: key,
            lots: lots,
            head: slot,
            tail: slot,
            side: ladder
        )
        nodes[slot].lots = lots
        nodes[slot].next = 0
        nodes[slot].previous = 0
        nodes[slot].level = number
        ladders[ladder].insert(key, number)
        return lots
    }

    /// Drops a level without orders.
    @inline(never)
    mutating func close(_ number: UInt32) {
        let level = levels[number]
        ladders[level.side].remove(level.key)
        levels[number].head = levelsFree
        levelsFree = number
    }
}
