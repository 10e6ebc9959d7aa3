import Accounts
import Trading

extension Market {
    /// Why a request of an account without a deposit is refused.
    func refusalOfStranger(
        _ request: PlaceOrder,
        _ shared: borrowing SharedState
    ) -> RejectReason {
        refusalOfTerms(request, owner: nil, .alone(request), shared) ?? .insufficientBalance
    }

    /// Makes every check of a new order, in the order a client may rely on: rule 5.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - name: Its name and account.
    ///   - shared: The money and the names.
    /// - Returns: Why it must be refused, or `nil`.
    func refusal(
        of request: PlaceOrder,
        _ name: OrderName,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        if let reason = refusalOfTerms(request, owner: name.owner, .alone(request), shared) {
            return reason
        }
        return refusalOfName(request, name, shared)
            ?? refusalOfState(request, name.owner, shared)
    }

    /// The checks that need no account: shape, phase, filters, room.
    func refusalOfTerms(
        _ request: PlaceOrder,
        owner: AccountSlot?,
        _ company: Company,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        guard request.isWellFormed(at: shared.now) else { return .malformed }
        if request.icebergQuantity > request.quantity { return .icebergTooLarge }
        guard allows(request) else { return .marketClosed }
        if let filter = failedFilter(request, owner, company, shared) { return .filter(filter) }
        return refusalOfRoom(request, company)
    }

    /// Whether there is room for what may stay open.
    func refusalOfRoom(_ request: PlaceOrder, _ company: Company) -> RejectReason? {
        guard request.mayStayOpen else { return nil }
        guard book.count - company.ownOpen + company.openCount <= Self.ordersMax else {
            return .overloaded
        }
        let isTrailing = request.trailingDelta > 0
        return isTrailing && triggers.trailing.isFull ? .overloaded : nil
    }

    /// The checks of its name: taken, or that of an equal order that traded a moment ago.
    func refusalOfName(
        _ request: PlaceOrder,
        _ name: OrderName,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        shared.names.isTaken(name, for: request, at: shared.timeOfNames) ? .duplicateOrder : nil
    }

    /// The checks against funds and prices.
    func refusalOfState(
        _ request: PlaceOrder,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        if request.trailingDelta > 0, request.stopPrice == .none, blotter.lastPrice == .none {
            return .badPrices
        }
        guard let need = need(of: request, owner, shared),
            need <= shared.ledger.free(owner, blotter.column(request.side))
        else { return .insufficientBalance }
        return refusalOfPrices(request)
    }

    /// A post-only order that would trade, a stop that is reached already.
    func refusalOfPrices(_ request: PlaceOrder) -> RejectReason? {
        if request.type == .limitMaker, wouldTake(request.side, request.price) {
            return .wouldTake
        }
        guard request.type.isConditional, request.trailingDelta == 0 else { return nil }
        let last = blotter.lastPrice
        return last != .none && request.isReached(by: last) ? .wouldTrigger : nil
    }

    /// Whether a limit order at a price would trade at once.
    func wouldTake(_ side: Side, _ price: Price) -> Bool {
        let best = book.best(side.opposite)
        guard phase == .continuous, best != .none else { return false }
        return side == .buy ? best <= price : best >= price
    }

    /// The most an order can cost its owner, or `nil` when that leaves 63 bits: rule 7.
    func need(
        of request: PlaceOrder,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Amount? {
        switch (request.type, request.side) {
        case (.market, .buy):
            if request.isByQuote { return request.quoteQuantity }
            return reach(of: request, owner, shared).cost
        case (.market, .sell) where request.isByQuote:
            return blotter.instrument.baseAmount(
                Quantity(lots: reach(of: request, owner, shared).lots)
            )
        case (.stopLoss, .buy), (.takeProfit, .buy):
            return marketBuyReserve(request.stopPrice, request.trailingDelta, request.quantity)
        case (_, .buy): return blotter.instrument.notional(request.price, request.quantity)
        case (_, .sell): return blotter.instrument.baseAmount(request.quantity)
        }
    }

    /// What is held for a waiting market buy; `nil` for any other order.
    func marketBuyReserve(_ order: Order) -> Amount? {
        guard order.type.isConditional, !order.type.hasLimit, order.side == .buy else {
            return nil
        }
        return marketBuyReserve(order.stopPrice, order.trailingDelta, order.quantity)
    }

    private func marketBuyReserve(
        _ stopPrice: Price,
        _ delta: Int32,
        _ quantity: Quantity
    ) -> Amount? {
        var trigger = Int128(stopPrice.ticks)
        if delta > 0 {
            trigger = max(trigger, Int128(blotter.lastPrice.ticks))
            trigger = (trigger * Int128(10_000 + delta) + 9_999) / 10_000
        }
        guard let ticks = Int64(exactly: trigger) else { return nil }
        let worst = Self.edge(of: blotter.instrument.marketBand, Price(ticks: ticks), .buy)
        return blotter.instrument.notional(worst, quantity)
    }
}

/// The orders a request comes with, and those it takes the place of.
struct Company {
    /// Orders of the request that count for MAX_NUM_ORDERS.
    var openCount: Int
    /// Orders of the request that count for MAX_NUM_ALGO_ORDERS.
    var algoCount: Int
    /// Those of them that are open already: pending ones about to start.
    var ownOpen = 0
    var ownAlgo = 0
    /// Lots of them among the open buys; none of them need be payable, so they may be any number.
    var ownBuyLots: Int128 = 0

    static func alone(_ request: PlaceOrder) -> Company {
        Company(openCount: 1, algoCount: request.type.isConditional ? 1 : 0)
    }
}

extension PlaceOrder {
    /// Whether this is a market order by quote amount.
    var isByQuote: Bool { type == .market && quoteQuantity != .zero }

    /// Whether it may stay open after its step.
    var mayStayOpen: Bool { type.isConditional || (type.hasLimit && timeInForce.mayRest) }

    /// Whether a price has reached the stop price; as `Order` says it.
    func isReached(by price: Price) -> Bool {
        let isStopLoss = type == .stopLoss || type == .stopLossLimit
        return isStopLoss == (side == .sell) ? price <= stopPrice : price >= stopPrice
    }

    /// Whether it has the fields its type needs and no others: rule 4.
    func isWellFormed(at now: Timestamp) -> Bool {
        guard !clientOrderID.isEmpty, price.ticks >= 0, quantity.lots >= 0,
            quoteQuantity.units >= 0, stopPrice.ticks >= 0, trailingDelta >= 0,
            icebergQuantity.lots >= 0
        else { return false }
        guard hasWellFormedExpiry(at: now), hasWellFormedTrigger else { return false }
        guard type.hasLimit else {
            guard price == .none, icebergQuantity == .zero else { return false }
            guard type == .market else { return quantity.lots > 0 && quoteQuantity == .zero }
            return (quantity == .zero) != (quoteQuantity == .zero)
        }
        guard price.ticks > 0, quantity.lots > 0, quoteQuantity == .zero else { return false }
        if icebergQuantity != .zero, !timeInForce.mayRest { return false }
        return type != .limitMaker || timeInForce == .goodTilCancelled
    }

    private func hasWellFormedExpiry(at now: Timestamp) -> Bool {
        guard timeInForce == .goodTilDate else { return expiresAt == .zero }
        return type.hasLimit && type != .limitMaker && expiresAt > now
    }

    private var hasWellFormedTrigger: Bool {
        guard type.isConditional else { return stopPrice == .none && trailingDelta == 0 }
        // Ten thousand basis points would be a sell stop at zero, and no delta may overflow.
        guard trailingDelta < 10_000 else { return false }
        return stopPrice != .none || trailingDelta > 0
    }
}
