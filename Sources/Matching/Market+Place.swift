import Accounts
import Trading

extension Market {
    /// Takes in a new order: checks it, matches it, and rests, fills or expires what is left.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - shared: The money and the names.
    ///   - events: Where public events are appended: trades, then levels.
    /// - Returns: `placed`, or why it was refused.
    mutating func place(
        _ request: PlaceOrder,
        _ shared: inout SharedState,
        _ events: inout [MarketEvent]
    ) -> Reply {
        let account = shared.ledger.slot(of: request.account)
        if let reason = refusal(of: request, owner: account, shared) { return .rejected(reason) }
        guard let owner = account else { return .rejected(.insufficientBalance) }
        var incoming = IncomingOrder(
            order: accept(request, at: shared.now),
            owner: owner,
            bounds: bounds(of: request)
        )
        if canStart(request, owner) { match(&incoming, &shared, &events) }
        finish(&incoming, &shared)
        for price in touched { emitLevel(request.side.opposite, price, &events) }
        touched.removeAll(keepingCapacity: true)
        if incoming.order.status.isOpen { emitLevel(request.side, request.price, &events) }
        return .placed(incoming.order, fills: incoming.fills)
    }

    /// Whether an order may trade at all: fill-or-kill only if it would fill whole.
    private func canStart(_ request: PlaceOrder, _ owner: AccountSlot) -> Bool {
        guard request.type == .limit, request.timeInForce == .fillOrKill else { return true }
        return reach(of: request, owner).lots == request.quantity.lots
    }

    private mutating func accept(_ request: PlaceOrder, at time: Timestamp) -> Order {
        defer { nextOrderID += 1 }
        return Order(
            id: OrderID(nextOrderID),
            instrument: instrument.id,
            account: request.account,
            clientOrderID: request.clientOrderID,
            side: request.side,
            type: request.type,
            timeInForce: request.timeInForce,
            selfTradePrevention: request.selfTradePrevention
                ?? instrument.defaultSelfTradePrevention,
            price: request.price,
            quantity: request.quantity,
            quoteQuantity: request.quoteQuantity,
            executed: .zero,
            cumulativeQuote: .zero,
            status: .new,
            createdAt: time,
            updatedAt: time
        )
    }

    /// Decides what an order is after its walk: resting, filled or ended.
    private mutating func finish(_ incoming: inout IncomingOrder, _ shared: inout SharedState) {
        let order = incoming.order
        if order.quoteQuantity != .zero { incoming.order.quantity = order.executed }
        let hasTraded = order.executed.lots > 0
        let mayRest = order.type != .market && order.timeInForce == .goodTilCancelled
        if incoming.isExpiredInMatch {
            incoming.order.status = .expiredInMatch
        } else if incoming.isComplete, hasTraded {
            incoming.order.status = .filled
        } else if mayRest {
            incoming.order.status = hasTraded ? .partiallyFilled : .new
        } else {
            incoming.order.status = .expired
        }
        note(incoming.order)
        if incoming.order.status.isOpen {
            rest(incoming, &shared)
        } else {
            archive(incoming.order, incoming.owner, &shared)
        }
    }

    private mutating func rest(_ incoming: IncomingOrder, _ shared: inout SharedState) {
        let order = incoming.order
        let (amount, column) = hold(of: order)
        shared.ledger.hold(amount, incoming.owner, column)
        let name = OrderName(owner: incoming.owner, name: order.clientOrderID)
        shared.openNames[name] = OrderPlace(instrument: instrument.id, order: order.id)
        book.append(order, owner: incoming.owner)
    }
}
