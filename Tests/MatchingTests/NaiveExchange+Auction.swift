import Trading

/// Rules 22 and 24: phases and the uncross.
extension NaiveExchange {
    mutating func setPhase(_ instrument: InstrumentID, _ phase: TradingPhase) -> Reply {
        guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
        if market(instrument).phase == phase { return .done }
        note("phase \(phase)")
        if phase == .continuous {
            enterContinuous(instrument)
            return .done
        }
        markets[instrument]?.phase = phase
        markets[instrument]?.reopensAt = .zero
        emitPhase(instrument)
        return .done
    }

    /// The phase event first, then what the uncross does.
    mutating func enterContinuous(_ instrument: InstrumentID) {
        markets[instrument]?.phase = .continuous
        markets[instrument]?.reopensAt = .zero
        emitPhase(instrument)
        inStep(instrument) { $0.uncross(instrument) }
    }

    private mutating func uncross(_ instrument: InstrumentID) {
        var rounds = 0
        while let price = auctionPrice(instrument) {
            rounds += 1
            while let bid = book(instrument, .buy).first, bid.order.price.ticks >= price,
                let ask = book(instrument, .sell).first, ask.order.price.ticks <= price
            {
                meet(bid, ask, price)
            }
        }
        if let last = step.prices.last {
            markets[instrument]?.reference = last
            markets[instrument]?.referenceSince = now
            note("uncross")
        }
        if rounds > 1 { note("uncross of several rounds") }
        if step.touched.count > 2 { note("uncross of several levels") }
        step.sortTouched()
    }

    /// The price at which a crossed book trades, by brute force.
    func auctionPrice(_ instrument: InstrumentID) -> Int64? {
        let bids = book(instrument, .buy).map(\.order)
        let asks = book(instrument, .sell).map(\.order)
        guard let bid = bids.first?.price.ticks, let ask = asks.first?.price.ticks, bid >= ask
        else { return nil }
        let target = market(instrument).last ?? (bid + ask) / 2
        let ranked = candidates(bids + asks, ask...bid, target).map { ticks in
            let bought = bids.filter { $0.price.ticks >= ticks }.reduce(0) {
                $0 + $1.remaining.lots
            }
            let sold = asks.filter { $0.price.ticks <= ticks }.reduce(0) { $0 + $1.remaining.lots }
            return (
                volume: min(bought, sold), surplus: abs(bought - sold),
                distance: abs(ticks - target), ticks: ticks
            )
        }
        return ranked.max { left, right in
            if left.volume != right.volume { return left.volume < right.volume }
            if left.surplus != right.surplus { return left.surplus > right.surplus }
            if left.distance != right.distance { return left.distance > right.distance }
            return left.ticks < right.ticks
        }?.ticks
    }

    /// Every tick where few are in question, else those where something can change.
    private func candidates(
        _ orders: [Order],
        _ range: ClosedRange<Int64>,
        _ target: Int64
    ) -> [Int64] {
        if range.count <= 200 { return Array(range) }
        return orders.flatMap { [$0.price.ticks - 1, $0.price.ticks, $0.price.ticks + 1] }
            .filter { range.contains($0) } + [min(max(target, range.lowerBound), range.upperBound)]
    }

    /// Two resting orders trade shown part against shown part; the older one is the maker.
    private mutating func meet(_ bid: OpenOrder, _ ask: OpenOrder, _ ticks: Int64) {
        let lots = min(bid.shown, ask.shown)
        let (maker, taker) = bid.order.id < ask.order.id ? (bid, ask) : (ask, bid)
        if prevents(taker.order, maker.order) {
            note("prevented in the auction")
            return preventInAuction(maker.order, taker.order, lots)
        }
        let outcome = trade(maker.order, taker.order, lots: lots, ticks: ticks) {
            $0.reduce($1, by: lots)
            $0.reduce($2, by: lots)
        }
        endIfNothingIsLeft(outcome.maker, .filled)
        endIfNothingIsLeft(outcome.taker, .filled)
    }

    private mutating func preventInAuction(_ maker: Order, _ taker: Order, _ lots: Int64) {
        switch taker.selfTradePrevention {
        case .none: return
        case .expireTaker: endPrevented(taker)
        case .expireMaker: endPrevented(maker)
        case .expireBoth:
            endPrevented(maker)
            endPrevented(taker)
        case .decrement:
            decrement(maker, by: lots)
            decrement(taker, by: lots)
        }
    }
}
