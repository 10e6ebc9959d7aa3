import Trading

extension NaiveExchange {
    /// Runs an order that was checked.
    mutating func run(_ request: PlaceOrder, _ instrument: Instrument) -> (Order, [Fill]) {
        var canTrade = true
        if request.type == .limit, request.timeInForce == .fillOrKill {
            var partial = request
            partial.timeInForce = .immediateOrCancel
            canTrade = trial(partial, instrument).executed == request.quantity
        }
        orderCount[instrument.id, default: 0] += 1
        var order = newOrder(request, instrument)
        var taken: [Fill] = []
        var isPrevented = false
        let best = makers(order).first?.price.ticks ?? 0
        while canTrade, !isPrevented, let maker = makers(order).first,
            isReachable(maker.price.ticks, order, instrument, best)
        {
            let wanted = wantedLots(order, at: maker.price.ticks, instrument)
            guard wanted > 0 else { break }
            let mode = order.selfTradePrevention
            if maker.account == order.account, mode != .none {
                if mode != .expireTaker { close(maker, .expiredInMatch) }
                isPrevented = mode != .expireMaker
                continue
            }
            let lots = min(wanted, maker.remaining.lots)
            taken.append(trade(&order, maker, lots, instrument))
        }
        settle(&order, isPrevented, instrument, best)
        return (order, taken)
    }

    private mutating func settle(
        _ order: inout Order,
        _ isPrevented: Bool,
        _ instrument: Instrument,
        _ best: Int64
    ) {
        let isDone: Bool
        if order.quoteQuantity.units > 0 {
            let next = makers(order).first { isReachable($0.price.ticks, order, instrument, best) }
            let spent = order.cumulativeQuote == order.quoteQuantity
            let buysNothing = next.map { wantedLots(order, at: $0.price.ticks, instrument) == 0 }
            isDone = order.executed.lots > 0 && (spent || buysNothing ?? false)
            order.quantity = order.executed
        } else {
            isDone = order.remaining.lots == 0
        }
        if isPrevented {
            close(&order, .expiredInMatch)
        } else if isDone {
            close(&order, .filled)
        } else if order.type != .market, order.timeInForce == .goodTilCancelled {
            order.status = order.executed.lots > 0 ? .partiallyFilled : .new
            open.append(order)
        } else {
            close(&order, .expired)
        }
    }

    private mutating func close(_ order: inout Order, _ status: OrderStatus) {
        order = close(order, status)
    }

    /// The orders on the other side, first to trade first.
    private func makers(_ order: Order) -> [Order] {
        open.filter { $0.instrument == order.instrument && $0.side != order.side }.sorted {
            if $0.price != $1.price {
                return order.side == .buy ? $0.price < $1.price : $0.price > $1.price
            }
            return $0.id < $1.id
        }
    }

    private func isReachable(
        _ ticks: Int64,
        _ order: Order,
        _ instrument: Instrument,
        _ best: Int64
    ) -> Bool {
        let isBuy = order.side == .buy
        if order.type != .market {
            return isBuy ? ticks <= order.price.ticks : ticks >= order.price.ticks
        }
        let scaled = Int128(ticks) * 100_000_000
        let band = Int128(instrument.marketBand)
        return isBuy
            ? scaled <= Int128(best) * (100_000_000 + band)
            : scaled >= Int128(best) * (100_000_000 - band)
    }

    private func wantedLots(_ order: Order, at ticks: Int64, _ instrument: Instrument) -> Int64 {
        guard order.quoteQuantity.units > 0 else { return order.remaining.lots }
        let left = Int128(order.quoteQuantity.units - order.cumulativeQuote.units)
        return Int64(left / instrument.exactNotional(ticks, 1))
    }

    /// Makes a trade and returns the taker's fill.
    private mutating func trade(
        _ order: inout Order,
        _ maker: Order,
        _ lots: Int64,
        _ instrument: Instrument
    ) -> Fill {
        let cost = Int64(instrument.exactNotional(maker.price.ticks, lots))
        let trade = Trade(
            instrument: instrument.id,
            id: TradeID(Int64(trades.filter { $0.instrument == instrument.id }.count + 1)),
            price: maker.price,
            quantity: Quantity(lots: lots),
            quoteAmount: Amount(units: cost),
            time: now,
            isBuyerMaker: maker.side == .buy
        )
        trades.append(trade)
        var maker = maker
        open.removeAll { $0.id == maker.id && $0.instrument == maker.instrument }
        let makerFill = fill(trade, &maker, instrument.makerRate, instrument)
        let takerFill = fill(trade, &order, instrument.takerRate, instrument)
        fills += [makerFill, takerFill]
        if maker.remaining.lots == 0 {
            close(maker, .filled)
        } else {
            maker.status = .partiallyFilled
            open.append(maker)
        }
        return takerFill
    }

    private mutating func fill(
        _ trade: Trade,
        _ order: inout Order,
        _ rate: Int64,
        _ pair: Instrument
    ) -> Fill {
        order.executed += trade.quantity
        order.cumulativeQuote += trade.quoteAmount
        order.updatedAt = now
        let isBuyer = order.side == .buy
        let base = trade.quantity.lots * pair.lotUnits
        let (paid, received) =
            isBuyer ? (trade.quoteAmount.units, base) : (base, trade.quoteAmount.units)
        let (paidAsset, receivedAsset) = isBuyer ? (pair.quote, pair.base) : (pair.base, pair.quote)
        let fee = Int64(Int128(received) * Int128(rate) / 100_000_000)
        total[order.account, default: [:]][paidAsset, default: 0] -= paid
        total[order.account, default: [:]][receivedAsset, default: 0] += received - fee
        fees[receivedAsset, default: 0] += fee
        return Fill(
            trade: trade,
            account: order.account,
            order: order.id,
            isBuyer: isBuyer,
            commission: Amount(units: fee),
            commissionAsset: receivedAsset
        )
    }

    private func newOrder(_ request: PlaceOrder, _ instrument: Instrument) -> Order {
        Order(
            id: OrderID(orderCount[instrument.id] ?? 0),
            instrument: request.instrument,
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
            createdAt: now,
            updatedAt: now
        )
    }
}
