import Trading

/// Rules 18 and 19: OCO, OTO, OTOCO.
extension NaiveExchange {
    // MARK: Who belongs together

    func list(of order: Order) -> OrderList? {
        order.list == .none
            ? nil : lists.first { $0.id == order.list && $0.instrument == order.instrument }
    }

    /// The open orders of a list in its order.
    func members(_ list: OrderList) -> [OpenOrder] {
        open.filter { $0.order.list == list.id && $0.order.instrument == list.instrument }
            .sorted { $0.order.id < $1.order.id }
    }

    /// The other one, still open, of two of which one cancels the other.
    func sibling(of order: Order) -> OpenOrder? {
        guard let list = list(of: order), let legs = list.contingency.pair else { return nil }
        let ids = legs.map { list.orders[$0] }
        guard ids.contains(order.id) else { return nil }
        return members(list).first { $0.order.id != order.id && ids.contains($0.order.id) }
    }

    mutating func endSibling(of order: Order, _ status: OrderStatus) {
        if let sibling = sibling(of: order) { close(sibling.order, status, isAlone: true) }
    }

    /// The lists of an account with their present status, by pair and id.
    func lists(_ account: AccountID, _ instrument: InstrumentID?) -> [OrderList] {
        lists.filter {
            $0.account == account && (instrument == nil || $0.instrument == instrument)
        }
        .map { list in
            var list = list
            list.status = members(list).isEmpty ? .allDone : .executing
            return list
        }
        .sorted { ($0.instrument, $0.id) < ($1.instrument, $1.id) }
    }

    // MARK: Placing

    mutating func placeList(_ request: PlaceOrderList) -> Reply {
        guard let first = request.orders.first else { return .rejected(.malformed) }
        guard find(first.instrument) != nil else { return .rejected(.unknownInstrument) }
        if let reason = refusal(of: request) { return .rejected(reason) }
        return inStep(first.instrument) { $0.accept(request, first) }
    }

    private mutating func accept(_ request: PlaceOrderList, _ first: PlaceOrder) -> Reply {
        markets[first.instrument]?.listCount += 1
        let id = OrderListID(market(first.instrument).listCount)
        var orders = request.orders.map { newOrder($0) }
        for index in orders.indices { orders[index].list = id }
        lists.append(
            OrderList(
                id: id,
                instrument: first.instrument,
                account: first.account,
                clientOrderID: request.clientOrderID,
                contingency: request.contingency,
                status: .executing,
                orders: orders.map(\.id),
                createdAt: now
            )
        )
        var fills: [Fill] = []
        if request.contingency == .oneCancelsOther {
            for index in orders.indices { orders[index] = enter(orders[index]).0 }
        } else {
            for index in orders.indices.dropFirst() {
                orders[index].status = .pendingNew
                open.append(OpenOrder(order: orders[index], stage: .pending))
            }
            fills = enter(orders[0]).1
        }
        let present = orders.compactMap { state($0.id, first.instrument) }
        let list = lists(first.account, first.instrument).first { $0.id == id }
        return .placedList(list ?? lists[lists.count - 1], orders: present, fills: fills)
    }

    private func state(_ id: OrderID, _ instrument: InstrumentID) -> Order? {
        (open.map(\.order) + closed).last { $0.id == id && $0.instrument == instrument }
    }

    private func refusal(of request: PlaceOrderList) -> RejectReason? {
        let orders = request.orders
        if request.clientOrderID.isEmpty || orders.count != request.contingency.orderCount {
            return .malformed
        }
        if orders.contains(where: {
            $0.account != orders[0].account || $0.instrument != orders[0].instrument
        }) {
            return .malformed
        }
        if orders.contains(where: { isMalformed($0) }) { return .malformed }
        if !isList(request) { return .malformed }
        let legs = request.contingency.pair.map { $0.map { orders[$0] } }
        if let legs {
            let last =
                request.contingency == .oneCancelsOther
                ? market(orders[0].instrument).last : nil
            if !standRight(legs, last: last) { return .badPrices }
        }
        for (index, order) in orders.enumerated() {
            var circumstances = Circumstances(group: orders)
            circumstances.isPending = request.contingency != .oneCancelsOther && index > 0
            if let reason = refusal(of: order, circumstances) { return reason }
        }
        if Set(orders.map(\.clientOrderID)).count < orders.count { return .duplicateOrder }
        let isTaken = lists(orders[0].account, orders[0].instrument).contains {
            $0.status == .executing && $0.clientOrderID == request.clientOrderID
        }
        return isTaken ? .duplicateOrder : nil
    }

    private func isList(_ request: PlaceOrderList) -> Bool {
        let orders = request.orders
        if request.contingency != .oneCancelsOther {
            guard orders[0].type == .limit || orders[0].type == .limitMaker else { return false }
            if orders[1...].contains(where: { $0.quoteQuantity.units > 0 }) { return false }
        }
        guard let legs = request.contingency.pair.map({ $0.map { orders[$0] } }) else {
            return true
        }
        return legs[0].side == legs[1].side && legs[0].quantity == legs[1].quantity
            && legs.filter({ $0.isProfitLeg }).count == 1
            && legs.filter({ $0.type == .stopLoss || $0.type == .stopLossLimit }).count == 1
    }

    /// Whether the prices of a pair stand on their sides of each other and of the last price.
    private func standRight(_ legs: [PlaceOrder], last: Int64?) -> Bool {
        guard let profit = legs.first(where: \.isProfitLeg),
            let stop = legs.first(where: { !$0.isProfitLeg })
        else { return false }
        let upper = profit.type == .limitMaker ? profit.price.ticks : profit.stopPrice.ticks
        // Without their number both comparisons are left out.
        let chain = [upper, last ?? 0, stop.stopPrice.ticks].filter { $0 > 0 }
        return zip(chain, chain.dropFirst()).allSatisfy {
            profit.side == .sell ? $0 > $1 : $0 < $1
        }
    }

    // MARK: Starting

    /// The working order was filled whole: the pending ones start, or none of them.
    mutating func start(_ instrument: InstrumentID, _ id: OrderListID) {
        guard let list = lists.first(where: { $0.id == id && $0.instrument == instrument }) else {
            return
        }
        let pending = members(list).map(\.order).filter { $0.status == .pendingNew }
        guard !pending.isEmpty else { return }
        note("\(list.contingency) started")
        inStep(instrument) { $0.start(pending, list) }
    }

    private mutating func start(_ pending: [Order], _ list: OrderList) {
        let requests = pending.map { request(of: $0) }
        var circumstances = Circumstances(group: requests)
        circumstances.starting = pending.map(\.id)
        let isRefused =
            (pending.count == 2 && !standRight(requests, last: market(list.instrument).last))
            || requests.contains { refusal(of: $0, circumstances) != nil }
        if isRefused {
            note("rejected at its start")
            close(pending[0], .rejected)
            return
        }
        open.removeAll { entry in pending.contains { entry.isSame($0) } }
        for order in pending {
            var order = order
            order.status = .new
            order.updatedAt = now
            _ = enter(order)
        }
    }
}

extension ContingencyType {
    /// Which orders of a list cancel each other.
    var pair: [Int]? {
        switch self {
        case .oneCancelsOther: [0, 1]
        case .oneTriggersOther: nil
        case .oneTriggersOneCancelsOther: [1, 2]
        }
    }
}

extension PlaceOrder {
    /// Whether it is the leg of an OCO that gains.
    var isProfitLeg: Bool {
        type == .limitMaker || type == .takeProfit || type == .takeProfitLimit
    }
}

extension OrderList {
    func isNamed(by reference: OrderListReference) -> Bool {
        switch reference {
        case .id(let id): self.id == id
        case .clientOrderID(let name): clientOrderID == name
        }
    }
}
