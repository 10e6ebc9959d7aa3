import Accounts
import Trading

/// One pair: its book, the blotter of its orders, what waits for a trigger or a time, its phase.
struct Market: ~Copyable {
    private let pinned = Pinned()
    /// Most open orders of all accounts, waiting and pending ones too.
    static let ordersMax = 1 << 20

    var book = Book(ordersMax: ordersMax)
    var blotter: Blotter
    var triggers = TriggerBook()
    /// Orders that expire at a time; those that ended otherwise are still in it.
    var expiries = TimeOrderedOrders()
    var phase = TradingPhase.continuous
    /// When the call auction uncrosses by itself; `zero` where an operator decides.
    var reopensAt = Timestamp.zero
    /// The price around which the price band lies; `none` without one.
    var reference = Price.none
    var referenceAt = Timestamp.zero
    /// Number of the last level change.
    var updateID: Int64 = 0
    /// Whether it trades here, or is on its way from or to another shard; never `absent`.
    private(set) var state = PairStanding.State.active
    /// The newest attempt to move it.
    private(set) var generation: UInt32 = 0
    /// The generation that a command must name; none has a negative one.
    private(set) var accepted: Int64 = 0
    /// Parts of the copy taken in so far.
    var stagedParts: UInt32 = 0

    init(_ instrument: Instrument, number: Int, base: AssetColumn, quote: AssetColumn) {
        blotter = Blotter(instrument, number: number, base: base, quote: quote)
    }

    var instrument: Instrument { blotter.instrument }

    var isActive: Bool { state == .active }

    /// Notes where it stands in its moves.
    mutating func stand(_ state: PairStanding.State, _ generation: UInt32) {
        self.state = state
        self.generation = generation
        accepted = state == .active ? Int64(generation) : -1
        blotter.beginExecutions(generation: generation)
    }

    // MARK: Events

    /// Tells the market what a price shows now.
    mutating func emit(_ level: TouchedLevel, _ shared: inout SharedState) {
        updateID += 1
        let change = LevelChange(
            instrument: blotter.instrument.id,
            side: level.side,
            price: level.price,
            quantity: Quantity(lots: level.lots),
            updateID: updateID
        )
        shared.events.append(.level(change))
    }

    /// Tells the market of the levels a step touched.
    mutating func emitTouched(_ shared: inout SharedState) {
        for number in 0..<blotter.touched.count { emit(blotter.touched[number], &shared) }
        blotter.touched.truncate(to: 0)
    }

    // MARK: Ends

    /// Ends an open order that has something unfilled: takes it out of the book, frees its hold.
    ///
    /// - Parameters:
    ///   - slot: Its slot; free afterwards.
    ///   - status: What ended it.
    ///   - shared: The money and the names.
    ///
    /// The record stays at the slot until that is used again; the level it left is in `touched`.
    mutating func end(
        _ slot: OrderSlot,
        _ status: OrderStatus,
        _ shared: inout SharedState
    ) {
        let owner = OrderTag(rawValue: book.tag(of: slot)).owner
        let side = blotter.records[slot.index].order.side
        if book.isResting(slot) {
            let price = blotter.records[slot.index].order.price
            let lots = book.leave(slot)
            blotter.touched.append(TouchedLevel(side: side, price: price, lots: lots))
        }
        if blotter.records[slot.index].order.trailingDelta > 0 {
            triggers.trailing.remove(blotter.records[slot.index].order.id)
        }
        shared.ledger.release(blotter.hold(of: slot), owner, blotter.column(side))
        blotter.records[slot.index].order.status = status
        blotter.records[slot.index].order.updatedAt = shared.now
        blotter.note(slot)
        blotter.reportEnd(of: blotter.records[slot.index].order, &shared)
        blotter.retire(slot, owner, &shared)
        book.free(slot)
    }

    // MARK: Steps

    /// Ends a step: tells what it touched, ends what its lists end, observes its trades.
    mutating func endStep(_ shared: inout SharedState) {
        emitTouched(&shared)
        if !blotter.ending.isEmpty { endListed(&shared) }
        if blotter.firstTraded != .none { observeTrades(&shared) }
    }

    /// Ends the orders that end because another of their list did.
    private mutating func endListed(_ shared: inout SharedState) {
        var next = 0
        // An end can cause another.
        while next < blotter.ending.count {
            let (id, status) = blotter.ending[next]
            next += 1
            let slot = book.find(id)
            if !slot.isNone { end(slot, status, &shared) }
        }
        blotter.ending.removeAll(keepingCapacity: true)
        emitTouched(&shared)
    }

    /// Shows the trades of the step to the conditional orders, and queues those that fire.
    private mutating func observeTrades(_ shared: inout SharedState) {
        let (first, last) = (blotter.firstTraded, blotter.lastTraded)
        blotter.firstTraded = .none
        blotter.lastTraded = .none
        fire(at: first, &shared)
        if last != first { fire(at: last, &shared) }
    }

    /// Runs what a command has set off until nothing is left: rule 3.
    mutating func runQueue(_ shared: inout SharedState) {
        guard !blotter.queue.isEmpty else { return }
        while let step = blotter.queue.popFirst() {
            switch step {
            case .start(let list): startPending(list, &shared)
            case .fire(let order): runFired(order, &shared)
            }
        }
        blotter.queue.reset()
    }
}
