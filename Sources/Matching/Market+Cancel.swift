import Accounts
import Trading

extension Market {
    /// Cancels one open order of an account, and with it all of its list.
    ///
    /// - Parameters:
    ///   - reference: Which.
    ///   - account: Whose; a foreign order is as unknown as none.
    ///   - restriction: In which state alone; `nil` in any.
    ///   - shared: The money and the names.
    /// The answer is `canceled` by order id, or why not.
    mutating func cancel(
        _ reference: OrderReference,
        of account: AccountID,
        only restriction: CancelRestriction? = nil,
        _ shared: inout SharedState
    ) {
        guard let owner = shared.ledger.slot(of: account),
            let slot = openSlot(reference, owner, shared)
        else { return shared.answer.reject(.unknownOrder) }
        if let reason = refusalToCancel(slot, restriction) { return shared.answer.reject(reason) }
        cancel(slot, &shared)
    }

    private func refusalToCancel(
        _ slot: OrderSlot,
        _ restriction: CancelRestriction?
    ) -> RejectReason? {
        if phase == .halted { return .marketClosed }
        guard let restriction else { return nil }
        let status = blotter.records[slot.index].order.status
        return restriction.allows(status) ? nil : .cancelRestricted
    }

    /// Cancels an open order and all of its list, as a step.
    ///
    /// The answer is `canceled`.
    mutating func cancel(_ slot: OrderSlot, _ shared: inout SharedState) {
        let listed = blotter.records[slot.index].order.list
        guard listed != .none, let list = blotter.lists.open[listed] else {
            end(slot, .canceled, &shared)
            shared.answer.set(.canceled, blotter.records[slot.index].order)
            return endStep(&shared)
        }
        shared.answer.set(.canceled(cancel(list.list.orders, &shared)))
    }

    /// Cancels what is open of some orders, as a step.
    ///
    /// - Returns: Those it cancelled, by id.
    private mutating func cancel(_ orders: [OrderID], _ shared: inout SharedState) -> [Order] {
        var canceled: [Order] = []
        for id in orders.sorted() {
            let slot = book.find(id)
            guard !slot.isNone else { continue }
            end(slot, .canceled, &shared)
            canceled.append(blotter.records[slot.index].order)
        }
        sortTouched()
        endStep(&shared)
        return canceled
    }

    /// Cancels all open orders of an account in this pair.
    ///
    /// - Parameters:
    ///   - account: Whose.
    ///   - shared: The money and the names.
    /// The answer is `canceled` by order id, `canceledLists` where lists are among it (the orders of
    /// no list first, then all of the lists), or why not.
    mutating func cancelAll(of account: AccountID, _ shared: inout SharedState) {
        guard let owner = shared.ledger.slot(of: account) else {
            return shared.answer.reject(.unknownOrder)
        }
        let open = openIDs(of: owner)
        guard !open.isEmpty else { return shared.answer.reject(.unknownOrder) }
        guard phase != .halted else { return shared.answer.reject(.marketClosed) }
        let lists = blotter.lists.open(of: owner)
        let orders = cancel(open, &shared)
        guard !lists.isEmpty else { return shared.answer.set(.canceled(orders)) }
        let others = orders.filter { $0.list == .none }
        let members = members(of: lists, owner).sorted { $0.id < $1.id }
        shared.answer.set(.canceledLists(lists.map(\.done), orders: others + members))
    }

    /// Cancels what is open of an order list.
    ///
    /// The answer is `canceledList` with all its orders, those that had ended before too.
    mutating func cancelList(
        _ reference: OrderListReference,
        of account: AccountID,
        _ shared: inout SharedState
    ) {
        guard let owner = shared.ledger.slot(of: account),
            let open = blotter.lists.findOpen(reference, of: owner)
        else { return shared.answer.reject(.unknownList) }
        guard phase != .halted else { return shared.answer.reject(.marketClosed) }
        _ = cancel(open.list.orders, &shared)
        let orders = members(of: [open.list], owner)
        shared.answer.set(.canceledList(open.list.done, orders: orders))
    }

    /// Brings what was touched on both sides in order: bids best first, then asks, each price once.
    mutating func sortTouched() {
        guard blotter.touched.count > 1 else { return }
        var levels = (0..<blotter.touched.count).map { blotter.touched[$0] }
        levels.sort { left, right in
            if left.side != right.side { return left.side == .buy }
            return left.side == .buy ? left.price > right.price : left.price < right.price
        }
        blotter.touched.truncate(to: 0)
        for (index, level) in levels.enumerated() {
            let last = index == 0 ? nil : levels[index - 1]
            if last?.side == level.side, last?.price == level.price { continue }
            let lots = book.lots(level.side, at: level.price)
            blotter.touched.append(
                TouchedLevel(side: level.side, price: level.price, lots: lots)
            )
        }
    }

    private func openIDs(of owner: AccountSlot) -> [OrderID] {
        var ids: [OrderID] = []
        blotter.visitOpen(of: owner) { ids.append($0.order.id) }
        return ids
    }

    /// The slot of an open order of an account, if the reference finds one.
    func openSlot(
        _ reference: OrderReference,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> OrderSlot? {
        let slot: OrderSlot
        switch reference {
        case .id(let id): slot = book.find(id)
        case .clientOrderID(let name):
            let name = shared.names.name(name, of: owner, in: blotter.instrument.id)
            guard let order = shared.names.find(name) else { return nil }
            slot = book.find(order)
        }
        guard !slot.isNone, OrderTag(rawValue: book.tag(of: slot)).owner == owner else {
            return nil
        }
        return slot
    }

    /// Cancels an order, then places another as a step of its own.
    mutating func cancelReplace(
        _ request: CancelReplace,
        _ shared: inout SharedState
    ) {
        var outcome = CancelReplaceOutcome(cancel: .notAttempted, place: .notAttempted)
        let owner = shared.ledger.slot(of: request.place.account)
        // Before the cancel: an order must not be lost for another that cannot take its place.
        if let owner, let reason = shared.orders.refusal(of: 1, owner, at: shared.now) {
            return shared.answer.reject(reason)
        }
        if let owner, let slot = openSlot(request.cancel, owner, shared) {
            if let reason = refusalToCancel(slot, request.restriction) {
                outcome.cancel = .failed(reason)
            } else {
                cancel(slot, &shared)
                outcome.cancel = .done(blotter.records[slot.index].order, fills: [])
            }
        } else {
            outcome.cancel = .failed(.unknownOrder)
        }
        if case .failed = outcome.cancel, request.mode == .stopOnFailure {
            return shared.answer.set(.replaced(outcome))
        }
        place(request.place, &shared)
        switch shared.answer.kind {
        case .placed:
            outcome.place = .done(shared.answer.order, fills: shared.answer.fillArray)
        case .rejected(let reason): outcome.place = .failed(reason)
        default: invariant(false, "an order is placed or rejected")
        }
        shared.answer.set(.replaced(outcome))
    }
}

extension OrderList {
    /// The list once none of its orders is open.
    fileprivate var done: OrderList {
        var list = self
        list.status = .allDone
        return list
    }
}
