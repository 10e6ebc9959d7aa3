import Trading

/// An order of a book, by its place in the pool; reused once the order is freed.
struct OrderSlot: Hashable, Sendable {
    /// Number of the node; 0 is no order.
    let index: UInt32

    /// No order.
    static let none = OrderSlot(index: 0)

    /// Whether this is no order.
    @inline(__always)
    var isNone: Bool { index == 0 }
}

/// An order in the pool: half a cache line, all a walk over the book reads.
struct BookNode: BitwiseCopyable {
    /// What it shows to takers, in lots.
    var lots: Int64 = 0
    /// Its id; -1 while the slot is free.
    var id: Int64 = -1
    /// The next of its queue or of the free list; 0 behind the last.
    var next: UInt32 = 0
    /// The one before in its queue; 0 before the first.
    var previous: UInt32 = 0
    /// Its level; 0 while it is dormant.
    var level: UInt32 = 0
    /// The caller's.
    var tag: UInt32 = 0
}

/// A price of one side with the queue of its orders.
struct BookLevel: BitwiseCopyable {
    /// The ticks, negated for bids: the lower, the better.
    var key: Int64 = 0
    /// Sum of what its orders show.
    var lots: Int64 = 0
    /// Its oldest order; the next free level while it is free.
    var head: UInt32 = 0
    /// Its latest order.
    var tail: UInt32 = 0
    /// 0 for bids, 1 for asks.
    var side: UInt32 = 0
}

/// The resting orders of one pair in price-time priority, and its dormant ones.
///
/// Orders and levels live in pools and are named by number; an order knows its level, so leaving
/// the book needs no look-up of a price. Slots are private to one process: nothing that leaves the
/// book depends on which one an order got. Every operation takes constant time except where it
/// says otherwise; beyond the reserve, an operation that makes a pool double is linear.
///
/// A book may be crossed: the two sides know nothing of each other.
struct Book: ~Copyable {
    private let pinned = Pinned()
    /// Highest price, in ticks.
    static let priceMax: Int64 = 1 << 53
    /// Most orders a book can be made for.
    static let ordersMax = 1 << 21 - 1

    /// Node and level 0 are nobody's: links that end may be followed and written without a branch.
    var nodes: Pool<BookNode>
    var levels: Pool<BookLevel>
    /// Bids, then asks; in a pool, since a read of an inline array copies all of it.
    var ladders: Pool<PriceLadder>
    var index: OrderIndex
    /// First of the free nodes below `nodesUsed`; the last freed is the first reused.
    private var nodesFree: UInt32 = 0
    private var nodesUsed: UInt32 = 1
    var levelsFree: UInt32 = 0
    var levelsUsed: UInt32 = 1
    private let ordersMax: UInt32

    /// An empty book.
    ///
    /// - Parameters:
    ///   - ordersMax: Most orders, dormant ones too. Range: 1…2²⁰ for totals below 2⁶² lots.
    ///   - ordersReserved: Orders to have memory for from the start.
    init(ordersMax: Int, ordersReserved: Int = 1024) {
        invariant(1...Self.ordersMax ~= ordersMax, "a book has room for an order")
        let reserved = min(max(ordersReserved, 15), ordersMax)
        self.ordersMax = UInt32(ordersMax)
        nodes = Pool(repeating: BookNode(), count: reserved + 1)
        levels = Pool(repeating: BookLevel(), count: max(reserved / 8, 128))
        ladders = Pool(capacity: 2)
        for _ in 0..<2 { ladders.append(PriceLadder()) }
        index = OrderIndex(reserved: reserved)
    }

    /// Number of orders, dormant ones too.
    var count: Int { Int(index.count) }

    /// Whether there is no room for another order.
    @inline(__always)
    var isFull: Bool { index.count == ordersMax }

    /// Bytes of everything the book holds.
    var memorySize: Int {
        MemoryLayout<Book>.size + nodes.memorySize + levels.memorySize + index.memorySize
            + ladders.memorySize + ladders[0].memorySize + ladders[1].memorySize
    }

    /// Takes a slot for a new order, which is dormant; the book must not be full.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - tag: The caller's.
    /// - Returns: Its slot; none, and nothing has changed, when there is an order of this id.
    @inline(__always)
    mutating func allocate(_ id: OrderID, tag: UInt32) -> OrderSlot {
        if nodesFree == 0 { extend() }
        let slot = nodesFree
        guard index.insert(id.rawValue, slot, in: nodes) else { return .none }
        nodesFree = nodes[slot].next
        // It has no level, as any free one; its links are written when it enters a queue.
        nodes[slot].id = id.rawValue
        nodes[slot].tag = tag
        nodes[slot].lots = 0
        return OrderSlot(index: slot)
    }

    /// Gives back the slot of a dormant order.
    @inline(__always)
    mutating func free(_ slot: OrderSlot) {
        let node = nodes[slot.index]
        invariant(node.level == 0 && node.id >= 0, "only a dormant order is freed")
        discard(slot.index, node.id)
    }

    /// Frees a node that no level holds.
    @inline(__always)
    mutating func discard(_ slot: UInt32, _ id: Int64) {
        index.remove(id, slot, in: nodes)
        nodes[slot].id = -1
        nodes[slot].level = 0
        nodes[slot].next = nodesFree
        nodesFree = slot
    }

    /// The slot of an order, none when the id is unknown.
    @inline(__always)
    func find(_ id: OrderID) -> OrderSlot {
        OrderSlot(index: find(id.rawValue, guess: guess(id.rawValue)))
    }

    /// Where an order probably is, from the index alone.
    @inline(__always)
    func guess(_ id: Int64) -> UInt32 { index.guess(id) }

    /// The slot of an order, 0 when the id is unknown.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - guess: Any number; the right slot saves the search.
    /// - Returns: The slot.
    @inline(__always)
    func find(_ id: Int64, guess: UInt32) -> UInt32 {
        // The id of a free slot is negative. A guess made for another book may be out of range.
        guess < nodes.count && nodes[guess].id == id && id >= 0
            ? guess : index.find(id, in: nodes)
    }

    /// Puts a never used node on the free list, from more memory if need be.
    @inline(never)
    private mutating func extend() {
        invariant(!isFull, "a book has a limit of orders")
        if nodesUsed == nodes.count {
            let size = min(Int(nodes.count) * 2, Int(ordersMax) + 1)
            nodes.fill(to: size, with: BookNode())
        }
        nodesFree = nodesUsed
        nodesUsed += 1
    }
}

// MARK: - Orders

extension Book {
    /// Whether an order is in a queue; a dormant one is not.
    @inline(__always)
    func isResting(_ slot: OrderSlot) -> Bool { nodes[slot.index].level != 0 }

    /// The side of a resting order.
    @inline(__always)
    func side(of slot: OrderSlot) -> Side { Self.side(level(of: slot).side) }

    /// The price of a resting order.
    @inline(__always)
    func price(of slot: OrderSlot) -> Price {
        let level = level(of: slot)
        return Self.price(level.key, level.side)
    }

    /// What an order shows.
    @inline(__always)
    func lots(of slot: OrderSlot) -> Int64 { nodes[slot.index].lots }

    /// The id of an order.
    @inline(__always)
    func id(of slot: OrderSlot) -> OrderID { OrderID(nodes[slot.index].id) }

    /// What the caller noted with an order.
    @inline(__always)
    func tag(of slot: OrderSlot) -> UInt32 { nodes[slot.index].tag }

    /// Changes what the caller noted with an order.
    @inline(__always)
    mutating func setTag(_ slot: OrderSlot, _ tag: UInt32) { nodes[slot.index].tag = tag }

    @inline(__always)
    private func level(of slot: OrderSlot) -> BookLevel {
        let number = nodes[slot.index].level
        invariant(number != 0, "a dormant order has no price")
        return levels[number]
    }

    /// The number of a side's ladder.
    @inline(__always)
    static func ladder(_ side: Side) -> UInt32 {
        switch side {
        case .buy: 0
        case .sell: 1
        }
    }

    /// The side of a ladder's number.
    @inline(__always)
    static func side(_ ladder: UInt32) -> Side { ladder == 0 ? .buy : .sell }

    /// The key of a price: lower is better.
    @inline(__always)
    static func key(_ price: Price, _ ladder: UInt32) -> Int64 {
        ladder == 0 ? 0 &- price.ticks : price.ticks
    }

    /// The price of a key.
    @inline(__always)
    static func price(_ key: Int64, _ ladder: UInt32) -> Price {
        Price(ticks: ladder == 0 ? 0 &- key : key)
    }
}
