/// Makes an order flow, message by message: integer arithmetic only, so the same plan gives the
/// same messages everywhere.
///
/// The order of the random draws is part of the format: one more or less changes every message
/// after it.
public struct FlowGenerator {
    private let plan: FlowPlan
    private var random: XorShift
    private var book: FlowGeneratorBook
    /// Where each pair's prices hang; walks one tick at a time.
    private var anchors: ContiguousArray<Int64>
    private var madeCount: UInt64 = 0
    private let priceMax: Int64

    /// Starts a flow.
    ///
    /// - Parameter plan: What it is like; one with a defect is a mistake of the program.
    public init(_ plan: FlowPlan) {
        if let defect = plan.defect { preconditionFailure(defect) }
        self.plan = plan
        random = XorShift(seed: plan.seed)
        book = FlowGeneratorBook(
            priceCount: Int32(plan.middle) * 2,
            symbolCount: Int(plan.symbolCount),
            orderCount: Int(plan.restingCount) + Int(plan.measuredCount)
        )
        anchors = ContiguousArray(repeating: Int64(plan.middle), count: Int(plan.symbolCount))
        priceMax = Int64(plan.middle) * 2 - 1
    }

    /// Number of messages of the whole flow.
    public var recordCount: Int { Int(plan.restingCount) + Int(plan.measuredCount) }

    /// What goes before the messages made so far; ask at the end.
    public var header: FlowHeader {
        FlowHeader(
            seed: plan.seed,
            prefillCount: UInt64(plan.restingCount),
            recordCount: madeCount,
            orderIDMax: UInt64(book.idMax),
            priceMin: 1,
            priceMax: priceMax,
            symbolCount: plan.symbolCount,
            accountCount: plan.accountCount,
            totals: book.totals
        )
    }

    /// The next message, or `nil` at the end.
    public mutating func next() -> FlowRecord? {
        guard madeCount < UInt64(recordCount) else { return nil }
        defer { madeCount += 1 }
        guard madeCount >= UInt64(plan.restingCount) else {
            let symbol = Int(madeCount % UInt64(plan.symbolCount))
            return add(symbol, side: UInt8(random.below(2)))
        }
        let symbol = pickSymbol()
        if random.chance(perMille: 20) { moveAnchor(symbol) }
        let kind = pickKind(symbol)
        let account = 1 + random.below(plan.accountCount)
        switch kind {
        case .add: return add(symbol, side: UInt8(random.below(2)))
        case .cancel: return cancel(symbol, account)
        case .replace: return replace(symbol, account)
        case .immediate, .market: return take(kind, symbol, account)
        case .reduce: return reduce(symbol, account)
        }
    }

    /// Makes a whole flow in memory.
    ///
    /// - Parameter plan: What it is like.
    /// - Returns: The flow, with the maker sum among its totals.
    public static func flow(_ plan: FlowPlan) -> MatchingFlow {
        var generator = FlowGenerator(plan)
        var records: ContiguousArray<FlowRecord> = []
        records.reserveCapacity(generator.recordCount)
        while let record = generator.next() { records.append(record) }
        return MatchingFlow(name: plan.name, header: generator.header, records: records)
    }
}

// Messages.
extension FlowGenerator {
    private mutating func add(_ symbol: Int, side: UInt8) -> FlowRecord {
        let price = passivePrice(symbol, side: side)
        let quantity = passiveQuantity()
        let account = 1 + random.below(plan.accountCount)
        let id = appendOrder(symbol, side: side, price: price, quantity: quantity)
        book.link(id)
        return record(.add, id, account, price: price, quantity: quantity)
    }

    private mutating func cancel(_ symbol: Int, _ account: UInt32) -> FlowRecord {
        let id = random.chance(perMille: plan.lateCancels) ? pickGone() : pickLive(symbol)
        if book.orders[Int(id)].isLive { book.unlink(id) }
        return record(.cancel, id, account, price: 0, quantity: 0)
    }

    private mutating func replace(_ symbol: Int, _ account: UInt32) -> FlowRecord {
        let id = pickLive(symbol)
        let side = book.orders[Int(id)].side
        let quantity = passiveQuantity()
        var price: Int64
        if random.chance(perMille: 10) {
            // Lifts the other side.
            price = side == 0 ? book.bestAsk(symbol) : book.bestBid(symbol)
        } else {
            price = passivePrice(symbol, side: side)
        }
        if price < 1 || price >= priceMax { price = passivePrice(symbol, side: side) }
        book.unlink(id)
        let left = book.match(symbol, side: side, limit: price, quantity: quantity)
        book.change(id, price: price, quantity: left, executing: quantity - left)
        if left > 0 { book.link(id) }
        return record(.replace, id, account, price: price, quantity: quantity)
    }

    private mutating func take(
        _ kind: FlowRecord.Kind,
        _ symbol: Int,
        _ account: UInt32
    ) -> FlowRecord {
        // Mostly towards the anchor, so that the market follows it.
        let pull = 2 * anchors[symbol] - (book.bestBid(symbol) + book.bestAsk(symbol))
        let buyPercent: UInt32 = pull > 0 ? 62 : pull < 0 ? 38 : 50
        let side: UInt8 = random.below(100) < buyPercent ? 0 : 1
        let quantity = takerQuantity()
        var price: Int64 = 0
        if kind == .immediate {
            let through = Int64(random.below(4))
            let touch = side == 0 ? book.bestAsk(symbol) : book.bestBid(symbol)
            price = clamp(side == 0 ? touch + through : touch - through)
        }
        let limit = kind == .immediate ? price : side == 0 ? priceMax : 0
        let id = appendOrder(symbol, side: side, price: price, quantity: 0)
        _ = book.match(symbol, side: side, limit: limit, quantity: quantity)
        return record(kind, id, account, price: price, quantity: quantity)
    }

    private mutating func reduce(_ symbol: Int, _ account: UInt32) -> FlowRecord {
        let id = pickLive(symbol)
        let quantity = book.orders[Int(id)].quantity
        var lots = quantity == 1 ? 1 : 1 + Int64(random.below(UInt32(quantity - 1)))
        if random.chance(perMille: 50) { lots = quantity }
        if lots == quantity { book.unlink(id) } else { book.reduce(id, by: lots) }
        return record(.reduce, id, account, price: 0, quantity: lots)
    }

    private mutating func appendOrder(
        _ symbol: Int,
        side: UInt8,
        price: Int64,
        quantity: Int64
    ) -> UInt32 {
        book.append(
            FlowGeneratorBook.Order(
                price: Int32(price),
                quantity: quantity,
                symbol: UInt16(symbol),
                side: side
            )
        )
    }

    private func record(
        _ kind: FlowRecord.Kind,
        _ id: UInt32,
        _ account: UInt32,
        price: Int64,
        quantity: Int64
    ) -> FlowRecord {
        let order = book.orders[Int(id)]
        return FlowRecord(
            kind,
            sideCode: order.side,
            symbol: order.symbol,
            account: account,
            id: UInt64(id),
            price: price,
            quantity: quantity
        )
    }
}

// Choices.
extension FlowGenerator {
    /// The lower of two uniform draws: some pairs are busier than others.
    private mutating func pickSymbol() -> Int {
        guard plan.symbolCount > 1 else { return 0 }
        let one = random.below(plan.symbolCount)
        return Int(min(one, random.below(plan.symbolCount)))
    }

    private mutating func moveAnchor(_ symbol: Int) {
        let moved = anchors[symbol] + Int64(random.below(3)) - 1
        let lowest = Int64(plan.middle) - Int64(plan.wander)
        let highest = Int64(plan.middle) + Int64(plan.wander)
        anchors[symbol] = min(max(moved, lowest), highest)
    }

    private mutating func pickKind(_ symbol: Int) -> FlowRecord.Kind {
        var kind = drawKind(random.below(1000))
        // Keeps the book near its target size.
        let target = plan.restingCount / plan.symbolCount
        let live = book.liveCount(symbol)
        if kind == .add, live > target + target / 50 {
            kind = .cancel
        } else if kind == .cancel, live < target - target / 50 {
            kind = .add
        }
        return live < 64 ? .add : kind
    }

    private func drawKind(_ draw: UInt32) -> FlowRecord.Kind {
        let shares: [5 of (FlowRecord.Kind, UInt32)] = [
            (.add, plan.mix.add), (.cancel, plan.mix.cancel), (.replace, plan.mix.replace),
            (.immediate, plan.mix.immediate), (.market, plan.mix.market),
        ]
        var bound: UInt32 = 0
        for index in shares.indices {
            bound += shares[index].1
            if draw < bound { return shares[index].0 }
        }
        return .reduce
    }

    /// 70 % among the latest twentieth, else any.
    private mutating func pickLive(_ symbol: Int) -> UInt32 {
        let count = book.liveCount(symbol)
        let isLate = random.chance(perMille: 700)
        let index = isLate ? count - 1 - random.below(count / 20 + 1) : random.below(count)
        return book.live(symbol, at: index)
    }

    /// An order that is gone, if one is found in 65 draws.
    private mutating func pickGone() -> UInt32 {
        var id = 1 + random.below(book.idMax)
        var tries = 0
        while book.orders[Int(id)].isLive, tries < 64 {
            tries += 1
            id = 1 + random.below(book.idMax)
        }
        return id
    }

    private func clamp(_ price: Int64) -> Int64 { min(max(price, 1), priceMax) }

    private mutating func passivePrice(_ symbol: Int, side: UInt8) -> Int64 {
        let distance = Int64(drawDistance())
        if side == 0 {
            return clamp(min(anchors[symbol] - 1 - distance, book.bestAsk(symbol) - 1))
        }
        return clamp(max(anchors[symbol] + 1 + distance, book.bestBid(symbol) + 1))
    }

    /// From the touch: 40 % a product of two uniform draws over half the depth, 30 % uniform over
    /// a fifth of it, 30 % over all of it.
    private mutating func drawDistance() -> UInt32 {
        let draw = random.below(100)
        let half = plan.depth / 2 + 1
        if draw < 40 {
            let one = UInt64(random.below(half))
            return UInt32(one * UInt64(random.below(half)) / UInt64(half))
        }
        return draw < 70 ? random.below(plan.depth / 5 + 1) : random.below(plan.depth)
    }

    private mutating func passiveQuantity() -> Int64 {
        let draw = random.below(100)
        let size: Int64 = draw < 50 ? 1 : draw < 90 ? 10 : 100
        return size * (1 + Int64(random.below(10)))
    }

    private mutating func takerQuantity() -> Int64 {
        let draw = random.below(1000)
        if draw < 600 { return 1 + Int64(random.below(20)) }
        if draw < 950 { return 20 + Int64(random.below(150)) }
        if draw < 998 { return 200 + Int64(random.below(1500)) }
        // A sweep.
        return 5000 + Int64(random.below(10_000))
    }
}
