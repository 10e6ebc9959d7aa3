import EventLoop
import Observability
import Trading

/// Drives a flow through the public API over many connections, open loop.
///
/// Latency counts from the moment a request should have been sent, not from when it was: a slow
/// exchange is not spared the requests that queued up behind it.
final class LoadRun {
    private static let drainMilliseconds: UInt64 = 20_000

    private let waiter: LoopWaiter
    private let loop: EventLoop
    private let lanes: [ClientLane]
    private let keys: [TradingKey]
    private let inFlightMax: Int
    private let symbols: [String]
    private let prefix: String
    private var flow: OrderFlow
    private var schedule: LoadSchedule
    private var statistics = LoadStatistics()
    private var start: UInt64 = 0
    /// Due and not sent yet, because too much is in flight.
    private var upcoming: (request: FlowRequest, intended: UInt64)?
    private var inFlight = 0
    private var isPumping = false
    private var isExhausted = false
    private var isInterrupted = false

    init(
        _ flow: OrderFlow,
        _ schedule: LoadSchedule,
        lanes: [ClientLane],
        keys: [TradingKey],
        inFlightMax: Int,
        waiter: LoopWaiter
    ) {
        self.flow = flow
        self.schedule = schedule
        self.lanes = lanes
        self.keys = keys
        self.inFlightMax = inFlightMax
        self.waiter = waiter
        loop = waiter.loop
        symbols = flow.pairs.map(\.symbol)
        // The same name twice would be refused while the first order rests: the clock tells runs
        // apart.
        prefix = "load-\(String(loop.wallClockMilliseconds, radix: 36))-"
    }

    /// Places the orders that rest before the flow begins; not measured.
    ///
    /// - Returns: Refusals and unknowns.
    func seed() -> UInt64 {
        var seeding = LoadStatistics()
        send(all: flow.seed()) { seeding.note($0, $1, nanoseconds: 0) }
        return seeding.errorCount
    }

    /// Runs the load.
    ///
    /// - Parameter onSecond: Told once a second how things stand.
    /// - Returns: What was measured.
    func run(onSecond: @escaping (LoadProgress) -> Void) -> (LoadStatistics, nanoseconds: UInt64) {
        start = loop.nowNanoseconds
        let pacing = loop.schedule(afterMilliseconds: 1, repeatingMilliseconds: 1) { self.pump() }
        var lastAcked: UInt64 = 0
        let seconds = loop.schedule(afterMilliseconds: 1000, repeatingMilliseconds: 1000) {
            onSecond(self.progress(since: lastAcked))
            lastAcked = self.statistics.ackedOrders
            self.statistics.resetRecent()
        }
        let limit = schedule.durationNanoseconds / 1_000_000 + Self.drainMilliseconds
        waiter.wait(timeoutMilliseconds: limit) {
            (self.isExhausted || self.isInterrupted) && self.inFlight == 0
        }
        pacing.cancel()
        seconds.cancel()
        let elapsed = loop.nowNanoseconds - start
        countWhatIsMissing()
        return (statistics, elapsed)
    }

    /// Takes back what still rests.
    func cleanUp() {
        send(all: flow.cleanUp) { _, _ in }
    }

    /// Ends the load early.
    func interrupt() { isInterrupted = true }

    private func progress(since lastAcked: UInt64) -> LoadProgress {
        LoadProgress(
            second: Int((loop.nowNanoseconds - start + 500_000_000) / 1_000_000_000),
            ackedInSecond: statistics.ackedOrders - lastAcked,
            inFlight: inFlight,
            p50Nanoseconds: statistics.recentLatency.percentile(50),
            p99Nanoseconds: statistics.recentLatency.percentile(99),
            errors: statistics.errorCount
        )
    }

    private func pump() {
        // An answer may arrive while we send; one pump at a time keeps the order.
        guard !isPumping, !isInterrupted else { return }
        isPumping = true
        defer { isPumping = false }
        let now = loop.nowNanoseconds - start
        while inFlight < inFlightMax, let (request, intended) = takeDue(now) {
            guard let lane = lane(for: request) else {
                upcoming = (request, intended)
                return
            }
            send(request, on: lane) { outcome in
                let latency = self.loop.nowNanoseconds - self.start - intended
                self.statistics.note(request, outcome, nanoseconds: latency)
                self.pump()
            }
        }
    }

    private func takeDue(_ now: UInt64) -> (FlowRequest, UInt64)? {
        if upcoming == nil, !isExhausted {
            let next = flow.next()
            let intended = schedule.intendedTime(of: next, now: now)
            upcoming = intended.map { (next.request, $0) }
            isExhausted = intended == nil
        }
        guard let next = upcoming, next.intended <= now else { return nil }
        upcoming = nil
        return next
    }

    /// An order's cancel takes the order's connection, so that it cannot overtake it.
    private func lane(for request: FlowRequest) -> PublicClient? {
        let key =
            switch request {
            case .place(let order): order.key
            case .cancel(let key, _): key
            }
        let first = Int(key % UInt64(lanes.count))
        for offset in lanes.indices {
            let lane = lanes[(first + offset) % lanes.count]
            if lane.isOpen { return lane.client }
        }
        return nil
    }

    private func send(
        _ request: FlowRequest,
        on client: PublicClient,
        completion: @escaping (RequestOutcome) -> Void
    ) {
        inFlight += 1
        let finish: (RequestOutcome) -> Void = { outcome in
            self.inFlight -= 1
            completion(outcome)
        }
        switch request {
        case .place(let order):
            let ticket = OrderTicket(
                symbol: symbols[order.pair],
                side: order.side,
                timeInForce: order.timeInForce,
                price: order.price,
                quantity: order.quantity,
                clientOrderID: prefix + String(order.key)
            )
            client.place(ticket, key: keys[order.role.rawValue], completion: finish)
        case .cancel(let key, let pair):
            client.cancel(
                prefix + String(key),
                symbol: symbols[pair],
                key: keys[TraderRole.maker.rawValue],
                completion: finish
            )
        }
    }

    /// Sends requests as fast as answers return, before or after the measurement.
    private func send(
        all requests: [FlowRequest],
        completion: @escaping (FlowRequest, RequestOutcome) -> Void
    ) {
        var rest = requests[...]
        waiter.wait(timeoutMilliseconds: 60_000) {
            while self.inFlight < self.inFlightMax, let request = rest.first,
                let client = self.lane(for: request)
            {
                rest.removeFirst()
                self.send(request, on: client) { completion(request, $0) }
            }
            return rest.isEmpty && self.inFlight == 0
        }
    }

    private func countWhatIsMissing() {
        if inFlight > 0 {
            statistics.noteUnknown("no answer by the end", count: UInt64(inFlight))
        }
        if !isExhausted, !isInterrupted {
            statistics.noteUnknown("due and not sent by the end, or more")
        }
    }
}
