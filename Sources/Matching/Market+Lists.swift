import Accounts
import Trading

extension Market {
    /// Takes in a list of orders, all or none: rules 18 and 19.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - shared: The money and the names.
    /// The answer is `placedList`, or why it was refused.
    mutating func placeList(_ request: PlaceOrderList, _ shared: inout SharedState) {
        if let reason = refusalOfShape(of: request, shared) {
            return shared.answer.reject(reason)
        }
        let first = request.orders[0]
        guard let owner = shared.ledger.slot(of: first.account) else {
            let reason = refusal(of: request, owner: nil, shared)
            return shared.answer.reject(reason ?? .insufficientBalance)
        }
        if let reason = refusal(of: request, owner: owner, shared) {
            return shared.answer.reject(reason)
        }
        let count = Int32(request.orders.count)
        if let reason = shared.orders.take(count, owner, at: shared.now) {
            return shared.answer.reject(reason)
        }
        let list = openList(request, owner, &shared)
        let isPair = request.contingency == .oneCancelsOther
        let names = request.orders.map {
            shared.names.name($0.clientOrderID, of: owner, in: instrument.id)
        }
        let orders = request.orders.enumerated().map { index, leg in
            accept(leg, index, of: request, list, at: shared.now)
        }
        if isPair {
            enterPair(orders, names, &shared)
            reportBegin(of: list, &shared)
            endStep(&shared)
        } else {
            for (order, name) in zip(orders, names).dropFirst() {
                _ = open(order, name, reserve: .zero, &shared)
                blotter.note(order)
            }
            let slot = open(orders[0], names[0], reserve: .zero, &shared)
            for order in orders { blotter.report(.new, order, &shared) }
            reportBegin(of: list, &shared)
            var incoming = IncomingOrder(
                orders[0],
                names[0],
                slot: slot,
                bounds(of: orders[0]),
                isAnswered: true,
                shared
            )
            run(&incoming, &shared)
        }
        let fills = shared.answer.fillArray
        shared.answer.set(reply(list, orders, owner, fills: fills))
    }

    private mutating func reportBegin(of id: OrderListID, _ shared: inout SharedState) {
        if let open = blotter.lists.open[id] { blotter.report(open.list, &shared) }
    }

    private mutating func openList(
        _ request: PlaceOrderList,
        _ owner: AccountSlot,
        _ shared: inout SharedState
    ) -> OrderListID {
        let id = OrderListID(blotter.lists.nextID)
        blotter.lists.nextID += 1
        let next = blotter.nextOrderID
        let list = OrderList(
            id: id,
            instrument: blotter.instrument.id,
            account: request.orders[0].account,
            clientOrderID: request.clientOrderID,
            contingency: request.contingency,
            status: .executing,
            orders: request.orders.indices.map { OrderID(next + Int64($0)) },
            createdAt: shared.now
        )
        let isPair = request.contingency == .oneCancelsOther
        blotter.lists.insert(
            OpenList(
                list: list,
                owner: owner,
                state: isPair ? .pair : .working,
                hold: .zero,
                holder: isPair ? OrderID(0) : OrderID(next),
                openCount: request.orders.count
            )
        )
        return id
    }

    /// Numbers an order of a list.
    private mutating func accept(
        _ leg: PlaceOrder,
        _ index: Int,
        of request: PlaceOrderList,
        _ list: OrderListID,
        at time: Timestamp
    ) -> Order {
        var order = accept(leg, at: time, list: list)
        if request.contingency != .oneCancelsOther, index > 0 {
            order.status = .pendingNew
            order.workingAt = .zero
        }
        return order
    }

    /// The list as it is at the end of its own step, with its orders.
    private func reply(
        _ id: OrderListID,
        _ orders: [Order],
        _ owner: AccountSlot,
        fills: [Fill]
    ) -> Reply {
        guard let list = blotter.lists.find(.id(id), of: owner) else {
            fatalError("invariant broken: a list is open or kept")
        }
        var present: [Order] = []
        for order in orders {
            let slot = book.find(order.id)
            if !slot.isNone {
                present.append(blotter.records[slot.index].order)
            } else if let closed = blotter.closedOrder(.id(order.id), of: owner) {
                present.append(closed)
            }
        }
        return .placedList(list, orders: present, fills: fills)
    }

    /// Lets the two orders of a pair enter or wait, the larger of their needs held once.
    private mutating func enterPair(
        _ orders: [Order],
        _ names: [OrderName],
        _ shared: inout SharedState
    ) {
        var hold = Amount.zero
        for (order, name) in zip(orders, names) {
            let reserve = marketBuyReserve(order) ?? .zero
            var slot = book.find(order.id)
            if slot.isNone {
                slot = open(order, name, reserve: reserve, &shared)
            } else {
                blotter.records[slot.index].order = order
                blotter.records[slot.index].reserve = reserve
            }
            hold = max(hold, blotter.ownNeed(of: blotter.records[slot.index]))
            blotter.note(order)
            blotter.report(.new, order, &shared)
            if order.type.isConditional { wait(order) } else { enter(order, slot) }
        }
        guard let first = orders.first, let owner = names.first?.owner else { return }
        blotter.lists.open[first.list]?.state = .pair
        blotter.lists.open[first.list]?.hold = hold
        shared.ledger.hold(hold, owner, blotter.column(first.side))
    }

    /// Puts a post-only order of a pair, found not to trade, into the book.
    private mutating func enter(_ order: Order, _ slot: OrderSlot) {
        let part = order.icebergQuantity.lots
        let remaining = order.remaining.lots
        let shown = part > 0 ? min(part, remaining) : remaining
        let lots = book.enter(slot, order.side, at: order.price, lots: shown)
        blotter.touched.append(TouchedLevel(side: order.side, price: order.price, lots: lots))
    }

    // MARK: Pending orders

    /// Starts the pending orders of a list whose working order was filled.
    mutating func startPending(_ id: OrderListID, _ shared: inout SharedState) {
        guard let list = blotter.lists.open[id] else { return }
        let slots = list.list.orders.dropFirst().map { book.find($0) }.filter { !$0.isNone }
        guard !slots.isEmpty else { return }
        // From here on the end of one ends the other.
        let isPair = slots.count == 2
        blotter.lists.open[id]?.state = isPair ? .pair : .decided
        blotter.lists.open[id]?.holder = isPair ? OrderID(0) : book.id(of: slots[0])
        let orders = slots.map { blotter.records[$0.index].order.started(at: shared.now) }
        let requests = orders.map { PlaceOrder($0) }
        let names = orders.map {
            shared.names.name($0.clientOrderID, of: list.owner, in: instrument.id)
        }
        for (slot, order) in zip(slots, orders) { blotter.records[slot.index].order = order }
        if refusalToStart(requests, slots, list.owner, shared) {
            for order in orders { endPending(book.find(order.id), &shared) }
            endStep(&shared)
        } else if orders.count == 2 {
            enterPair(orders, names, &shared)
            endStep(&shared)
        } else {
            start(orders[0], names[0], slots[0], &shared)
        }
    }

    /// Rejects a pending order; nothing is held for it.
    private mutating func endPending(_ slot: OrderSlot, _ shared: inout SharedState) {
        blotter.records[slot.index].order.workingAt = .zero
        blotter.lists.open[blotter.records[slot.index].order.list]?.holder = OrderID(0)
        end(slot, .rejected, &shared)
    }

    private mutating func start(
        _ order: Order,
        _ name: OrderName,
        _ slot: OrderSlot,
        _ shared: inout SharedState
    ) {
        blotter.report(.new, order, &shared)
        guard order.type.isConditional else {
            let bounds = bounds(of: order)
            var incoming = IncomingOrder(order, name, slot: slot, bounds, isAnswered: false, shared)
            run(&incoming, &shared)
            return
        }
        blotter.records[slot.index].reserve = marketBuyReserve(order) ?? .zero
        let need = blotter.ownNeed(of: blotter.records[slot.index])
        shared.ledger.hold(need, name.owner, blotter.column(order.side))
        blotter.note(order)
        wait(order)
        endStep(&shared)
    }

    /// Whether one of the pending orders fails a check as they start.
    private func refusalToStart(
        _ requests: [PlaceOrder],
        _ slots: [OrderSlot],
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Bool {
        if requests.count == 2, !arePairPrices(requests, needsLast: true) { return true }
        var company = Company(requests)
        company.ownOpen = requests.count
        company.ownAlgo = company.algoCount
        for request in requests where request.side == .buy {
            company.ownBuyLots += Int128(request.quantity.lots)
        }
        return requests.contains { request in
            refusalOfTerms(request, owner: owner, company, shared) != nil
                || refusalOfState(request, owner, shared) != nil
        }
    }
}

extension Order {
    /// A pending order at the moment it starts.
    fileprivate func started(at time: Timestamp) -> Order {
        var order = self
        order.status = .new
        order.updatedAt = time
        order.workingAt = order.type.isConditional ? .zero : time
        return order
    }
}
