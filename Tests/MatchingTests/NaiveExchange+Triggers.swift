import Trading

/// Rules 15 to 17: triggers, observation, firing.
extension NaiveExchange {
    /// Whether a trade at a price reaches the stop price of an order.
    func reaches(_ ticks: Int64, _ order: Order) -> Bool {
        firesOnFall(order) ? ticks <= order.stopPrice.ticks : ticks >= order.stopPrice.ticks
    }

    mutating func observe(_ ticks: Int64, _ instrument: InstrumentID) {
        let waiting = open.filter { $0.stage == .waiting && $0.order.instrument == instrument }
        let fixed = waiting.map(\.order).filter { $0.trailingDelta == 0 && reaches(ticks, $0) }
        let falling = fixed.filter { firesOnFall($0) }
            .sorted { ($1.stopPrice, $0.id) < ($0.stopPrice, $1.id) }
        let rising = fixed.filter { !firesOnFall($0) }
            .sorted { ($0.stopPrice, $0.id) < ($1.stopPrice, $1.id) }
        for order in falling + rising { fire(order) }
        let trailing = waiting.filter { $0.order.trailingDelta != 0 }
        for entry in trailing.sorted(by: { $0.order.id < $1.order.id }) {
            follow(entry.order, ticks)
        }
    }

    private func firesOnFall(_ order: Order) -> Bool {
        let isStop = order.type == .stopLoss || order.type == .stopLossLimit
        return isStop == (order.side == .sell)
    }

    /// Activates a trailing stop, moves its best price, or fires it.
    private mutating func follow(_ order: Order, _ ticks: Int64) {
        guard let index = open.firstIndex(where: { $0.isSame(order) }) else { return }
        guard let best = open[index].best else {
            if reaches(ticks, order) {
                note("trailing activated")
                open[index].best = ticks
            }
            return
        }
        let delta = Int128(order.trailingDelta)
        let (price, scaled) = (Int128(ticks) * 10_000, Int128(best))
        if order.side == .sell {
            open[index].best = max(best, ticks)
            if price <= scaled * (10_000 - delta) { fire(order) }
        } else {
            open[index].best = min(best, ticks)
            if price >= scaled * (10_000 + delta) { fire(order) }
        }
        if open.contains(where: { $0.isSame(order) && $0.best != best }) {
            note("trailing moved")
        }
    }

    private mutating func fire(_ order: Order) {
        guard let index = open.firstIndex(where: { $0.isSame(order) && $0.stage == .waiting })
        else { return }
        open[index].stage = .fired
        queue.append(.fired(order.instrument, order.id))
        note(order.trailingDelta != 0 ? "trailing fired" : "fired")
        guard let sibling = sibling(of: order) else { return }
        note("OCO by trigger")
        close(sibling.order, .expired, isAlone: true)
        if sibling.stage == .working {
            let price = BookPrice(side: sibling.order.side, ticks: sibling.order.price.ticks)
            emitLevel(price, order.instrument)
        }
    }

    mutating func run(_ work: NaiveWork) {
        switch work {
        case .fired(let instrument, let id):
            let entry = open.first {
                $0.order.instrument == instrument && $0.order.id == id && $0.stage == .fired
            }
            guard let entry else { return }
            inStep(instrument) { $0.enter(fired: entry) }
        case .started(let instrument, let list):
            start(instrument, list)
        }
    }

    private mutating func enter(fired entry: OpenOrder) {
        let hold = ownHold(entry)
        open.removeAll { $0.isSame(entry.order) }
        var incoming = IncomingOrder(order: entry.order)
        if !entry.order.type.hasLimit, entry.order.side == .buy {
            incoming.budget = hold
            incoming.estimate = hold
        }
        if market(entry.order.instrument).phase != .continuous { note("fired outside continuous") }
        _ = work(incoming)
    }
}
