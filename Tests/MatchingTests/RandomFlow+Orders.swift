import Trading

/// Random orders and lists.
extension RandomFlow {
    mutating func place(_ exchange: NaiveExchange) -> PlaceOrder {
        if random.chance(4), !sent.isEmpty { return random.pick(sent) }
        let instrument = instrument()
        var request = bare(exchange, instrument)
        let draw = random.number(in: 0...99)
        switch draw {
        case 0..<48: shapeLimit(&request)
        case 48..<56: request.type = .limitMaker
        case 56..<70: shapeMarket(&request)
        default: shapeConditional(&request, exchange)
        }
        if random.chance(3) { spoil(&request) }
        sent.append(request)
        if sent.count > 40 { sent.removeFirst() }
        return request
    }

    /// A limit order good til cancelled.
    private mutating func bare(
        _ exchange: NaiveExchange,
        _ instrument: InstrumentID
    ) -> PlaceOrder {
        PlaceOrder(
            account: account(),
            instrument: instrument,
            side: random.pick(Side.allCases),
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: random.chance(40)
                ? nil : random.pick(SelfTradePrevention.allCases),
            price: Price(ticks: ticks(exchange, instrument)),
            quantity: Quantity(lots: random.number(in: 1...12)),
            quoteQuantity: .zero,
            clientOrderID: name()
        )
    }

    private mutating func shapeLimit(_ request: inout PlaceOrder) {
        request.timeInForce = random.pick([
            .goodTilCancelled, .goodTilCancelled, .goodTilCancelled, .goodTilCancelled,
            .goodTilDate, .immediateOrCancel, .fillOrKill,
        ])
        date(&request)
        hide(&request)
    }

    private mutating func date(_ request: inout PlaceOrder) {
        guard request.timeInForce == .goodTilDate else { return }
        let life = random.pick([1, 1500, 9000, 40_000, 20_000_000])
        request.expiresAt.microseconds = time.microseconds + Int64(life)
    }

    private mutating func hide(_ request: inout PlaceOrder) {
        guard request.timeInForce.mayRest, request.quantity.lots > 2, random.chance(35) else {
            return
        }
        request.icebergQuantity.lots = random.number(in: 1...4)
    }

    private mutating func shapeMarket(_ request: inout PlaceOrder) {
        request.type = .market
        request.price = .none
        if random.chance(50) {
            request.quantity = .zero
            request.quoteQuantity.units = random.number(in: 1...700)
        }
    }

    private mutating func shapeConditional(
        _ request: inout PlaceOrder,
        _ exchange: NaiveExchange
    ) {
        request.type = random.pick([
            .stopLoss, .stopLossLimit, .stopLossLimit, .takeProfit, .takeProfitLimit,
        ])
        let last = exchange.market(request.instrument).last ?? 30
        let isStop = request.type == .stopLoss || request.type == .stopLossLimit
        let sign: Int64 = isStop == (request.side == .sell) ? -1 : 1
        request.stopPrice.ticks =
            last + sign * random.number(in: random.chance(10) ? -2...3 : 1...4)
        if random.chance(30) {
            request.trailingDelta = Int32(random.pick([300, 500, 800, 1500]))
            if random.chance(60) { request.stopPrice = .none }
        }
        guard request.type.hasLimit else {
            request.price = .none
            return
        }
        request.timeInForce = random.pick([
            .goodTilCancelled, .goodTilCancelled, .goodTilDate, .immediateOrCancel, .fillOrKill,
        ])
        date(&request)
        hide(&request)
    }

    /// Breaks a shape or a filter.
    private mutating func spoil(_ request: inout PlaceOrder) {
        switch random.number(in: 0...12) {
        case 0: request.clientOrderID = .none
        case 1: request.quantity.lots = random.pick([0, -1, 40])
        case 2: request.price.ticks = random.pick([0, -5, 300, 5])
        case 3: request.icebergQuantity.lots = random.pick([-1, 1, 30])
        case 4: request.stopPrice.ticks = random.pick([-1, 3, 30])
        case 5: request.trailingDelta = random.pick([-1, 1, 9000])
        case 6: request.timeInForce = random.pick(TimeInForce.allCases)
        case 7: request.expiresAt = time
        case 8: request.quoteQuantity.units = random.pick([-1, 100])
        case 9: request.type = random.pick(OrderType.allCases)
        // Beyond 63 bits when multiplied.
        case 10: request.quantity.lots = Int64.max / 2
        case 11: request.quoteQuantity.units = Int64.max
        default: request.price.ticks = Int64.max
        }
    }

    // MARK: Lists

    mutating func placeList(_ exchange: NaiveExchange) -> PlaceOrderList {
        let contingency = random.pick(ContingencyType.allCases)
        let instrument = instrument()
        var working = bare(exchange, instrument)
        var orders: [PlaceOrder] = []
        if contingency == .oneTriggersOther {
            var pending = place(exchange)
            pending.account = working.account
            pending.instrument = working.instrument
            orders = [pending]
        } else {
            orders = legs(working, exchange)
        }
        if contingency != .oneCancelsOther {
            // The working order trades soon, and the pending ones go the other way.
            if random.chance(20) { working.type = .limitMaker } else { shapeLimit(&working) }
            let side = orders[0].side.opposite
            if random.chance(80) { working.side = side }
            orders.insert(working, at: 0)
        }
        if random.chance(3) { orders[orders.count - 1].account = account() }
        if random.chance(2) { orders.removeLast() }
        if random.chance(3), orders.count > 1 { orders[1].quantity.lots += 1 }
        return PlaceOrderList(
            contingency: random.chance(1) ? random.pick(ContingencyType.allCases) : contingency,
            clientOrderID: random.chance(1) ? .none : name(),
            orders: orders
        )
    }

    /// A pair of which one cancels the other.
    private mutating func legs(_ model: PlaceOrder, _ exchange: NaiveExchange) -> [PlaceOrder] {
        var (profit, stop) = (model, model)
        let last = exchange.market(model.instrument).last ?? 30
        let sign: Int64 = model.side == .sell ? 1 : -1
        let distances: ClosedRange<Int64> = random.chance(10) ? -1...2 : 1...3
        profit.type = random.pick([.limitMaker, .limitMaker, .takeProfit, .takeProfitLimit])
        profit.price.ticks = last + sign * random.number(in: distances)
        if profit.type != .limitMaker {
            profit.stopPrice = profit.price
            if profit.type == .takeProfit { profit.price = .none }
            if random.chance(15) { profit.trailingDelta = 500 }
        } else if random.chance(25) {
            profit.icebergQuantity.lots = min(profit.quantity.lots, random.number(in: 1...4))
        }
        stop.type = random.pick([.stopLoss, .stopLossLimit])
        stop.stopPrice.ticks = last - sign * random.number(in: distances)
        stop.price.ticks = stop.type == .stopLoss ? 0 : stop.stopPrice.ticks - sign
        if random.chance(15) {
            stop.trailingDelta = 500
            if random.chance(50) { stop.stopPrice = .none }
        }
        if stop.type == .stopLossLimit, random.chance(25) {
            stop.timeInForce = .goodTilDate
            date(&stop)
        }
        (profit.clientOrderID, stop.clientOrderID) = (name(), name())
        return random.chance(50) ? [profit, stop] : [stop, profit]
    }
}
