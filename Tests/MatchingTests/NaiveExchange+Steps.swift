import Trading

/// A price of one side of a book.
struct BookPrice: Equatable {
    var side: Side
    var ticks: Int64
}

/// What a step has done so far.
struct NaiveStep {
    /// Where anything traded, was decremented, came or left, in the order of the level events.
    var touched: [BookPrice] = []
    /// Prices of its trades.
    var prices: [Int64] = []
    /// Lists whose working order was filled whole.
    var started: [NaiveWork] = []
    /// Whether the price band ended the walk.
    var halts = false

    mutating func touch(_ side: Side, _ ticks: Int64) {
        let price = BookPrice(side: side, ticks: ticks)
        if !touched.contains(price) { touched.append(price) }
    }

    /// Bids best first, then asks best first.
    mutating func sortTouched() {
        touched.sort { left, right in
            if left.side != right.side { return left.side == .buy }
            return left.side == .buy ? left.ticks > right.ticks : left.ticks < right.ticks
        }
    }
}

/// A step that was set off and waits for its turn.
enum NaiveWork {
    case fired(InstrumentID, OrderID)
    case started(InstrumentID, OrderListID)
}

/// Rules 2 and 3: due work and steps.
extension NaiveExchange {
    mutating func doDueWork() {
        for instrument in instruments.map(\.id) {
            while let order = nextToExpire(instrument) {
                note("expiry")
                inStep(instrument) { $0.close(order, .expired) }
            }
            let market = market(instrument)
            if market.reopensAt != .zero, market.reopensAt <= now {
                note("reopening")
                enterContinuous(instrument)
                runQueue()
            }
        }
    }

    private func nextToExpire(_ instrument: InstrumentID) -> Order? {
        open.map(\.order)
            .filter {
                $0.instrument == instrument && $0.expiresAt != .zero && $0.expiresAt <= now
            }
            .min { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
    }

    /// Does one step: what it does, what its trades set off, its level events.
    @discardableResult
    mutating func inStep<Result>(
        _ instrument: InstrumentID,
        _ body: (inout NaiveExchange) -> Result
    ) -> Result {
        step = NaiveStep()
        let result = body(&self)
        queue += step.started
        for price in step.touched { emitLevel(price, instrument) }
        if let first = step.prices.first, let last = step.prices.last {
            observe(first, instrument)
            if last != first { observe(last, instrument) }
        }
        if step.halts { emitPhase(instrument) }
        return result
    }

    mutating func emitLevel(_ price: BookPrice, _ instrument: InstrumentID) {
        markets[instrument]?.updateCount += 1
        let lots = levels(instrument, price.side)[price.ticks] ?? 0
        let change = LevelChange(
            instrument: instrument,
            side: price.side,
            price: Price(ticks: price.ticks),
            quantity: Quantity(lots: lots),
            updateID: market(instrument).updateCount
        )
        events.append(.level(change))
    }

    mutating func emitPhase(_ instrument: InstrumentID) {
        let market = market(instrument)
        let change = PhaseChange(
            instrument: instrument,
            phase: market.phase,
            reopensAt: market.reopensAt,
            time: now
        )
        events.append(.phase(change))
    }

    /// Lots shown by price.
    func levels(_ instrument: InstrumentID, _ side: Side) -> [Int64: Int64] {
        var levels: [Int64: Int64] = [:]
        for entry in open where entry.isInBook(instrument, side) {
            levels[entry.order.price.ticks, default: 0] += entry.shown
        }
        return levels
    }

    /// The working orders of a side, first to trade first.
    func book(_ instrument: InstrumentID, _ side: Side) -> [OpenOrder] {
        open.filter { $0.isInBook(instrument, side) }.sorted { left, right in
            if left.order.price != right.order.price {
                return side == .buy
                    ? left.order.price > right.order.price : left.order.price < right.order.price
            }
            return left.arrival < right.arrival
        }
    }
}
