import Accounts
import Trading

extension Market {
    /// Cancels one open order of an account, and with it all of its list.
    ///
    /// - Parameters:
    ///   - reference: Which.
    ///   - account: Whose; a foreign order is as unknown as none.
    ///   - shared: The money and the names.
    /// - Returns: `canceled` by order id, or why not.
    mutating func cancel(
        _ reference: OrderReference,
        of account: AccountID,
        _ shared: inout SharedState
    ) -> Reply {
        guard let owner = shared.ledger.slot(of: account),
            let slot = openSlot(reference, owner, shared)
        else { return .rejected(.unknownOrder) }
        guard phase != .halted else { return .rejected(.marketClosed) }
        return .canceled(cancel(slot, &shared))
    }

    /// Cancels an open order and all of its list, as a step.
    mutating func cancel(_ slot: OrderSlot, _ shared: inout SharedState) -> [Order] {
        let listed = blotter.records[slot.index].order.list
        guard listed != .none, let list = blotter.lists.open[listed] else {
            let canceled = end(slot, .canceled, &shared)
            endStep(&shared)
            return [canceled]
        }
        return cancel(list.list.orders, &shared)
    }

    /// Cancels what is open of some orders, as a step.
    ///
    /// - Returns: Those it cancelled, by id.
    private mutating func cancel(_ orders: [OrderID], _ shared: inout SharedState) -> [Order] {
        var canceled: [Order] = []
        for id in orders.sorted() {
            let slot = book.find(id)
            if !slot.isNone { canceled.append(end(slot, .canceled, &shared)) }
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
    /// - Returns: `canceled` by order id, or why not.
    mutating func cancelAll(of account: AccountID, _ shared: inout SharedState) -> Reply {
        guard let owner = shared.ledger.slot(of: account) else { return .rejected(.unknownOrder) }
        let open = openIDs(of: owner)
        guard !open.isEmpty else { return .rejected(.unknownOrder) }
        guard phase != .halted else { return .rejected(.marketClosed) }
        return .canceled(cancel(open, &shared))
    }

    /// Cancels what is open of an order list.
    mutating func cancelList(
        _ reference: OrderListReference,
        of account: AccountID,
        _ shared: inout SharedState
    ) -> Reply {
        guard let owner = shared.ledger.slot(of: account),
            let open = blotter.lists.findOpen(reference, of: owner)
        else { return .rejected(.unknownList) }
        guard phase != .halted else { return .rejected(.marketClosed) }
        let orders = cancel(open.list.orders, &shared)
        var list = open.list
        list.status = .allDone
        return .canceledList(list, orders: orders)
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
            guard let entry = shared.names.find(shared.names.name(name, of: owner)),
                entry.instrument == blotter.instrument.id
            else { return nil }
            slot = book.find(entry.order)
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
    ) -> Reply {
        var outcome = CancelReplaceOutcome(cancel: .notAttempted, place: .notAttempted)
        let owner = shared.ledger.slot(of: request.place.account)
        if let owner, let slot = openSlot(request.cancel, owner, shared) {
            let id = book.id(of: slot)
            if phase == .halted {
                outcome.cancel = .failed(.marketClosed)
            } else if let order = cancel(slot, &shared).first(where: { $0.id == id }) {
                outcome.cancel = .done(order, fills: [])
            }
        } else {
            outcome.cancel = .failed(.unknownOrder)
        }
        if case .failed = outcome.cancel, request.mode == .stopOnFailure {
            return .replaced(outcome)
        }
        switch place(request.place, &shared) {
        case .placed(let order, let fills): outcome.place = .done(order, fills: fills)
        case .rejected(let reason): outcome.place = .failed(reason)
        default: invariant(false, "an order is placed or rejected")
        }
        return .replaced(outcome)
    }
}
