import Accounts
import Trading

extension Market {
    /// Makes every check of a new order, in the order a client may rely on: the shape of the
    /// request, the filters, the limits of the shard, a repeated name, funds, post-only.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - owner: The account; `nil` when it is unknown.
    ///   - shared: The money and the names.
    /// - Returns: Why it must be refused, or `nil`.
    func refusal(
        of request: PlaceOrder,
        owner: AccountSlot?,
        _ shared: borrowing SharedState
    ) -> RejectReason? {
        guard isWellFormed(request) else { return .malformed }
        if let filter = failedFilter(request, owner) { return .filter(filter) }
        if request.mayRest, book.count >= OrderBook.ordersMax { return .overloaded }
        guard let owner else { return .insufficientBalance }
        let name = OrderName(owner: owner, name: request.clientOrderID)
        if shared.openNames[name] != nil { return .duplicateOrder }
        if shared.executions.contains(TermsFingerprint(request, owner: owner)) {
            return .duplicateOrder
        }
        guard canPay(request, owner, shared.ledger) else { return .insufficientBalance }
        if request.type == .limitMaker, let best = book.best(request.side.opposite),
            bounds(of: request).allows(best, request.side)
        {
            return .wouldTake
        }
        return nil
    }

    private func isWellFormed(_ request: PlaceOrder) -> Bool {
        guard !request.clientOrderID.isEmpty else { return false }
        guard request.timeInForce != .goodTilDate, request.selfTradePrevention != .decrement,
            request.icebergQuantity == .zero
        else { return false }
        let (price, lots) = (request.price.ticks, request.quantity.lots)
        switch request.type {
        case .limit:
            return price > 0 && lots > 0 && request.quoteQuantity == .zero
        case .limitMaker:
            return price > 0 && lots > 0 && request.quoteQuantity == .zero
                && request.timeInForce == .goodTilCancelled
        case .market:
            // By quantity or by amount, never both; its time in force says nothing.
            guard price == 0 else { return false }
            return request.isByQuote
                ? request.quoteQuantity.units > 0 && lots == 0
                : lots > 0
        default: return false
        }
    }

    private func failedFilter(_ request: PlaceOrder, _ owner: AccountSlot?) -> Filter? {
        if request.type != .market {
            let bounds = instrument.priceMin...instrument.priceMax
            guard bounds.contains(request.price) else { return .price }
            guard isNearLastPrice(request.price, request.side) else { return .percentPriceBySide }
        }
        if !request.isByQuote {
            let bounds = instrument.quantityMin...instrument.quantityMax
            guard bounds.contains(request.quantity) else { return .lotSize }
        }
        if request.type == .market, instrument.marketQuantityMax.lots > 0 {
            guard request.quantity <= instrument.marketQuantityMax else { return .marketLotSize }
        }
        guard isNotionalAllowed(request) else { return .notional }
        if request.mayRest, let owner {
            let count = Int(book.orders(of: owner).count)
            guard count < instrument.openOrdersMax else { return .openOrders }
        }
        return nil
    }

    /// PERCENT_PRICE_BY_SIDE against the last trade; off before the first.
    private func isNearLastPrice(_ price: Price, _ side: Side) -> Bool {
        guard lastPrice != .none else { return true }
        let (up, down) =
            side == .buy
            ? (instrument.bidMultiplierUp, instrument.bidMultiplierDown)
            : (instrument.askMultiplierUp, instrument.askMultiplierDown)
        let scaled = Int128(price.ticks) * Int128(FixedPoint.one)
        let last = Int128(lastPrice.ticks)
        if up > 0, scaled > last * Int128(up) { return false }
        if down > 0, scaled < last * Int128(down) { return false }
        return true
    }

    private func isNotionalAllowed(_ request: PlaceOrder) -> Bool {
        let bounds = instrument.notionalMin...instrument.notionalMax
        if request.isByQuote { return bounds.contains(request.quoteQuantity) }
        let price = request.type == .market ? lastPrice : request.price
        guard price != .none else { return true }
        return instrument.notional(price, request.quantity).map { bounds.contains($0) } ?? false
    }

    /// Whether the free balance covers all the order can cost.
    private func canPay(
        _ request: PlaceOrder,
        _ owner: AccountSlot,
        _ ledger: borrowing Ledger
    ) -> Bool {
        let column = request.side == .buy ? quote : base
        guard let need = need(of: request, owner) else { return false }
        return need <= ledger.free(owner, column)
    }

    /// The most an order can cost its owner, or `nil` when that leaves 63 bits.
    private func need(of request: PlaceOrder, _ owner: AccountSlot) -> Amount? {
        switch (request.type, request.side) {
        case (.market, .buy):
            // By amount it may spend the amount; by quantity, what the walk would cost.
            return request.isByQuote ? request.quoteQuantity : reach(of: request, owner).cost
        case (.market, .sell) where request.isByQuote:
            return instrument.baseAmount(Quantity(lots: reach(of: request, owner).lots))
        case (_, .buy):
            return instrument.notional(request.price, request.quantity)
        case (_, .sell):
            return instrument.baseAmount(request.quantity)
        }
    }
}

extension PlaceOrder {
    /// Whether this is a market order by quote amount.
    var isByQuote: Bool { type == .market && quoteQuantity != .zero }

    /// Whether what does not trade at once stays in the book.
    var mayRest: Bool { type != .market && timeInForce == .goodTilCancelled }
}
