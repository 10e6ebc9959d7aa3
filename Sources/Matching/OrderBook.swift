import Accounts
import Trading

/// The hot part of a resting order: what a walk over the book reads.
struct RestingNode {
    var remaining: Int64
    var owner: AccountSlot
    /// The queue of its price level, or the free list.
    var next: Int32
    var previous: Int32
    /// The open orders of its owner, by order id.
    var ownerNext: Int32
    var ownerPrevious: Int32
}

/// The open orders of one account in one pair.
struct OwnerOrders {
    var head: Int32 = OrderBook.noSlot
    var tail: Int32 = OrderBook.noSlot
    var count: Int32 = 0
}

/// The resting orders of one pair, in price-time priority.
///
/// Orders live in a pool and are named by slots; price levels and accounts thread intrusive lists
/// through it, so that placing, filling and cancelling allocate nothing. Slots are private to one
/// process: nothing that leaves the book depends on which slot an order got.
struct OrderBook: ~Copyable {
    /// Most open orders in one pair.
    static let ordersMax = 1 << 20
    static let noSlot: Int32 = -1

    private(set) var bids = BookSide(side: .buy)
    private(set) var asks = BookSide(side: .sell)
    private(set) var nodes: ContiguousArray<RestingNode> = []
    /// The cold part, at the same slots as the nodes.
    private(set) var records: ContiguousArray<Order> = []
    private var firstFree = noSlot
    private var slots: [OrderID: Int32] = [:]
    private var owners: ContiguousArray<OwnerOrders> = []

    init() {
        nodes.reserveCapacity(4096)
        records.reserveCapacity(4096)
        slots.reserveCapacity(4096)
    }

    /// Number of open orders.
    var count: Int { slots.count }

    func slot(of order: OrderID) -> Int32? { slots[order] }

    func orders(of owner: AccountSlot) -> OwnerOrders {
        Int(owner.index) < owners.count ? owners[Int(owner.index)] : OwnerOrders()
    }

    /// The best price of a side.
    func best(_ side: Side) -> Price? { side == .buy ? bids.best : asks.best }

    func quantity(_ side: Side, at price: Price) -> Quantity {
        side == .buy ? bids.quantity(at: price) : asks.quantity(at: price)
    }

    /// The front order of the best level.
    func front(_ side: Side) -> Int32? {
        side == .buy ? bids.levels.last?.head : asks.levels.last?.head
    }

    /// Puts an order behind all others of its price.
    ///
    /// - Parameters:
    ///   - order: Open, with an id above all before it of the same owner.
    ///   - owner: Its account.
    mutating func append(_ order: Order, owner: AccountSlot) {
        let slot = take()
        nodes[Int(slot)] = RestingNode(
            remaining: order.remaining.lots,
            owner: owner,
            next: Self.noSlot,
            previous: Self.noSlot,
            ownerNext: Self.noSlot,
            ownerPrevious: Self.noSlot
        )
        records[Int(slot)] = order
        slots[order.id] = slot
        switch order.side {
        case .buy: Self.enqueue(slot, at: order.price, in: &bids, &nodes)
        case .sell: Self.enqueue(slot, at: order.price, in: &asks, &nodes)
        }
        linkOwner(slot, owner)
    }

    /// Books a fill of the front order of a side's best level, without taking it out.
    ///
    /// - Parameters:
    ///   - slot: The front order.
    ///   - lots: At most what remains.
    ///   - quote: What it traded for.
    ///   - time: Log time.
    mutating func fill(_ slot: Int32, lots: Int64, quote: Amount, at time: Timestamp) {
        let index = Int(slot)
        nodes[index].remaining -= lots
        records[index].executed.lots += lots
        records[index].cumulativeQuote += quote
        records[index].updatedAt = time
        records[index].status = nodes[index].remaining == 0 ? .filled : .partiallyFilled
        switch records[index].side {
        case .buy: bids.levels[bids.levels.count - 1].lots -= lots
        case .sell: asks.levels[asks.levels.count - 1].lots -= lots
        }
    }

    /// Takes an order out, wherever it stands.
    ///
    /// - Parameter slot: Its slot, free afterwards.
    /// - Returns: Its record as it was.
    mutating func remove(_ slot: Int32) -> Order {
        let order = records[Int(slot)]
        switch order.side {
        case .buy: Self.dequeue(slot, at: order.price, in: &bids, &nodes)
        case .sell: Self.dequeue(slot, at: order.price, in: &asks, &nodes)
        }
        unlinkOwner(slot)
        slots[order.id] = nil
        nodes[Int(slot)].next = firstFree
        firstFree = slot
        return order
    }

    private mutating func take() -> Int32 {
        guard firstFree == Self.noSlot else {
            defer { firstFree = nodes[Int(firstFree)].next }
            return firstFree
        }
        invariant(nodes.count < Self.ordersMax, "the pool of orders is bounded")
        nodes.append(
            RestingNode(
                remaining: 0,
                owner: AccountSlot(index: 0),
                next: Self.noSlot,
                previous: Self.noSlot,
                ownerNext: Self.noSlot,
                ownerPrevious: Self.noSlot
            )
        )
        records.append(.placeholder)
        return Int32(nodes.count - 1)
    }

    private static func enqueue(
        _ slot: Int32,
        at price: Price,
        in side: inout BookSide,
        _ nodes: inout ContiguousArray<RestingNode>
    ) {
        let key = side.key(of: price)
        let lots = nodes[Int(slot)].remaining
        let position = side.position(of: key)
        guard position < side.levels.count, side.levels[position].key == key else {
            side.levels.insert(
                PriceLevel(key: key, lots: lots, head: slot, tail: slot),
                at: position
            )
            return
        }
        let tail = side.levels[position].tail
        nodes[Int(tail)].next = slot
        nodes[Int(slot)].previous = tail
        side.levels[position].tail = slot
        side.levels[position].lots += lots
    }

    private static func dequeue(
        _ slot: Int32,
        at price: Price,
        in side: inout BookSide,
        _ nodes: inout ContiguousArray<RestingNode>
    ) {
        let position = side.position(of: side.key(of: price))
        let node = nodes[Int(slot)]
        side.levels[position].lots -= node.remaining
        if node.previous == noSlot {
            side.levels[position].head = node.next
        } else {
            nodes[Int(node.previous)].next = node.next
        }
        if node.next == noSlot {
            side.levels[position].tail = node.previous
        } else {
            nodes[Int(node.next)].previous = node.previous
        }
        if side.levels[position].head == noSlot { side.levels.remove(at: position) }
    }

    private mutating func linkOwner(_ slot: Int32, _ owner: AccountSlot) {
        let index = Int(owner.index)
        while owners.count <= index { owners.append(OwnerOrders()) }
        let tail = owners[index].tail
        nodes[Int(slot)].ownerPrevious = tail
        if tail == Self.noSlot {
            owners[index].head = slot
        } else {
            nodes[Int(tail)].ownerNext = slot
        }
        owners[index].tail = slot
        owners[index].count += 1
    }

    private mutating func unlinkOwner(_ slot: Int32) {
        let node = nodes[Int(slot)]
        let index = Int(node.owner.index)
        if node.ownerPrevious == Self.noSlot {
            owners[index].head = node.ownerNext
        } else {
            nodes[Int(node.ownerPrevious)].ownerNext = node.ownerNext
        }
        if node.ownerNext == Self.noSlot {
            owners[index].tail = node.ownerPrevious
        } else {
            nodes[Int(node.ownerNext)].ownerPrevious = node.ownerPrevious
        }
        owners[index].count -= 1
    }
}

extension Order {
    /// What a pool slot holds until its first order.
    fileprivate static var placeholder: Order {
        Order(
            id: OrderID(0),
            instrument: InstrumentID(0),
            account: AccountID(0),
            clientOrderID: .none,
            side: .buy,
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: .none,
            price: .none,
            quantity: .zero,
            quoteQuantity: .zero,
            executed: .zero,
            cumulativeQuote: .zero,
            status: .canceled,
            createdAt: .zero,
            updatedAt: .zero
        )
    }
}
