import Trading

/// How orders end: by their owner, and with what depends on them (rules 18, 19, 21).
extension NaiveExchange {
    /// Ends an order, and what its list says ends or starts with it.
    ///
    /// - Parameters:
    ///   - order: Open or on its walk.
    ///   - status: What it ends as.
    ///   - isAlone: Whether its sibling stays as it is, because it was what ended this one.
    /// - Returns: The order as it ended.
    @discardableResult
    mutating func close(
        _ order: Order,
        _ status: OrderStatus,
        isAlone: Bool = false
    ) -> Order {
        if let entry = open.first(where: { $0.isSame(order) }), entry.stage == .working {
            step.touch(order.side, order.price.ticks)
        }
        open.removeAll { $0.isSame(order) }
        var order = order
        order.status = status
        order.updatedAt = now
        closed.append(order)
        if !isAlone {
            endSibling(of: order, status == .canceled || status == .rejected ? status : .expired)
        }
        guard let list = list(of: order), list.contingency != .oneCancelsOther,
            list.orders.first == order.id
        else { return order }
        if status == .filled {
            step.started.append(.started(order.instrument, list.id))
            return order
        }
        for entry in members(list) where entry.stage == .pending {
            // The end of one may have ended the other.
            guard open.contains(where: { $0.isSame(entry.order) }) else { continue }
            note("pending ended with the working order")
            close(entry.order, status == .canceled ? .canceled : .expired)
        }
        return order
    }

    mutating func cancel(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ reference: OrderReference,
        only restriction: CancelRestriction? = nil
    ) -> Reply {
        guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
        guard let target = target(account, instrument, reference) else {
            return .rejected(.unknownOrder)
        }
        if market(instrument).phase == .halted { return .rejected(.marketClosed) }
        if let restriction, !restriction.allows(target.order.status) {
            return .rejected(.cancelRestricted)
        }
        note("cancel of a \(target.stage) order")
        return .canceled(inStep(instrument) { $0.cancel([target.order]) })
    }

    /// The open order a request names.
    func target(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ reference: OrderReference
    ) -> OpenOrder? {
        open.filter { $0.order.account == account && $0.order.instrument == instrument }
            .last { $0.order.isNamed(by: reference) }
    }

    mutating func cancelAll(_ account: AccountID, _ instrument: InstrumentID) -> Reply {
        guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
        let mine = open.map(\.order)
            .filter { $0.account == account && $0.instrument == instrument }
        guard !mine.isEmpty else { return .rejected(.unknownOrder) }
        if market(instrument).phase == .halted { return .rejected(.marketClosed) }
        let lists = lists(account, instrument).filter { $0.status == .executing }
        let orders = inStep(instrument) { $0.cancel(mine) }
        guard !lists.isEmpty else { return .canceled(orders) }
        let members = members(of: lists).sorted { $0.id < $1.id }
        let others = orders.filter { $0.list == .none }
        return .canceledLists(lists.map(\.done), orders: others + members)
    }

    mutating func cancelList(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ reference: OrderListReference
    ) -> Reply {
        guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
        let list = lists(account, instrument).last {
            $0.status == .executing && $0.isNamed(by: reference)
        }
        guard let list else { return .rejected(.unknownList) }
        if market(instrument).phase == .halted { return .rejected(.marketClosed) }
        _ = inStep(instrument) { $0.cancel($0.members(list).map(\.order)) }
        return .canceledList(list.done, orders: members(of: [list]))
    }

    /// Cancels orders and all of their lists, and tells them by id.
    mutating func cancel(_ targets: [Order]) -> [Order] {
        var ids = Set(targets.map(\.id))
        for list in targets.compactMap({ list(of: $0) }) {
            note("list cancelled")
            ids.formUnion(members(list).map(\.order.id))
        }
        guard let instrument = targets.first?.instrument else { return [] }
        for id in ids.sorted() {
            let entry = open.first { $0.order.instrument == instrument && $0.order.id == id }
            if let entry { close(entry.order, .canceled) }
        }
        step.sortTouched()
        return ids.sorted().compactMap { id in
            closed.last { $0.instrument == instrument && $0.id == id }
        }
    }
}

extension OrderList {
    fileprivate var done: OrderList {
        var list = self
        list.status = .allDone
        return list
    }
}
