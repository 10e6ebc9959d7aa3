import Trading

/// Rule 6: the filters in their order.
extension NaiveExchange {
    func filter(
        _ request: PlaceOrder,
        _ instrument: Instrument,
        _ circumstances: Circumstances
    ) -> Filter? {
        let lots = request.quantity.lots
        if !passesPrice(request, instrument) { return .price }
        if request.type.hasLimit, isFar(request.price.ticks, request.side, instrument) {
            return .percentPriceBySide
        }
        let delta = request.trailingDelta
        let deltas =
            instrument
            .trailingDeltaMin...max(
                instrument.trailingDeltaMin,
                instrument.trailingDeltaMax
            )
        if delta != 0, !deltas.contains(delta) || delta > instrument.trailingDeltaMax {
            return .trailingDelta
        }
        if request.quoteQuantity.units == 0, isOutside(request.quantity, instrument) {
            return .lotSize
        }
        let part = request.icebergQuantity
        if part.lots != 0, isOutside(part, instrument) { return .lotSize }
        let most = instrument.marketQuantityMax.lots
        if !request.type.hasLimit, most > 0, lots > most { return .marketLotSize }
        if part.lots != 0, hasTooManyParts(lots, part.lots, instrument) { return .icebergParts }
        if breaksNotional(request, instrument) { return .notional }
        if breaksPosition(request, instrument, circumstances.starting) { return .maxPosition }
        return countFilter(request, instrument, circumstances)
    }

    func passesPrice(_ request: PlaceOrder, _ instrument: Instrument) -> Bool {
        [request.price, request.stopPrice].allSatisfy {
            $0 == .none || ($0 >= instrument.priceMin && $0 <= instrument.priceMax)
        }
    }

    func isFar(_ ticks: Int64, _ side: Side, _ instrument: Instrument) -> Bool {
        guard let last = market(instrument.id).last else { return false }
        let up = side == .buy ? instrument.bidMultiplierUp : instrument.askMultiplierUp
        let down = side == .buy ? instrument.bidMultiplierDown : instrument.askMultiplierDown
        let price = Int128(ticks) * 100_000_000
        if up != 0, price > Int128(last) * Int128(up) { return true }
        return down != 0 && price < Int128(last) * Int128(down)
    }

    func isOutside(_ quantity: Quantity, _ instrument: Instrument) -> Bool {
        quantity < instrument.quantityMin || quantity > instrument.quantityMax
    }

    func hasTooManyParts(_ lots: Int64, _ part: Int64, _ instrument: Instrument) -> Bool {
        let parts = lots / part + (lots % part > 0 ? 1 : 0)
        return parts > instrument.icebergPartsMax
    }

    func breaksNotional(_ request: PlaceOrder, _ instrument: Instrument) -> Bool {
        let ticks = request.type.hasLimit ? request.price.ticks : market(instrument.id).last
        let amount = Int128(request.quoteQuantity.units)
        let estimate = ticks.map { instrument.exactNotional($0, request.quantity.lots) }
        guard let notional = amount > 0 ? amount : estimate else { return false }
        return notional < Int128(instrument.notionalMin.units)
            || notional > Int128(instrument.notionalMax.units)
    }

    /// What the account has, buys already and would buy besides, in lots.
    ///
    /// - Parameters:
    ///   - request: The new order; its quantity is what it would add.
    ///   - instrument: The pair.
    ///   - leftOut: Open orders that do not count.
    /// - Returns: Whether that is more than the pair allows.
    func breaksPosition(
        _ request: PlaceOrder,
        _ instrument: Instrument,
        _ leftOut: [OrderID]
    ) -> Bool {
        guard request.side == .buy, instrument.positionMax.lots > 0 else { return false }
        let owned = Int128(owned(request.account, instrument.base) / instrument.lotUnits)
        let buying = open.map(\.order)
            .filter {
                $0.account == request.account && $0.instrument == instrument.id
                    && $0.side == .buy && !leftOut.contains($0.id)
            }
            .reduce(Int128(0)) { $0 + Int128($1.remaining.lots) }
        let added =
            request.quoteQuantity.units > 0
            ? marketTrial(request).executed.lots : request.quantity.lots
        return owned + buying + Int128(added) > Int128(instrument.positionMax.lots)
    }

    private func countFilter(
        _ request: PlaceOrder,
        _ instrument: Instrument,
        _ circumstances: Circumstances
    ) -> Filter? {
        let mine = open.filter {
            $0.order.account == request.account && $0.order.instrument == instrument.id
                && !circumstances.starting.contains($0.order.id)
        }
        let isConditional = request.type.isConditional
        let mayStay = isConditional || (request.type.hasLimit && request.timeInForce.mayRest)
        if mayStay, mine.count + circumstances.group.count > instrument.openOrdersMax {
            return .openOrders
        }
        let waiting = mine.filter {
            $0.order.type.isConditional && ($0.stage == .waiting || $0.stage == .pending)
        }
        let conditional = circumstances.group.filter(\.type.isConditional)
        if isConditional, waiting.count + conditional.count > instrument.algoOrdersMax {
            return .openAlgoOrders
        }
        return nil
    }
}
