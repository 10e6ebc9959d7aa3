import Matching
import Trading

/// The order book alone under a flow, with a reader that takes every event.
struct BookReplay: FlowEngine, ~Copyable {
    /// Few, so that the ring stays in the cache.
    ///
    /// A sweep may make hundreds in one message; more than fit are noticed, see `faults`.
    private static let eventsMax = 1 << 11

    private var engine: BookEngine
    /// The whole flow as the engine takes it; made beforehand, since it is no work of the engine's.
    private let messages: ContiguousArray<BookMessage>
    /// The next message.
    private var next = 0
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
        messages = ContiguousArray(flow.records.lazy.map(Self.message))
    }

    static var groupSize: Int { BookEngine.groupSize }

    /// The records are those of the flow it was made for, in their order.
    @inline(__always)
    mutating func fetch(_ group: Span<FlowRecord>) {
        Self.fetch(messages, next..<next &+ group.count, &engine)
    }

    @inline(__always)
    private static func fetch(
        _ messages: borrowing ContiguousArray<BookMessage>,
        _ range: Range<Int>,
        _ engine: inout BookEngine
    ) {
        engine.fetch(messages.span.extracting(range))
    }

    @inline(__always)
    mutating func apply(_ record: FlowRecord, fetched place: Int) {
        engine.apply(messages[next], fetched: place)
        next &+= 1
    }

    @inline(__always)
    mutating func apply(_ record: FlowRecord) { apply(record, fetched: 0) }

    private static func message(_ record: FlowRecord) -> BookMessage {
        let kind: BookMessage.Kind =
            switch record.kind {
            case .add: .add
            case .immediate, .market: .take
            case .cancel: .cancel
            case .replace: .replace
            case .reduce, nil: .reduce
            }
        return BookMessage(
            kind,
            record.symbol,
            Int64(bitPattern: record.id),
            account: record.account,
            record.sideCode == 0 ? .buy : .sell,
            at: record.price,
            lots: record.quantity
        )
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
        engine.releaseEvents()
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
