import Accounts
import Trading

extension Market {
    /// The checks of a list that come before those of its orders: shape and prices.
    func refusalOfShape(
        of request: PlaceOrderList,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        guard request.orders.count == request.contingency.orderCount,
            !request.clientOrderID.isEmpty, let first = request.orders.first
        else { return .malformed }
        for order in request.orders {
            guard order.account == first.account, order.instrument == first.instrument else {
                return .malformed
            }
        }
        for order in request.orders where !order.isWellFormed(at: shared.now) {
            return .malformed
        }
        return refusalOfContingency(request)
    }

    private func refusalOfContingency(_ request: PlaceOrderList) -> RejectReason? {
        let orders = request.orders
        guard request.contingency != .oneCancelsOther else {
            guard Self.isPair(orders) else { return .malformed }
            return arePairPrices(orders, needsLast: true) ? nil : .badPrices
        }
        let pending = Array(orders.dropFirst())
        guard orders[0].type == .limit || orders[0].type == .limitMaker,
            !pending.contains(where: \.isByQuote)
        else { return .malformed }
        guard pending.count == 2 else { return nil }
        guard Self.isPair(pending) else { return .malformed }
        return arePairPrices(pending, needsLast: false) ? nil : .badPrices
    }

    /// Makes the checks of all orders of a list, each in its order, then of their names.
    ///
    /// - Parameters:
    ///   - request: Of a sound shape.
    ///   - owner: The account; `nil` when it is unknown.
    ///   - shared: The money and the names.
    /// - Returns: Why it must be refused, or `nil`.
    func refusal(
        of request: PlaceOrderList,
        owner: AccountSlot?,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        let company = Company(request.orders)
        for (index, order) in request.orders.enumerated() {
            let isPending = request.contingency != .oneCancelsOther && index > 0
            let reason =
                isPending
                ? refusal(ofPending: order, owner, company, shared)
                : refusal(ofLeg: order, owner, company, shared)
            if let reason { return reason }
        }
        let names = request.orders.map(\.clientOrderID)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            return .duplicateOrder
        }
        guard let owner else { return nil }
        let reference = OrderListReference.clientOrderID(request.clientOrderID)
        return blotter.lists.findOpen(reference, of: owner) == nil ? nil : .duplicateOrder
    }

    private func refusal(
        ofLeg order: PlaceOrder,
        _ owner: AccountSlot?,
        _ company: Company,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        if let reason = refusalOfTerms(order, owner: owner, company, shared) { return reason }
        guard let owner else { return .insufficientBalance }
        let name = shared.names.name(order.clientOrderID, of: owner, in: instrument.id)
        return refusalOfName(order, name, shared) ?? refusalOfState(order, owner, shared)
    }

    private func refusal(
        ofPending order: PlaceOrder,
        _ owner: AccountSlot?,
        _ company: Company,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        if order.icebergQuantity > order.quantity { return .icebergTooLarge }
        if let filter = failedFilter(order, owner, company, shared) { return .filter(filter) }
        if let reason = refusalOfRoom(order, company) { return reason }
        guard let owner else { return .insufficientBalance }
        return refusalOfName(
            order,
            shared.names.name(order.clientOrderID, of: owner, in: instrument.id),
            shared
        )
    }

    /// Whether two orders can be a pair: one takes profit, one stops a loss, for the same quantity.
    static func isPair(_ orders: [PlaceOrder]) -> Bool {
        guard orders.count == 2, orders[0].side == orders[1].side,
            orders[0].quantity == orders[1].quantity
        else { return false }
        return orders.contains(where: \.takesProfit) && orders.contains(where: \.stopsLoss)
    }

    /// Whether the prices of a pair stand as rule 18 wants them around the last price.
    func arePairPrices(_ orders: [PlaceOrder], needsLast: Bool) -> Bool {
        guard let profit = orders.first(where: \.takesProfit),
            let loss = orders.first(where: \.stopsLoss)
        else { return false }
        let high = profit.type == .limitMaker ? profit.price : profit.stopPrice
        let low = loss.stopPrice
        let last = needsLast ? blotter.lastPrice : .none
        let isSell = profit.side == .sell
        func isOrdered(_ above: Price, _ below: Price) -> Bool {
            guard above != .none, below != .none else { return true }
            return isSell ? above > below : above < below
        }
        guard last != .none else { return isOrdered(high, low) }
        return isOrdered(high, last) && isOrdered(last, low)
    }
}

extension PlaceOrder {
    fileprivate var takesProfit: Bool {
        type == .limitMaker || type == .takeProfit || type == .takeProfitLimit
    }

    fileprivate var stopsLoss: Bool { type == .stopLoss || type == .stopLossLimit }

    /// The terms of an order, as a request.
    init(_ order: Order) {
        self.init(
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            type: order.type,
            timeInForce: order.timeInForce,
            selfTradePrevention: order.selfTradePrevention,
            price: order.price,
            quantity: order.quantity,
            quoteQuantity: order.quoteQuantity,
            clientOrderID: order.clientOrderID,
            stopPrice: order.stopPrice,
            trailingDelta: order.trailingDelta,
            icebergQuantity: order.icebergQuantity,
            expiresAt: order.expiresAt
        )
    }
}

extension Company {
    /// The orders of a list.
    init(_ orders: [PlaceOrder]) {
        self.init(
            openCount: orders.count,
            algoCount: orders.count { $0.type.isConditional }
        )
    }
}
