import Accounts
import Trading

extension Market {
    /// Takes in a new order: checks it, then matches it or lets it wait.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - shared: The money and the names.
    /// The answer is `placed`, or why it was refused.
    mutating func place(_ request: PlaceOrder, _ shared: inout SharedState) {
        guard let owner = shared.ledger.slot(of: request.account) else {
            return shared.answer.reject(refusalOfStranger(request, shared))
        }
        let name = shared.names.name(request.clientOrderID, of: owner, in: instrument.id)
        if let reason = refusal(of: request, name, shared) {
            return shared.answer.reject(reason)
        }
        if let reason = shared.orders.take(1, name.owner, at: shared.now) {
            return shared.answer.reject(reason)
        }
        guard !request.type.isConditional else {
            let order = accept(request, at: shared.now)
            return shared.answer.set(.placed, hold(order, name, &shared))
        }
        let order = accept(request, at: shared.now)
        blotter.report(.new, order, &shared)
        var incoming = IncomingOrder(
            order,
            name,
            bounds(of: request),
            isAnswered: true,
            shared
        )
        run(&incoming, &shared)
        shared.answer.set(.placed, incoming.order)
    }

    /// Lets a conditional order wait, with its need held.
    private mutating func hold(
        _ order: Order,
        _ name: OrderName,
        _ shared: inout SharedState
    ) -> Order {
        let reserve = marketBuyReserve(order)
        let slot = open(order, name, reserve: reserve ?? .zero, &shared)
        let need = blotter.ownNeed(of: blotter.records[slot.index])
        shared.ledger.hold(need, name.owner, blotter.column(order.side))
        blotter.note(order)
        blotter.report(.new, order, &shared)
        wait(order)
        return order
    }

    /// Numbers a new order.
    @inline(__always)
    mutating func accept(
        _ request: PlaceOrder,
        at time: Timestamp,
        list: OrderListID = .none
    ) -> Order {
        defer { blotter.nextOrderID += 1 }
        return Order(
            id: OrderID(blotter.nextOrderID),
            instrument: blotter.instrument.id,
            account: request.account,
            clientOrderID: request.clientOrderID,
            side: request.side,
            type: request.type,
            timeInForce: request.timeInForce,
            selfTradePrevention: request.selfTradePrevention
                ?? blotter.instrument.defaultSelfTradePrevention,
            price: request.price,
            quantity: request.quantity,
            quoteQuantity: request.quoteQuantity,
            executed: .zero,
            cumulativeQuote: .zero,
            status: .new,
            createdAt: time,
            updatedAt: time,
            stopPrice: request.stopPrice,
            trailingDelta: request.trailingDelta,
            icebergQuantity: request.icebergQuantity,
            expiresAt: request.expiresAt,
            list: list,
            workingAt: request.type.isConditional ? .zero : time
        )
    }
}
