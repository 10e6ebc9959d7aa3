import Trading

/// Rule 21: amendments and cancel-replace.
extension NaiveExchange {
    mutating func amend(_ request: AmendOrder) -> Reply {
        guard let instrument = find(request.instrument) else {
            return .rejected(.unknownInstrument)
        }
        guard let target = target(request.account, request.instrument, request.order) else {
            return .rejected(.unknownOrder)
        }
        let phase = market(instrument.id).phase
        if phase == .cancelOnly || phase == .halted { return .rejected(.marketClosed) }
        let refusal =
            request.keepsPriority
            ? refusalKeepingPlace(request, target, instrument)
            : refusalLosingPlace(request, target, instrument)
        if let refusal { return .rejected(refusal) }
        note(request.keepsPriority ? "amended in its place" : "amended to the back")
        return inStep(instrument.id) {
            request.keepsPriority
                ? $0.shrink(target, request) : $0.enterAgain(target.order, request)
        }
    }

    private func changed(_ order: Order, _ request: AmendOrder) -> Order {
        var order = order
        order.quantity = request.quantity
        if request.price != .none { order.price = request.price }
        if !request.clientOrderID.isEmpty { order.clientOrderID = request.clientOrderID }
        order.updatedAt = now
        return order
    }

    private func takesAName(_ request: AmendOrder, _ order: Order) -> Bool {
        !request.clientOrderID.isEmpty && request.clientOrderID != order.clientOrderID
            && isTaken(request.clientOrderID, order.account, order.instrument)
    }

    // MARK: Keeping priority

    private func refusalKeepingPlace(
        _ request: AmendOrder,
        _ target: OpenOrder,
        _ instrument: Instrument
    ) -> RejectReason? {
        let order = target.order
        if target.stage == .pending || order.list != .none { return .malformed }
        if request.price != .none, request.price != order.price { return .malformed }
        if request.quantity > order.quantity { return .quantityIncrease }
        if request.quantity == order.quantity { return .noChange }
        if request.quantity.lots <= order.executed.lots + order.prevented.lots {
            return .malformed
        }
        if isOutside(request.quantity, instrument) { return .filter(.lotSize) }
        if breaksNotional(self.request(of: changed(order, request)), instrument) {
            return .filter(.notional)
        }
        return takesAName(request, order) ? .duplicateOrder : nil
    }

    private mutating func shrink(_ target: OpenOrder, _ request: AmendOrder) -> Reply {
        let order = changed(target.order, request)
        guard let index = open.firstIndex(where: { $0.isSame(order) }) else {
            fatalError("target of \(request)")
        }
        open[index].order = order
        if target.stage == .working {
            open[index].shown = min(target.shown, order.remaining.lots)
            // What only hides has not changed for the market.
            if open[index].shown != target.shown { step.touch(order.side, order.price.ticks) }
        }
        let amendment = Amendment(
            instrument: order.instrument,
            account: order.account,
            order: order.id,
            previousName: target.order.clientOrderID,
            name: order.clientOrderID,
            previousQuantity: target.order.quantity,
            quantity: order.quantity,
            time: order.updatedAt
        )
        amendments.append(amendment)
        return request.clientOrderID.isEmpty
            ? .amended(order, fills: []) : .amendedInPlace(order, amendment)
    }

    // MARK: Losing priority

    private func refusalLosingPlace(
        _ request: AmendOrder,
        _ target: OpenOrder,
        _ instrument: Instrument
    ) -> RejectReason? {
        let old = target.order
        let gone = old.executed.lots + old.prevented.lots
        if target.stage != .working || old.list != .none { return .malformed }
        if request.price < .none || request.quantity.lots <= gone { return .malformed }
        let new = self.request(of: changed(old, request))
        if !passesPrice(new, instrument) { return .filter(.price) }
        if isFar(new.price.ticks, new.side, instrument) { return .filter(.percentPriceBySide) }
        if isOutside(new.quantity, instrument) { return .filter(.lotSize) }
        let part = new.icebergQuantity.lots
        if part > 0, hasTooManyParts(new.quantity.lots, part, instrument) {
            return .filter(.icebergParts)
        }
        if breaksNotional(new, instrument) { return .filter(.notional) }
        var rest = new
        rest.quantity.lots -= gone
        if breaksPosition(rest, instrument, [old.id]) { return .filter(.maxPosition) }
        if takesAName(request, old) { return .duplicateOrder }
        let need =
            new.side == .buy
            ? instrument.exactNotional(new.price.ticks, rest.quantity.lots)
            : Int128(rest.quantity.lots) * Int128(instrument.lotUnits)
        let free = free(old.account, paidAsset(old))
        if need > Int128(free) + Int128(ownHold(target)) { return .insufficientBalance }
        return new.type == .limitMaker && wouldTake(new) ? .wouldTake : nil
    }

    private mutating func enterAgain(_ old: Order, _ request: AmendOrder) -> Reply {
        open.removeAll { $0.isSame(old) }
        var incoming = IncomingOrder(order: changed(old, request))
        incoming.oldTicks = old.price.ticks
        let (order, fills) = work(incoming)
        if !fills.isEmpty { note("amended and traded") }
        return .amended(order, fills: fills)
    }

    // MARK: Cancel and replace

    mutating func cancelReplace(_ request: CancelReplace) -> Reply {
        let (account, instrument) = (request.place.account, request.place.instrument)
        guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
        let target = target(account, instrument, request.cancel)
        var outcome = CancelReplaceOutcome(cancel: .notAttempted, place: .notAttempted)
        switch cancel(account, instrument, request.cancel) {
        case .canceled(let orders):
            let named = orders.first { $0.id == target?.order.id }
            outcome.cancel = named.map { .done($0, fills: []) } ?? .notAttempted
        case .rejected(let reason):
            outcome.cancel = .failed(reason)
            if request.mode == .stopOnFailure { return .replaced(outcome) }
        default: fatalError("reply to a cancel")
        }
        switch place(request.place) {
        case .placed(let order, let fills): outcome.place = .done(order, fills: fills)
        case .rejected(let reason): outcome.place = .failed(reason)
        default: fatalError("reply to a placement")
        }
        return .replaced(outcome)
    }
}
