import Accounts
import Trading
import Wire

extension Market {
    /// Appends the whole state of the pair: rules, counters, open orders by id, history by age.
    ///
    /// Open orders need no more than their ids: an order never moves within the book, so the
    /// queue of a price is in order of ids too.
    func encode(into writer: inout ByteWriter) {
        writer.write(instrument)
        writer.write(nextOrderID)
        writer.write(nextTradeID)
        writer.write(updateID)
        writer.write(lastPrice)
        writer.write(digest.value)
        let open = (book.bids.levels + book.asks.levels).flatMap { book.queue($0) }
        writer.write(count: open.count)
        for order in open.sorted(by: { $0.id < $1.id }) { writer.write(order) }
        writer.write(count: closed.count)
        for index in 0..<closed.count { writer.write(closed[index]) }
        writer.write(count: fills.count)
        for index in 0..<fills.count { writer.write(fills[index]) }
    }

    /// Reads what `encode(into:)` wrote, and registers the names of the open orders.
    ///
    /// - Parameters:
    ///   - reader: At the first byte of the pair.
    ///   - shared: With the ledger already read.
    /// - Returns: The pair.
    /// - Throws: `DecodeError`, also when a record contradicts the state around it.
    static func decode(
        from reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) -> Market {
        let start = reader.position
        let instrument = try reader.readInstrument()
        guard instrument.defect == nil, let base = shared.ledger.column(of: instrument.base),
            let quote = shared.ledger.column(of: instrument.quote)
        else { throw .badValue(field: "Market.instrument", at: start) }
        var market = Market(instrument, base: base, quote: quote)
        market.nextOrderID = try reader.read(Int64.self)
        market.nextTradeID = try reader.read(Int64.self)
        market.updateID = try reader.read(Int64.self)
        market.lastPrice = try reader.readPrice()
        market.digest = StateDigest(value: try reader.read(UInt64.self))
        try market.readOpen(&reader, &shared)
        try market.readHistory(&reader, shared)
        return market
    }

    private mutating func readOpen(
        _ reader: inout ByteReader,
        _ shared: inout SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 77)
        guard count <= OrderBook.ordersMax else { throw .badValue(field: "Market.open", at: start) }
        var lastID: Int64 = 0
        for _ in 0..<count {
            let position = reader.position
            let order = try reader.readOrder()
            guard let owner = shared.ledger.slot(of: order.account), canRest(order),
                order.id.rawValue > lastID
            else { throw .badValue(field: "Market.open", at: position) }
            lastID = order.id.rawValue
            let place = OrderPlace(instrument: instrument.id, order: order.id)
            let name = OrderName(owner: owner, name: order.clientOrderID)
            guard shared.openNames.updateValue(place, forKey: name) == nil else {
                throw .badValue(field: "Market.openName", at: position)
            }
            book.append(order, owner: owner)
        }
        if let bid = book.bids.best, let ask = book.asks.best, bid >= ask {
            throw .badValue(field: "Market.crossed", at: start)
        }
    }

    private func canRest(_ order: Order) -> Bool {
        order.instrument == instrument.id && order.id.rawValue < nextOrderID
            && order.status.isOpen && order.price.ticks > 0 && !order.clientOrderID.isEmpty
            && order.executed.lots >= 0 && order.executed < order.quantity
            && instrument.notional(order.price, order.quantity) != nil
            && (order.side == .buy || instrument.baseAmount(order.quantity) != nil)
    }

    private mutating func readHistory(
        _ reader: inout ByteReader,
        _ shared: borrowing SharedState
    ) throws(DecodeError) {
        let start = reader.position
        let closedCount = try reader.readCount(elementSizeMin: 77)
        guard closedCount <= Self.closedMax else {
            throw .badValue(field: "Market.closed", at: start)
        }
        for _ in 0..<closedCount {
            let position = reader.position
            let order = try reader.readOrder()
            guard let owner = shared.ledger.slot(of: order.account), !order.status.isOpen else {
                throw .badValue(field: "Market.closed", at: position)
            }
            closed.append(order, owner: owner)
        }
        let fillsStart = reader.position
        let fillCount = try reader.readCount(elementSizeMin: 66)
        guard fillCount <= Self.fillsMax else {
            throw .badValue(field: "Market.fills", at: fillsStart)
        }
        for _ in 0..<fillCount {
            let position = reader.position
            let fill = try reader.readFill()
            guard let owner = shared.ledger.slot(of: fill.account) else {
                throw .badValue(field: "Market.fill", at: position)
            }
            fills.append(fill, owner: owner)
        }
    }
}

extension OrderBook {
    /// The orders of a price level, first to trade first.
    func queue(_ level: PriceLevel) -> [Order] {
        var orders: [Order] = []
        var slot = level.head
        while slot != Self.noSlot {
            orders.append(records[Int(slot)])
            slot = nodes[Int(slot)].next
        }
        return orders
    }
}
