import Accounts
import Trading

/// All a pair knows of its orders beside their places in the book: their records, whose they are,
/// what is held for them, their lists, and the recent history.
///
/// It is apart from the book so that a walk can settle trades while it goes through the book.
struct Blotter: ~Copyable {
    private let pinned = Pinned()
    /// Closed orders kept for queries.
    static let closedMax = 20_000
    /// Fills kept for queries; every trade makes two.
    static let fillsMax = 40_000
    /// Amendments kept for queries.
    static let amendmentsMax = 5_000
    /// Prevented matches kept for queries.
    static let preventedMax = 5_000

    let instrument: Instrument
    /// In order of addition to the shard.
    let number: Int
    let base: AssetColumn
    let quote: AssetColumn
    /// Quote units in one tick × one lot.
    let notionalUnits: Int64
    /// By slot in the book.
    var records = SegmentedPool<OpenOrder>()
    /// By account slot.
    var owners: Pool<OwnerEntry>
    var lists = ListTable()
    var closed = AccountHistory<Order>(capacity: closedMax)
    var fills = AccountHistory<Fill>(capacity: fillsMax)
    var amendments = AccountHistory<Amendment>(capacity: amendmentsMax)
    var prevented = AccountHistory<PreventedMatch>(capacity: preventedMax)
    var nextOrderID: Int64 = 1
    var nextTradeID: Int64 = 1
    /// See `beginExecutions(generation:)`.
    var nextExecutionID: Int64 = 1
    /// Price of the last trade; `none` before the first.
    var lastPrice = Price.none
    /// First and last price at which the present step traded; `none` without a trade.
    var firstTraded = Price.none
    var lastTraded = Price.none
    var digest = StateDigest()
    /// Maker and taker rate by fee tier.
    var rates: ContiguousArray<FeeRates> = []
    /// What a step has changed, in the order of its events; empty between steps.
    var touched = Pool<TouchedLevel>(capacity: 64)
    /// Orders that end because another of their list did, and how.
    var ending: ContiguousArray<(order: OrderID, status: OrderStatus)> = []
    var queue = StepQueue()

    init(_ instrument: Instrument, number: Int, base: AssetColumn, quote: AssetColumn) {
        self.instrument = instrument
        self.number = number
        self.base = base
        self.quote = quote
        notionalUnits = instrument.notionalUnits
        owners = Pool(capacity: 64)
        digest.add(UInt64(instrument.id.rawValue))
    }

    /// Adds the present state of an order to the digest.
    @inline(__always)
    mutating func note(_ order: Order) { note(order.id, order.status, order.remaining) }

    mutating func note(_ id: OrderID, _ status: OrderStatus, _ remaining: Quantity) {
        digest.add(UInt64(bitPattern: id.rawValue) | UInt64(status.rawValue) << 56)
        digest.add(remaining.lots)
    }

    /// Adds the present state of an open order to the digest.
    @inline(__always)
    mutating func note(_ slot: OrderSlot) {
        note(
            records[slot.index].order.id,
            records[slot.index].order.status,
            records[slot.index].order.remaining
        )
    }

    /// What an account has open and has traded here.
    func owner(_ slot: AccountSlot) -> OwnerEntry {
        UInt32(slot.index) < owners.count ? owners[UInt32(slot.index)] : OwnerEntry()
    }

    // MARK: Open orders

    /// Takes up an order that has got a slot.
    @inline(__always)
    mutating func open(
        _ order: Order,
        at slot: OrderSlot,
        _ name: OrderName,
        reserve: Amount,
        _ shared: inout SharedState
    ) {
        let number = shared.names.insert(name, order.id)
        if slot.index < records.count {
            records[slot.index].order = order
            records[slot.index].reserve = reserve
            records[slot.index].name = number
        } else {
            // The slots of a book come one after the other; slot 0 is nobody's.
            while records.count <= slot.index {
                records.append(OpenOrder(order: order, reserve: reserve, name: number))
            }
        }
        link(slot, name.owner)
    }

    /// Ends the record of an order whose slot is about to be free: rule of its list, name, history.
    ///
    /// - Parameters:
    ///   - slot: Its slot; the record there is as it ended, and stays until the slot is used again.
    ///   - owner: Its account.
    ///   - shared: The money and the names.
    mutating func retire(
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ shared: inout SharedState
    ) {
        let isOpen = records[slot.index].order.status.isOpen
        invariant(!isOpen, "only closed orders become history")
        unlink(slot, owner)
        closed.append(records[slot.index].order, owner: owner)
        let number = records[slot.index].name
        if records[slot.index].order.executed.lots > 0 {
            let terms = TermsDigest.of(records[slot.index].order)
            shared.names.close(number, terms: terms, at: shared.timeOfNames)
        } else {
            shared.names.remove(number)
        }
        if records[slot.index].order.list != .none {
            listMemberEnded(records[slot.index].order, &shared)
        }
    }

    /// Puts an order that never was open into the history, and its name among those that traded.
    mutating func archive(
        _ incoming: borrowing IncomingOrder,
        _ shared: inout SharedState
    ) {
        let isOpen = incoming.order.status.isOpen
        invariant(!isOpen, "only closed orders become history")
        closed.append(incoming.order, owner: incoming.name.owner)
        guard incoming.order.executed.lots > 0 else { return }
        let terms = TermsDigest.of(incoming.order)
        shared.names.insertClosed(incoming.name, terms: terms, at: shared.timeOfNames)
    }

    private mutating func link(_ slot: OrderSlot, _ owner: AccountSlot) {
        let account = UInt32(owner.index)
        while owners.count <= account { owners.append(OwnerEntry()) }
        let head = owners[account].head
        records[slot.index].older = head
        records[slot.index].newer = 0
        if head != 0 { records[head].newer = slot.index }
        owners[account].head = slot.index
        owners[account].openCount += 1
    }

    mutating func unlink(_ slot: OrderSlot, _ owner: AccountSlot) {
        let (older, newer) = (records[slot.index].older, records[slot.index].newer)
        let account = UInt32(owner.index)
        if newer == 0 { owners[account].head = older } else { records[newer].older = older }
        if older != 0 { records[older].newer = newer }
        owners[account].openCount -= 1
    }

    /// Slots of the open orders of an account, newest first; not to be changed meanwhile.
    func visitOpen(of owner: AccountSlot, _ visit: (OpenOrder) -> Void) {
        var slot = self.owner(owner).head
        while slot != 0 {
            visit(records[slot])
            slot = records[slot].older
        }
    }

    /// The same slots without what they hold.
    func visitOpenSlots(of owner: AccountSlot, _ visit: (OrderSlot) -> Void) {
        var slot = self.owner(owner).head
        while slot != 0 {
            visit(OrderSlot(index: slot))
            slot = records[slot].older
        }
    }

    // MARK: Holds

    /// The asset an order pays with.
    func column(_ side: Side) -> AssetColumn { side == .buy ? quote : base }

    /// What is held for an order by itself; the hold of an OCO pair belongs to its list.
    func hold(of open: OpenOrder) -> Amount {
        if open.order.list != .none, lists.holdsNothing(for: open.order) { return .zero }
        return ownNeed(of: open)
    }

    /// The same for an open order.
    @inline(__always)
    func hold(of slot: OrderSlot) -> Amount {
        let isListed = records[slot.index].order.list != .none
        return isListed ? hold(of: records[slot.index]) : ownNeed(of: slot)
    }

    /// What an open order needs when it stands alone.
    @inline(__always)
    func ownNeed(of slot: OrderSlot) -> Amount {
        let reserve = records[slot.index].reserve
        if reserve != .zero { return reserve }
        return need(
            records[slot.index].order.side,
            records[slot.index].order.price,
            records[slot.index].order.remaining
        )
    }

    /// What an order needs to be held for it when it stands alone.
    func ownNeed(of open: OpenOrder) -> Amount {
        if open.reserve != .zero { return open.reserve }
        return need(open.order.side, open.order.price, open.order.remaining)
    }

    /// What a resting part needs: quote at its price for a buy, base for a sell.
    @inline(__always)
    func need(_ side: Side, _ price: Price, _ remaining: Quantity) -> Amount {
        // It fitted when the order was accepted, and has only become less.
        guard side == .buy else { return Amount(units: remaining.lots * instrument.lotUnits) }
        return Amount(units: price.ticks * remaining.lots * notionalUnits)
    }
}

/// The rates a tier pays, in 10⁻⁸.
struct FeeRates {
    var maker: Int64
    var taker: Int64
}

/// What has been set off and waits for its turn, first come first served.
struct StepQueue {
    private var steps: ContiguousArray<QueuedStep> = []
    private var next = 0

    var isEmpty: Bool { steps.isEmpty }

    mutating func append(_ step: QueuedStep) { steps.append(step) }

    mutating func popFirst() -> QueuedStep? {
        guard next < steps.count else { return nil }
        defer { next += 1 }
        return steps[next]
    }

    /// Forgets what has run; its storage stays.
    mutating func reset() {
        guard next > 0 else { return }
        invariant(next == steps.count, "a command ends when nothing is left to run")
        steps.removeAll(keepingCapacity: true)
        next = 0
    }
}
