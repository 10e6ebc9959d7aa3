import Matching
import Trading

/// The order book alone under a flow, with a reader that takes every event.
struct BookReplay: FlowEngine, ~Copyable {
    /// A sweep may make hundreds in one message; more than fit are noticed, see `faults`.
    private static let eventsMax = 1 << 13

    private var engine: BookEngine
    private var sums = FlowTotals()
    /// The next event to take.
    private var position: UInt64 = 0
    private var lostEvents: UInt64 = 0

    init(for flow: MatchingFlow) {
        let symbolCount = Int(flow.header.symbolCount)
        // Flows stay within 2 % of the orders they begin with.
        let restingMax = flow.prefillCount / symbolCount * 103 / 100 + 1024
        engine = BookEngine(
            instruments: symbolCount,
            ordersMax: BookEngine.ordersMax,
            ordersReserved: min(restingMax, BookEngine.ordersMax),
            eventsMax: Self.eventsMax
        )
    }

    @inline(__always)
    mutating func apply(_ record: FlowRecord) {
        let symbol = Int(record.symbol)
        let id = Int64(bitPattern: record.id)
        let side: Side = record.sideCode == 0 ? .buy : .sell
        switch record.kind {
        case .add:
            engine.add(
                symbol,
                id,
                account: record.account,
                side,
                at: record.price,
                lots: record.quantity
            )
        case .immediate, .market:
            engine.take(
                symbol,
                id,
                account: record.account,
                side,
                at: record.price,
                lots: record.quantity
            )
        case .cancel: engine.cancel(symbol, id)
        case .replace: engine.replace(symbol, id, at: record.price, lots: record.quantity)
        case .reduce: engine.reduce(symbol, id, by: record.quantity)
        case nil: break
        }
    }

    mutating func drain() {
        let end = engine.eventCount
        if end - position > UInt64(engine.eventsMax) {
            lostEvents += end - position - UInt64(engine.eventsMax)
            position = end - UInt64(engine.eventsMax)
        }
        while position < end {
            let event = engine.event(position)
            if event.kind == .trade {
                sums.add(
                    maker: UInt64(bitPattern: event.order),
                    price: event.price,
                    quantity: event.lots
                )
            }
            position += 1
        }
    }

    mutating func totals() -> FlowTotals {
        var totals = sums
        totals.restingOrders = UInt64(engine.restingOrders)
        totals.restingQuantity = UInt64(bitPattern: engine.restingLots)
        return totals
    }

    mutating func faults() -> [String] {
        lostEvents == 0 ? [] : ["the ring of \(engine.eventsMax) events lost \(lostEvents)"]
    }

    var memorySize: Int? { engine.memorySize }
}
