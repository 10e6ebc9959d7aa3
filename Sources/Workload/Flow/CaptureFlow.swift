import Trading

/// Order flow out of a captured market, which has levels but no orders.
///
/// One account makes the market and one takes. A message is the truth of its moment:
/// - The snapshot is an order a level.
/// - A level that grew has a new order of the difference. One that shrank loses its newest orders,
///   the last of them in part and in place; an order that goes whole is moved to where its side grew,
///   if it did.
/// - The top ends whatever is better than it and sets the two best levels.
/// - A trade is an immediate-or-cancel order of the taker at its price. The venue tells trades some
///   milliseconds after the top that they left, so what stands in the way is taken back first and
///   what is missing is placed first; the next message of levels puts all of that right.
/// - Levels are told last and in full, so they also settle each price that a top or a trade has
///   touched since.
struct CaptureFlow {
    static let maker: UInt32 = 1
    static let taker: UInt32 = 2

    /// Where the recording contradicts the book that its earlier messages left.
    struct Contradictions: Equatable {
        /// Trades for which something had to be taken back or placed first.
        var tradesPrepared = 0
        /// Messages of levels or tops that wanted a level across the other side.
        var crossings = 0
    }

    /// All messages of the flow.
    private(set) var records: ContiguousArray<FlowRecord> = []
    /// For each message of the capture from the snapshot on: how many records it and those before
    /// it made.
    private(set) var ends: [Int] = []
    /// Messages before the snapshot.
    private(set) var skippedCount = 0
    private(set) var contradictions = Contradictions()

    private var book = FlowBook()
    private var lastID: UInt64 = 0
    /// What the levels told last, by price.
    private var told: (bids: [Int64: Int64], asks: [Int64: Int64]) = ([:], [:])
    /// Prices that a top or a trade changed since the last levels, in the order of the change.
    private var touched: (bids: [Int64], asks: [Int64]) = ([], [])
    private var isCrossing = false

    /// Converts a whole capture.
    ///
    /// - Parameter capture: The market.
    init(_ capture: MarketCapture) {
        for message in capture.messages {
            guard !ends.isEmpty || message.kind.isSnapshot else {
                skippedCount += 1
                continue
            }
            isCrossing = false
            take(message.kind)
            if isCrossing { contradictions.crossings += 1 }
            ends.append(records.count)
        }
    }

    private mutating func take(_ kind: CapturedMessage.Kind) {
        switch kind {
        case .snapshot(_, let bids, let asks), .levels(_, let bids, let asks):
            settle(bids: bids, asks: asks)
        case .top(_, let bid, let ask): set(bid: bid, ask: ask)
        case .trade(_, let isSell, let price, let lots): trade(isSell ? .sell : .buy, price, lots)
        }
    }
}

// Levels.
extension CaptureFlow {
    private struct Change {
        var side: Side
        var level: CapturedLevel
    }

    /// Brings every level named, and every one touched, to what is told.
    private mutating func settle(bids: [CapturedLevel], asks: [CapturedLevel]) {
        for level in bids { told.bids[level.price] = level.lots }
        for level in asks { told.asks[level.price] = level.lots }
        var changes = Self.prices(touched.bids, bids).map {
            Change(side: .buy, level: CapturedLevel(price: $0, lots: told.bids[$0] ?? 0))
        }
        changes += Self.prices(touched.asks, asks).map {
            Change(side: .sell, level: CapturedLevel(price: $0, lots: told.asks[$0] ?? 0))
        }
        touched = ([], [])
        let grown = changes.filter { book.quantity($0.side, at: $0.level.price) < $0.level.lots }
        // All that goes first, so that nothing new meets it.
        var moving: (bids: [Resting], asks: [Resting]) = ([], [])
        for change in changes {
            let leaving = shrink(change.side, to: change.level)
            if change.side == .buy { moving.bids += leaving } else { moving.asks += leaving }
        }
        clear(&moving, for: grown)
        for change in grown {
            let mover = change.side == .buy ? moving.bids.popLast() : moving.asks.popLast()
            grow(change.side, to: change.level, moving: mover)
        }
        for order in moving.bids { cancel(.buy, order) }
        for order in moving.asks { cancel(.sell, order) }
    }

    /// Each price once: those touched, then those named.
    private static func prices(_ touched: [Int64], _ named: [CapturedLevel]) -> [Int64] {
        var seen: Set<Int64> = []
        return (touched + named.map(\.price)).filter { seen.insert($0).inserted }
    }

    /// Cancels those that would wait in the way of what grows on the other side.
    private mutating func clear(
        _ moving: inout (bids: [Resting], asks: [Resting]),
        for grown: [Change]
    ) {
        let bid = grown.filter { $0.side == .buy }.map(\.level.price).max() ?? 0
        let ask = grown.filter { $0.side == .sell }.map(\.level.price).min() ?? .max
        for order in moving.bids where order.price >= ask { cancel(.buy, order) }
        for order in moving.asks where order.price <= bid { cancel(.sell, order) }
        moving.bids.removeAll { $0.price >= ask }
        moving.asks.removeAll { $0.price <= bid }
    }

    private mutating func set(bid: CapturedLevel, ask: CapturedLevel) {
        endBetter(than: bid.price, .buy)
        endBetter(than: ask.price, .sell)
        touch(.buy, bid.price)
        touch(.sell, ask.price)
        for order in shrink(.buy, to: bid) { cancel(.buy, order) }
        for order in shrink(.sell, to: ask) { cancel(.sell, order) }
        grow(.buy, to: bid, moving: nil)
        grow(.sell, to: ask, moving: nil)
    }

    private mutating func trade(_ side: Side, _ price: Int64, _ lots: Int64) {
        let before = records.count
        let maker = side.opposite
        endBetter(than: price, maker)
        // What the taker's own side shows there cannot have been there.
        endBetter(than: price + (side == .buy ? -1 : 1), side)
        touch(maker, price)
        let missing = lots - book.quantity(maker, at: price)
        if missing > 0 { place(maker, price, missing) }
        if records.count > before { contradictions.tradesPrepared += 1 }
        _ = book.match(side, limit: price, quantity: lots)
        append(.immediate, side, Self.taker, nextID(), price, lots)
    }

    private mutating func touch(_ side: Side, _ price: Int64) {
        if side == .buy { touched.bids.append(price) } else { touched.asks.append(price) }
    }

    private mutating func endBetter(than price: Int64, _ side: Side) {
        while let best = book.bestPrice(side), side == .buy ? best > price : best < price {
            touch(side, best)
            for order in shrink(side, to: CapturedLevel(price: best, lots: 0)) {
                cancel(side, order)
            }
        }
    }
}

// Orders.
extension CaptureFlow {
    private struct Resting {
        var id: UInt64
        var price: Int64
    }

    /// Takes lots off the newest orders of a level that has too many.
    ///
    /// - Returns: Orders that must go whole; they still rest.
    private mutating func shrink(_ side: Side, to level: CapturedLevel) -> [Resting] {
        let orders = book.orders(side, at: level.price)
        var excess = orders.reduce(0) { $0 + $1.quantity } - level.lots
        var leaving: [Resting] = []
        for order in orders.reversed() where excess > 0 {
            if order.quantity <= excess {
                leaving.append(Resting(id: order.key, price: level.price))
            } else {
                book.reduce(side, price: level.price, key: order.key, by: excess)
                append(.reduce, side, Self.maker, order.key, 0, excess)
            }
            excess -= order.quantity
        }
        return leaving
    }

    private mutating func grow(_ side: Side, to level: CapturedLevel, moving mover: Resting?) {
        let missing = level.lots - book.quantity(side, at: level.price)
        guard missing > 0 else { return }
        if let other = book.bestPrice(side.opposite),
            side == .buy ? other <= level.price : other >= level.price
        {
            isCrossing = true
            endBetter(than: level.price + (side == .buy ? 1 : -1), side.opposite)
        }
        guard let mover else { return place(side, level.price, missing) }
        let wasThere = book.cancel(side, price: mover.price, key: mover.id)
        invariant(wasThere, "an order that moves rests")
        book.rest(side, price: level.price, key: mover.id, quantity: missing)
        append(.replace, side, Self.maker, mover.id, level.price, missing)
    }

    private mutating func place(_ side: Side, _ price: Int64, _ lots: Int64) {
        let id = nextID()
        book.rest(side, price: price, key: id, quantity: lots)
        append(.add, side, Self.maker, id, price, lots)
    }

    private mutating func cancel(_ side: Side, _ order: Resting) {
        let wasThere = book.cancel(side, price: order.price, key: order.id)
        invariant(wasThere, "an order that goes rests")
        append(.cancel, side, Self.maker, order.id, 0, 0)
    }

    private mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    private mutating func append(
        _ kind: FlowRecord.Kind,
        _ side: Side,
        _ account: UInt32,
        _ id: UInt64,
        _ price: Int64,
        _ lots: Int64
    ) {
        records.append(
            FlowRecord(
                kind,
                sideCode: side == .buy ? 0 : 1,
                symbol: 0,
                account: account,
                id: id,
                price: price,
                quantity: lots
            )
        )
    }
}

extension MatchingFlow {
    /// The order flow of a captured market; its snapshot is the prefill.
    ///
    /// - Parameters:
    ///   - capture: A market with a snapshot.
    ///   - name: For reports.
    init(_ capture: MarketCapture, name: String) {
        let flow = CaptureFlow(capture)
        let prices = flow.records.lazy.map(\.price).filter { $0 > 0 }
        let header = FlowHeader(
            seed: 0,
            prefillCount: UInt64(flow.ends.first ?? 0),
            recordCount: UInt64(flow.records.count),
            orderIDMax: flow.records.lazy.map(\.id).max() ?? 0,
            priceMin: prices.min() ?? 1,
            priceMax: prices.max() ?? 1,
            symbolCount: 1,
            accountCount: CaptureFlow.taker,
            totals: FlowTotals()
        )
        self.init(name: name, header: header, records: flow.records)
        self.header.totals = MachinePreparation.totals(of: self)
    }
}

extension CapturedMessage.Kind {
    fileprivate var isSnapshot: Bool { if case .snapshot = self { true } else { false } }
}
