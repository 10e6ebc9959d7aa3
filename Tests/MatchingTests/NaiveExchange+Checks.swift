import Trading

extension NaiveExchange {
    func refusal(of request: PlaceOrder, _ instrument: Instrument) -> RejectReason? {
        if isMalformed(request) { return .malformed }
        if let filter = filter(request, instrument) { return .filter(filter) }
        guard accounts.contains(request.account) else { return .insufficientBalance }
        if isRepeated(request) { return .duplicateOrder }
        if isTooDear(request, instrument) { return .insufficientBalance }
        if request.type == .limitMaker {
            let prices = levels(instrument.id, request.side.opposite).keys
            let crosses = prices.contains {
                request.side == .buy ? $0 <= request.price.ticks : $0 >= request.price.ticks
            }
            if crosses { return .wouldTake }
        }
        return nil
    }

    private func isMalformed(_ request: PlaceOrder) -> Bool {
        let hasQuote = request.quoteQuantity.units != 0
        if request.clientOrderID.isEmpty { return true }
        if request.type == .market {
            if request.price.ticks != 0 { return true }
            if hasQuote { return request.quoteQuantity.units < 0 || request.quantity.lots != 0 }
            return request.quantity.lots <= 0
        }
        if request.price.ticks <= 0 || request.quantity.lots <= 0 || hasQuote { return true }
        return request.type == .limitMaker && request.timeInForce != .goodTilCancelled
    }

    private func filter(_ request: PlaceOrder, _ instrument: Instrument) -> Filter? {
        let (ticks, lots) = (request.price.ticks, request.quantity.lots)
        let last = trades.last { $0.instrument == instrument.id }?.price.ticks
        let isMarket = request.type == .market
        let isByQuote = isMarket && request.quoteQuantity.units > 0
        if !isMarket {
            if ticks < instrument.priceMin.ticks { return .price }
            if ticks > instrument.priceMax.ticks { return .price }
            if let last, isFar(ticks, last, request.side, instrument) {
                return .percentPriceBySide
            }
        }
        if !isByQuote {
            if lots < instrument.quantityMin.lots { return .lotSize }
            if lots > instrument.quantityMax.lots { return .lotSize }
            let most = instrument.marketQuantityMax.lots
            if isMarket, most > 0, lots > most { return .marketLotSize }
        }
        var notional: Int128?
        if isByQuote {
            notional = Int128(request.quoteQuantity.units)
        } else if !isMarket {
            notional = instrument.exactNotional(ticks, lots)
        } else if let last {
            notional = instrument.exactNotional(last, lots)
        }
        if let notional {
            if notional < Int128(instrument.notionalMin.units) { return .notional }
            if notional > Int128(instrument.notionalMax.units) { return .notional }
        }
        if !isMarket, request.timeInForce == .goodTilCancelled {
            let mine = open.filter {
                $0.account == request.account && $0.instrument == instrument.id
            }
            if mine.count >= instrument.openOrdersMax { return .openOrders }
        }
        return nil
    }

    private func isFar(_ ticks: Int64, _ last: Int64, _ side: Side, _ pair: Instrument) -> Bool {
        let up = side == .buy ? pair.bidMultiplierUp : pair.askMultiplierUp
        let down = side == .buy ? pair.bidMultiplierDown : pair.askMultiplierDown
        let price = Int128(ticks) * 100_000_000
        if up != 0, price > Int128(last) * Int128(up) { return true }
        if down != 0, price < Int128(last) * Int128(down) { return true }
        return false
    }

    private func isRepeated(_ request: PlaceOrder) -> Bool {
        let mine = { (order: Order) in
            order.account == request.account && order.clientOrderID == request.clientOrderID
        }
        if open.contains(where: mine) { return true }
        return closed.contains { order in
            mine(order) && order.executed.lots > 0
                && now.microseconds - order.updatedAt.microseconds <= 60_000_000
                && order.instrument == request.instrument && order.side == request.side
                && order.type == request.type && order.timeInForce == request.timeInForce
                && order.price == request.price && order.quoteQuantity == request.quoteQuantity
                && (order.quoteQuantity.units > 0 || order.quantity == request.quantity)
        }
    }

    private func isTooDear(_ request: PlaceOrder, _ instrument: Instrument) -> Bool {
        let asset = request.side == .buy ? instrument.quote : instrument.base
        let free = Int128(free(request.account, asset))
        let lots = Int128(request.quantity.lots)
        switch (request.type, request.side) {
        case (.market, .buy):
            if request.quoteQuantity.units > 0 {
                return Int128(request.quoteQuantity.units) > free
            }
            return Int128(trial(request, instrument).cumulativeQuote.units) > free
        case (.market, .sell):
            if request.quoteQuantity.units == 0 { return lots * Int128(instrument.lotUnits) > free }
            let sold = trial(request, instrument).executed.lots
            return Int128(sold) * Int128(instrument.lotUnits) > free
        case (_, .buy):
            return instrument.exactNotional(request.price.ticks, request.quantity.lots) > free
        case (_, .sell):
            return lots * Int128(instrument.lotUnits) > free
        }
    }

    /// What would become of an order, money aside.
    func trial(_ request: PlaceOrder, _ instrument: Instrument) -> Order {
        var copy = self
        return copy.run(request, instrument).0
    }
}
