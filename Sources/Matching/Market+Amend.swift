import Accounts
import Trading

extension Market {
    /// Changes an open order under its id: rule 21.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - shared: The money and the names.
    /// The answer is `amended` or `amendedInPlace`, or why it was refused, which leaves the order as it was.
    mutating func amend(_ request: AmendOrder, _ shared: inout SharedState) {
        guard let owner = shared.ledger.slot(of: request.account),
            let slot = openSlot(request.order, owner, shared)
        else { return shared.answer.reject(.unknownOrder) }
        guard phase == .continuous || phase == .preOpen else {
            return shared.answer.reject(.marketClosed)
        }
        var name = shared.names.name(blotter.records[slot.index].name)
        let reason =
            request.keepsPriority
            ? refusalInPlace(of: request, slot) : refusal(of: request, slot, owner, shared)
        if let reason { return shared.answer.reject(reason) }
        let isRenamed =
            !request.clientOrderID.isEmpty && request.clientOrderID != name.name
        if isRenamed {
            name = shared.names.name(request.clientOrderID, of: owner, in: instrument.id)
            if shared.names.contains(name) { return shared.answer.reject(.duplicateOrder) }
        }
        if !request.keepsPriority, let reason = refusalOfFunds(of: request, slot, owner, shared) {
            return shared.answer.reject(reason)
        }
        let formerName = blotter.records[slot.index].order.clientOrderID
        if isRenamed { rename(slot, name, &shared) }
        if request.keepsPriority {
            reduce(slot, request, from: formerName, &shared)
        } else {
            reenter(slot, request, name, formerName, &shared)
        }
    }

    // MARK: Keeping priority

    @inline(__always)
    private func refusalInPlace(
        of request: AmendOrder,
        _ slot: OrderSlot
    ) -> RejectReason? {
        let order = blotter.records[slot.index].order
        guard order.status != .pendingNew, order.list == .none,
            request.price == .none || request.price == order.price
        else { return .malformed }
        if request.quantity > order.quantity { return .quantityIncrease }
        if request.quantity == order.quantity { return .noChange }
        guard request.quantity > order.executed + order.prevented else { return .malformed }
        guard isLotSize(request.quantity) else { return .filter(.lotSize) }
        let price = order.type.hasLimit ? order.price : blotter.lastPrice
        guard price == .none || isNotionalAllowed(price, request.quantity) else {
            return .filter(.notional)
        }
        return nil
    }

    private mutating func reduce(
        _ slot: OrderSlot,
        _ request: AmendOrder,
        from formerName: ClientOrderID,
        _ shared: inout SharedState
    ) {
        let owner = OrderTag(rawValue: book.tag(of: slot)).owner
        let before = blotter.hold(of: blotter.records[slot.index])
        let oldQuantity = blotter.records[slot.index].order.quantity
        blotter.records[slot.index].order.quantity = request.quantity
        blotter.records[slot.index].order.updatedAt = shared.now
        let order = blotter.records[slot.index].order
        if blotter.records[slot.index].reserve != .zero {
            // Exact: it was the quantity at some price.
            let perLot = before.units / oldQuantity.lots
            blotter.records[slot.index].reserve.units = perLot * request.quantity.lots
        }
        let after = blotter.hold(of: blotter.records[slot.index])
        shared.ledger.release(before - after, owner, blotter.column(order.side))
        blotter.note(order)
        blotter.report(.replaced, order, formerName: formerName, &shared)
        // The hidden part of an iceberg shrinks first.
        if book.isResting(slot), book.lots(of: slot) > order.remaining.lots {
            let lots = book.reduce(slot, to: order.remaining.lots)
            blotter.touched.append(
                TouchedLevel(side: order.side, price: order.price, lots: lots)
            )
        }
        endStep(&shared)
        let amendment = Amendment(
            instrument: instrument.id,
            account: order.account,
            order: order.id,
            previousName: formerName,
            name: order.clientOrderID,
            previousQuantity: oldQuantity,
            quantity: request.quantity,
            time: shared.now
        )
        blotter.amendments.append(amendment, owner: owner)
        // Who names the order wants to know the old name too; the others get the flat answer.
        guard !request.clientOrderID.isEmpty else { return shared.answer.set(.amended, order) }
        shared.answer.set(.amendedInPlace(order, amendment))
    }

    // MARK: Losing priority

    @inline(__always)
    private func refusal(
        of request: AmendOrder,
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        let order = blotter.records[slot.index].order
        guard book.isResting(slot), order.list == .none, request.price.ticks >= 0,
            request.quantity > order.executed + order.prevented
        else { return .malformed }
        let price = request.price == .none ? order.price : request.price
        guard isPrice(price) else { return .filter(.price) }
        guard isNearLastPrice(price, order.side) else { return .filter(.percentPriceBySide) }
        guard isLotSize(request.quantity) else { return .filter(.lotSize) }
        guard areParts(request.quantity, order.icebergQuantity) else {
            return .filter(.icebergParts)
        }
        guard isNotionalAllowed(price, request.quantity) else { return .filter(.notional) }
        let rest = request.quantity - order.executed - order.prevented
        if order.side == .buy, blotter.instrument.positionMax.lots > 0,
            exceedsPosition(owner, rest.lots, without: Int128(order.remaining.lots), shared)
        {
            return .filter(.maxPosition)
        }
        return nil
    }

    @inline(__always)
    private func refusalOfFunds(
        of request: AmendOrder,
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        let order = blotter.records[slot.index].order
        let price = request.price == .none ? order.price : request.price
        guard let more = fundsToAmend(slot, request),
            more <= shared.ledger.free(owner, blotter.column(order.side))
        else { return .insufficientBalance }
        return order.type == .limitMaker && wouldTake(order.side, price) ? .wouldTake : nil
    }

    private mutating func reenter(
        _ slot: OrderSlot,
        _ request: AmendOrder,
        _ name: OrderName,
        _ formerName: ClientOrderID,
        _ shared: inout SharedState
    ) {
        var order = blotter.records[slot.index].order
        let held = blotter.need(order.side, order.price, order.remaining)
        shared.ledger.release(held, name.owner, blotter.column(order.side))
        let left = TouchedLevel(side: order.side, price: order.price, lots: book.leave(slot))
        if request.price != .none { order.price = request.price }
        order.quantity = request.quantity
        order.updatedAt = shared.now
        blotter.report(.replaced, order, formerName: formerName, &shared)
        let bounds = bounds(of: order)
        var incoming = IncomingOrder(order, name, slot: slot, bounds, isAnswered: true, shared)
        incoming.left = left
        run(&incoming, &shared)
        shared.answer.set(.amended, incoming.order)
    }

    /// Gives an open order another name.
    mutating func rename(
        _ slot: OrderSlot,
        _ name: OrderName,
        _ shared: inout SharedState
    ) {
        shared.names.remove(blotter.records[slot.index].name)
        let id = blotter.records[slot.index].order.id
        blotter.records[slot.index].name = shared.names.insert(name, id)
        blotter.records[slot.index].order.clientOrderID = name.name
    }
}
