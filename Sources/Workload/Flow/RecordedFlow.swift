import Trading

/// Order flow out of a recording of levels, which has no order ids.
///
/// The snapshot seeds the book with one order a level; a level that grows is a new order of the
/// difference; one that shrank without a trade loses its newest orders, the last of them placed
/// again with what is left of it; a trade is an immediate-or-cancel order of the aggressor at that
/// price. After the last message the book returns to the snapshot within a second and the
/// recording starts again.
public struct RecordedFlow: Sendable {
    /// Time that the return to the snapshot takes.
    private static let rewindNanoseconds: UInt64 = 1_000_000_000

    /// The pair that is traded.
    public let pair: PairRules
    private let recording: Recording
    private var book = FlowBook()
    private var lastKey: UInt64 = 0
    private var nextEvent = 0
    private var lapStart: UInt64 = 0
    /// Requests made and not yet asked for, last first.
    private var pending: [TimedRequest] = []

    /// Makes a flow.
    ///
    /// - Parameters:
    ///   - recording: The market.
    ///   - pair: Its rules here; what they refuse (dust below the notional minimum) is left out.
    public init(_ recording: Recording, pair: PairRules) {
        self.recording = recording
        self.pair = pair
    }

    /// Orders that rest at the present moment.
    var restingCount: Int { book.count }

    /// The book of the snapshot; call once, before `next()`.
    mutating func seed() -> [FlowRequest] { requestsTowardSnapshot() }

    /// The next request.
    mutating func next() -> TimedRequest {
        while pending.isEmpty { refill() }
        return pending.removeLast()
    }

    /// Cancels of everything that should still rest.
    var cleanUp: [FlowRequest] { book.keys.map { .cancel(key: $0, pair: 0) } }

    private mutating func refill() {
        guard nextEvent < recording.events.count else { return rewind() }
        let event = recording.events[nextEvent]
        nextEvent += 1
        var requests: [FlowRequest] = []
        switch event.kind {
        case .levels(let bids, let asks):
            for level in bids { set(.buy, level, &requests) }
            for level in asks { set(.sell, level, &requests) }
        case .trade(let side, let price, let quantity):
            guard pair.accepts(price: price, quantity: quantity) else { return }
            _ = book.match(side, limit: price, quantity: quantity)
            requests.append(.place(order(.taker, side, price, quantity)))
        }
        let time = lapStart + event.nanoseconds
        pending = requests.reversed().map { TimedRequest(nanoseconds: time, request: $0) }
    }

    private mutating func rewind() {
        let start = lapStart + (recording.events.last?.nanoseconds ?? 0)
        lapStart = start + Self.rewindNanoseconds
        nextEvent = 0
        let requests = requestsTowardSnapshot()
        let spacing = Self.rewindNanoseconds / UInt64(max(1, requests.count))
        pending = requests.enumerated().reversed().map { index, request in
            TimedRequest(nanoseconds: start + UInt64(index) * spacing, request: request)
        }
        precondition(
            !(pending.isEmpty && recording.events.isEmpty),
            "a recording without requests"
        )
    }

    private mutating func requestsTowardSnapshot() -> [FlowRequest] {
        var requests: [FlowRequest] = []
        for (side, levels) in [(Side.buy, recording.bids), (.sell, recording.asks)] {
            let wanted = Set(levels.map(\.price))
            for price in book.prices(side) where !wanted.contains(price) {
                set(side, RecordedLevel(price: price, quantity: 0), &requests)
            }
        }
        // After all cancels, so that nothing crosses what is about to go.
        for level in recording.bids { set(.buy, level, &requests) }
        for level in recording.asks { set(.sell, level, &requests) }
        return requests
    }

    private mutating func set(
        _ side: Side,
        _ level: RecordedLevel,
        _ requests: inout [FlowRequest]
    ) {
        let present = book.quantity(side, at: level.price)
        if level.quantity > present {
            place(side, level.price, level.quantity - present, &requests)
        } else if level.quantity < present {
            shrink(side, level, by: present - level.quantity, &requests)
        }
    }

    private mutating func shrink(
        _ side: Side,
        _ level: RecordedLevel,
        by difference: Int64,
        _ requests: inout [FlowRequest]
    ) {
        var excess = difference
        while excess > 0, let newest = book.orders(side, at: level.price).last {
            _ = book.cancel(side, price: level.price, key: newest.key)
            requests.append(.cancel(key: newest.key, pair: 0))
            excess -= newest.quantity
        }
        if excess < 0 { place(side, level.price, -excess, &requests) }
    }

    private mutating func place(
        _ side: Side,
        _ price: Int64,
        _ quantity: Int64,
        _ requests: inout [FlowRequest]
    ) {
        guard pair.accepts(price: price, quantity: quantity) else { return }
        let order = order(.maker, side, price, quantity)
        // Updates of several levels may cross for a moment; the exchange would match them.
        let rest = book.match(side, limit: price, quantity: quantity)
        if rest > 0 { book.rest(side, price: price, key: order.key, quantity: rest) }
        requests.append(.place(order))
    }

    private mutating func order(
        _ role: TraderRole,
        _ side: Side,
        _ price: Int64,
        _ quantity: Int64
    ) -> FlowOrder {
        lastKey += 1
        return FlowOrder(
            key: lastKey,
            pair: 0,
            role: role,
            side: side,
            price: price,
            quantity: quantity
        )
    }
}
