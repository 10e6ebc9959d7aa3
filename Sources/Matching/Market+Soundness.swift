import Accounts
import Trading

// A snapshot is read as bytes of a stranger. What follows says which records commands can lead to,
// as far as another record could break an invariant now or in a later command.

extension Market {
    /// Beyond every number that counts orders, trades, lists or level changes.
    private static let countMax: Int64 = 1 << 53

    private static func isNumber(_ number: Int64) -> Bool { (1...countMax).contains(number) }

    private static func isPrice(_ price: Price) -> Bool {
        (0...Book.priceMax).contains(price.ticks)
    }

    /// Whether one price comes before another in the book.
    static func isBetter(_ left: Price, _ right: Price, _ side: Side) -> Bool {
        side == .buy ? left > right : left < right
    }

    /// Whether what the pair counts and remembers of its trading can be so.
    func areCountersSound(at now: Timestamp) -> Bool {
        guard Self.isNumber(blotter.nextOrderID), Self.isNumber(blotter.nextTradeID),
            Self.isNumber(blotter.lists.nextID), (0...Self.countMax).contains(updateID),
            Self.isPrice(blotter.lastPrice), Self.isPrice(reference)
        else { return false }
        guard (blotter.lastPrice == .none) == (blotter.nextTradeID == 1),
            referenceAt >= .zero, referenceAt <= now, reopensAt >= .zero
        else { return false }
        return reopensAt == .zero || phase == .preOpen
    }

    /// Whether the book is crossed in the phase that never lets it be.
    var isCrossedWhileTrading: Bool {
        let (bid, ask) = (book.best(.buy), book.best(.sell))
        return phase == .continuous && bid != .none && ask != .none && bid >= ask
    }

    // MARK: Orders

    /// Whether an order, open or closed, can be one of this pair.
    func isRecordSound(_ order: Order, at now: Timestamp) -> Bool {
        let done = order.executed.lots.addingReportingOverflow(order.prevented.lots)
        guard order.instrument == instrument.id, order.id.rawValue > 0,
            order.id.rawValue < blotter.nextOrderID, !order.clientOrderID.isEmpty,
            Self.isPrice(order.price), Self.isPrice(order.stopPrice),
            order.executed >= .zero, order.prevented >= .zero, !done.overflow,
            done.partialValue <= order.quantity.lots
        else { return false }
        guard order.quoteQuantity >= .zero, order.cumulativeQuote >= .zero,
            (order.executed == .zero) == (order.cumulativeQuote == .zero),
            order.icebergQuantity >= .zero, (0..<10_000).contains(order.trailingDelta),
            order.list.rawValue >= 0, order.list.rawValue < blotter.lists.nextID
        else { return false }
        return order.createdAt >= .zero && order.createdAt <= order.updatedAt
            && order.updatedAt <= now && order.workingAt >= .zero && order.workingAt <= now
    }

    /// Whether an open order can be one, and what it needs fits.
    func isSound(_ order: Order, reserve: Amount, at now: Timestamp) -> Bool {
        guard isRecordSound(order, at: now), order.status.isOpen, order.remaining > .zero,
            order.quoteQuantity == .zero, PlaceOrder(order).isWellFormed(at: now),
            (order.status == .partiallyFilled) == (order.executed > .zero)
        else { return false }
        let isPending = order.status == .pendingNew
        if order.type.hasLimit {
            guard let whole = instrument.notional(order.price, order.quantity),
                !whole.units.addingReportingOverflow(order.cumulativeQuote.units).overflow
            else { return false }
        } else if order.side == .buy, !isPending {
            // So much for each lot, for it may be amended to fewer.
            return reserve > .zero && reserve.units % order.quantity.lots == 0
        }
        guard reserve == .zero else { return false }
        // A bid may be for more than there is of the base asset: it holds only quote.
        return isPending || order.side == .buy || instrument.baseAmount(order.remaining) != nil
    }

    /// Whether an order can be in the book, showing some lots.
    func isRestingSound(_ order: Order, _ shown: Int64) -> Bool {
        guard order.type.hasLimit, order.timeInForce.mayRest, order.status.isOpen,
            order.status != .pendingNew
        else { return false }
        let (rest, overflows) = order.quantity.lots.subtractingReportingOverflow(
            order.executed.lots
        )
        let (remaining, wraps) = rest.subtractingReportingOverflow(order.prevented.lots)
        guard !overflows, !wraps, shown > 0, shown <= remaining else { return false }
        guard order.icebergQuantity != .zero else { return shown == remaining }
        return shown <= order.icebergQuantity.lots
    }

    /// Whether an order can wait for a trade or for its list.
    func isWaitingSound(_ order: Order, best: Price) -> Bool {
        guard order.executed == .zero, order.prevented == .zero, order.workingAt == .zero,
            Self.isPrice(best)
        else { return false }
        guard order.status != .pendingNew else { return order.list != .none && best == .none }
        guard order.type.isConditional, order.status == .new else { return false }
        guard order.trailingDelta > 0 else { return best == .none }
        return !triggers.trailing.isFull && (best != .none || order.stopPrice != .none)
    }

    // MARK: Lists

    /// Whether a list, open or done, can be one of this pair.
    func isSound(_ list: OrderList) -> Bool {
        guard list.instrument == instrument.id, list.id.rawValue > 0,
            list.id.rawValue < blotter.lists.nextID, !list.clientOrderID.isEmpty,
            let first = list.orders.first?.rawValue, first > 0,
            first <= blotter.nextOrderID - Int64(list.orders.count)
        else { return false }
        // They got their numbers one after the other.
        return list.orders.enumerated().allSatisfy { $1.rawValue == first + Int64($0) }
    }

    /// Whether the open orders of a list, all read, are such as its state says.
    func isSound(_ list: OpenList) -> Bool {
        let ids = list.list.orders
        let slots = ids.map { book.find($0) }.filter { !$0.isNone }
        let open = slots.map { blotter.records[$0.index] }
        guard open.allSatisfy({ $0.order.list == list.list.id }) else { return false }
        switch list.state {
        case .working:
            guard open.count == ids.count, book.isResting(slots[0]), list.holder == ids[0],
                list.list.contingency != .oneCancelsOther, list.hold == .zero
            else { return false }
            let pending = open.dropFirst().map(\.order)
            return !open[0].order.type.isConditional
                && pending.allSatisfy { $0.status == .pendingNew }
                && (pending.count == 1 || Self.isPair(pending.map { PlaceOrder($0) }))
        case .pair:
            return open.map(\.order.id) == Array(ids.suffix(2)) && isSound(pair: open, slots, list)
        case .decided:
            return open.count == 1 && open[0].order.id == list.holder && list.hold == .zero
                && open[0].order.status != .pendingNew
        }
    }

    /// Whether two orders of which the first to do anything ends the other have done nothing yet.
    private func isSound(pair: [OpenOrder], _ slots: [OrderSlot], _ list: OpenList) -> Bool {
        guard list.list.contingency != .oneTriggersOther, list.holder == OrderID(0),
            Self.isPair(pair.map { PlaceOrder($0.order) })
        else { return false }
        for (open, slot) in zip(pair, slots) {
            guard open.order.status == .new, open.order.prevented == .zero,
                book.isResting(slot) == (open.order.type == .limitMaker)
            else { return false }
        }
        return list.hold == max(blotter.ownNeed(of: pair[0]), blotter.ownNeed(of: pair[1]))
    }

    // MARK: History

    /// Whether a fill can be one of this pair.
    func isSound(_ fill: Fill, _ shared: borrowing SharedState) -> Bool {
        let trade = fill.trade
        guard trade.instrument == instrument.id, trade.id.rawValue > 0,
            trade.id.rawValue < blotter.nextTradeID, fill.order.rawValue > 0,
            fill.order.rawValue < blotter.nextOrderID
        else { return false }
        return trade.price > .none && Self.isPrice(trade.price) && trade.quantity > .zero
            && instrument.notional(trade.price, trade.quantity) == trade.quoteAmount
            && trade.time >= .zero && trade.time <= shared.now && fill.commission >= .zero
            && shared.ledger.column(of: fill.commissionAsset) != nil
    }
}
