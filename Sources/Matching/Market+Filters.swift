import Accounts
import Trading

extension Market {
    /// The first filter a new order fails: rule 6.
    ///
    /// - Parameters:
    ///   - request: Well formed.
    ///   - owner: The account; `nil` when it is unknown.
    ///   - company: The orders it comes with.
    ///   - shared: The money.
    /// - Returns: `nil` when it passes all.
    func failedFilter(
        _ request: PlaceOrder,
        _ owner: AccountSlot?,
        _ company: Company,
        _ shared: borrowing SharedState
    ) -> Filter? {
        if let filter = failedPriceFilter(request) { return filter }
        if !request.isByQuote, !isLotSize(request.quantity) { return .lotSize }
        if request.icebergQuantity != .zero, !isLotSize(request.icebergQuantity) {
            return .lotSize
        }
        if !request.type.hasLimit, blotter.instrument.marketQuantityMax.lots > 0,
            request.quantity > blotter.instrument.marketQuantityMax
        {
            return .marketLotSize
        }
        guard areParts(request.quantity, request.icebergQuantity) else { return .icebergParts }
        guard isNotionalAllowed(request) else { return .notional }
        guard let owner else { return nil }
        if request.side == .buy, blotter.instrument.positionMax.lots > 0 {
            let lots =
                request.isByQuote ? reach(of: request, owner, shared).lots : request.quantity.lots
            if exceedsPosition(owner, lots, without: company.ownBuyLots, shared) {
                return .maxPosition
            }
        }
        return failedCount(request, owner, company)
    }

    private func failedPriceFilter(_ request: PlaceOrder) -> Filter? {
        if request.type.hasLimit, !isPrice(request.price) { return .price }
        if request.stopPrice != .none, !isPrice(request.stopPrice) { return .price }
        if request.type.hasLimit, !isNearLastPrice(request.price, request.side) {
            return .percentPriceBySide
        }
        guard request.trailingDelta > 0 else { return nil }
        let isInside =
            request.trailingDelta >= blotter.instrument.trailingDeltaMin
            && request.trailingDelta <= blotter.instrument.trailingDeltaMax
        return isInside ? nil : .trailingDelta
    }

    private func failedCount(
        _ request: PlaceOrder,
        _ owner: AccountSlot,
        _ company: Company
    ) -> Filter? {
        if request.mayStayOpen {
            let others = Int(blotter.owner(owner).openCount) - company.ownOpen
            if others + company.openCount > blotter.instrument.openOrdersMax { return .openOrders }
        }
        guard request.type.isConditional else { return nil }
        var waiting = company.algoCount - company.ownAlgo
        blotter.visitOpen(of: owner) { open in
            if open.order.type.isConditional, !open.order.isWorking { waiting += 1 }
        }
        return waiting > blotter.instrument.algoOrdersMax ? .openAlgoOrders : nil
    }

    func isPrice(_ price: Price) -> Bool {
        price >= blotter.instrument.priceMin && price <= blotter.instrument.priceMax
    }

    func isLotSize(_ quantity: Quantity) -> Bool {
        quantity >= blotter.instrument.quantityMin && quantity <= blotter.instrument.quantityMax
    }

    /// Whether an iceberg has no more parts than it may.
    func areParts(_ quantity: Quantity, _ part: Quantity) -> Bool {
        guard part != .zero else { return true }
        let (count, rest) = quantity.lots.quotientAndRemainder(dividingBy: part.lots)
        return count + (rest > 0 ? 1 : 0) <= Int64(blotter.instrument.icebergPartsMax)
    }

    /// PERCENT_PRICE_BY_SIDE against the last trade; off before the first.
    func isNearLastPrice(_ price: Price, _ side: Side) -> Bool {
        let last = blotter.lastPrice
        guard last != .none else { return true }
        let (up, down) =
            side == .buy
            ? (blotter.instrument.bidMultiplierUp, blotter.instrument.bidMultiplierDown)
            : (blotter.instrument.askMultiplierUp, blotter.instrument.askMultiplierDown)
        if up == 0, down == 0 { return true }
        let scaled = Int128(price.ticks) * Int128(FixedPoint.one)
        if up > 0, scaled > Int128(last.ticks) * Int128(up) { return false }
        return down == 0 || scaled >= Int128(last.ticks) * Int128(down)
    }

    private func isNotionalAllowed(_ request: PlaceOrder) -> Bool {
        if request.isByQuote { return isNotional(request.quoteQuantity) }
        let price = request.type.hasLimit ? request.price : blotter.lastPrice
        return price == .none || isNotionalAllowed(price, request.quantity)
    }

    func isNotionalAllowed(_ price: Price, _ quantity: Quantity) -> Bool {
        blotter.instrument.notional(price, quantity).map { isNotional($0) } ?? false
    }

    private func isNotional(_ amount: Amount) -> Bool {
        amount >= blotter.instrument.notionalMin && amount <= blotter.instrument.notionalMax
    }

    /// Whether an account would have and be buying more of the base asset than it may.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - lots: What it wants to buy.
    ///   - excluded: Lots among its open buys that do not count.
    ///   - shared: The money.
    /// - Returns: Whether MAX_POSITION refuses it.
    func exceedsPosition(
        _ owner: AccountSlot,
        _ lots: Int64,
        without excluded: Int128,
        _ shared: borrowing SharedState
    ) -> Bool {
        let base = blotter.base
        let units = shared.ledger.free(owner, base) + shared.ledger.locked(owner, base)
        let lotUnits = blotter.instrument.lotUnits
        var sum = Int128(units.units / lotUnits) + Int128(lots) - excluded
        blotter.visitOpen(of: owner) { open in
            if open.order.side == .buy { sum += Int128(open.order.remaining.lots) }
        }
        return sum > Int128(blotter.instrument.positionMax.lots)
    }
}
