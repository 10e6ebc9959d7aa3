import EventLoop
import Trading
import Workload

/// Orders under a drill: every request is tried again, under the same name, until its outcome is
/// known.
final class LoadDriver {
    private static let retryMilliseconds: UInt64 = 20
    private static let attemptsMax = 1000
    /// The API's code for a timestamp outside of the window.
    private static let untimely = -1021

    private let loop: EventLoop
    private let lanes: [ClientLane]
    private let keys: [TradingKey]
    private let symbols: [String]
    private let prefix: String
    private let rate: Int
    private let copies: ClosedRange<Int>
    private var flow: SyntheticFlow
    private var random: SplitMix
    private var timer: LoopTimer?
    private(set) var startNanoseconds: UInt64 = 0
    private var sentCount = 0
    private var turn = 0
    private(set) var journal = OrderJournal()
    private(set) var acknowledged: [Acknowledged] = []
    private(set) var latencies: [UInt64] = []
    /// Requests that failed or were unknown, by endpoint.
    private(set) var failures: [Endpoint: Int] = [:]
    /// Requests refused for their timestamp, which the router's clock is compared with.
    private(set) var untimelyCount = 0
    /// The first of each, for the report.
    private(set) var firstFailure: [Endpoint: String] = [:]

    /// Prepares a load.
    ///
    /// `prefix` begins every clientOrderId, so that runs differ. Each order is
    /// sent so many times at once under one name.
    init(
        pairs: [PairRules],
        lanes: [ClientLane],
        keys: [TradingKey],
        rate: Int,
        seed: UInt64,
        prefix: String,
        copies: ClosedRange<Int>,
        loop: EventLoop
    ) {
        self.loop = loop
        self.lanes = lanes
        self.keys = keys
        self.rate = rate
        self.prefix = prefix
        self.copies = copies
        symbols = pairs.map(\.symbol)
        random = SplitMix(seed: ~seed)
        flow = SyntheticFlow(pairs: pairs, seed: seed)
    }

    func start() {
        startNanoseconds = loop.nowNanoseconds
        timer = loop.schedule(afterMilliseconds: 1, repeatingMilliseconds: 1) { self.pump() }
    }

    /// Sends nothing new; what is unknown is still tried again.
    func stop() {
        timer?.cancel()
        timer = nil
    }

    private func pump() {
        let elapsed = loop.nowNanoseconds - startNanoseconds
        let due = Int(elapsed / 1_000_000 * UInt64(rate) / 1000)
        while sentCount < due {
            sentCount += 1
            switch flow.next() {
            case .place(let order): begin(order)
            case .cancel(let key, _): beginCancel(prefix + String(key))
            }
        }
    }

    // MARK: Placements

    private func begin(_ order: FlowOrder) {
        let id = prefix + String(order.key)
        journal.entries[id] = JournalEntry(
            account: order.role.rawValue,
            symbol: symbols[order.pair],
            isBuy: order.side == .buy,
            price: order.price,
            quantity: order.quantity
        )
        let ticket = OrderTicket(
            symbol: symbols[order.pair],
            side: order.side,
            timeInForce: order.timeInForce,
            price: order.price,
            quantity: order.quantity,
            clientOrderID: id
        )
        let count = Int.random(in: copies, using: &random)
        journal.entries[id]?.copiesInFlight = count
        // One after another lane: copies go over different routers.
        for _ in 0..<count { place(ticket, account: order.role.rawValue) }
    }

    private func place(_ ticket: OrderTicket, account: Int) {
        let id = ticket.clientOrderID
        guard let client = nextClient() else {
            return later { self.place(ticket, account: account) }
        }
        journal.entries[id]?.attempts += 1
        let sent = loop.nowNanoseconds
        client.place(ticket, key: keys[account]) { outcome in
            let now = self.loop.nowNanoseconds
            self.latencies.append(now - sent)
            switch outcome {
            case .acknowledged(let answer):
                self.journal.entries[id]?.settleCopy(.acknowledged(answer))
                self.acknowledged.append(
                    Acknowledged(symbol: ticket.symbol, sentNanoseconds: sent, nanoseconds: now)
                )
            case .refused(let refusal):
                self.didRefuse(refusal, ticket, account: account)
            case .unavailable(let refusal):
                self.retry(ticket, account, client.endpoint, "\(refusal)")
            case .unknown(let reason):
                self.retry(ticket, account, client.endpoint, reason)
            }
        }
    }

    private func didRefuse(_ refusal: Refusal, _ ticket: OrderTicket, account: Int) {
        let entry = journal.entries[ticket.clientOrderID]
        if refusal.code == Self.untimely { untimelyCount += 1 }
        let isDuplicate = refusal.code == -2010 && refusal.message.hasPrefix("Duplicate")
        if isDuplicate, let entry, entry.attempts > 1, !entry.isAcknowledged {
            // Another try was carried out and its answer is not here: ask what became of it.
            lookUp(ticket, account: account)
        } else {
            journal.entries[ticket.clientOrderID]?.settleCopy(.refused(refusal))
        }
    }

    private func lookUp(_ ticket: OrderTicket, account: Int) {
        guard let client = nextClient() else {
            return later { self.lookUp(ticket, account: account) }
        }
        let id = ticket.clientOrderID
        client.order(id, symbol: ticket.symbol, key: keys[account]) { outcome in
            switch outcome {
            case .acknowledged(let answer):
                // It may still fill: only what is final binds the exchange.
                self.journal.entries[id]?.settleCopy(.acknowledged(answer))
            case .refused(let refusal):
                self.journal.entries[id]?.settleCopy(.refused(refusal))
            case .unavailable(let refusal):
                self.note(client.endpoint, "\(refusal)")
                self.later { self.lookUp(ticket, account: account) }
            case .unknown(let reason):
                self.note(client.endpoint, reason)
                self.later { self.lookUp(ticket, account: account) }
            }
        }
    }

    private func retry(
        _ ticket: OrderTicket,
        _ account: Int,
        _ endpoint: Endpoint,
        _ reason: String
    ) {
        note(endpoint, reason)
        let attempts = journal.entries[ticket.clientOrderID]?.attempts ?? 0
        guard attempts < Self.attemptsMax else { return }
        later { self.place(ticket, account: account) }
    }

    // MARK: Cancels

    private func beginCancel(_ id: String) {
        // A cancel of what is not acknowledged would race its placement.
        guard let entry = journal.entries[id], entry.isAcknowledged, entry.copiesInFlight == 0
        else { return }
        journal.entries[id]?.cancellation = .pending
        cancel(id, entry, attempt: 1)
    }

    private func cancel(_ id: String, _ entry: JournalEntry, attempt: Int) {
        guard attempt < Self.attemptsMax else { return }
        guard let client = nextClient() else {
            return later { self.cancel(id, entry, attempt: attempt) }
        }
        let sent = loop.nowNanoseconds
        client.cancel(id, symbol: entry.symbol, key: keys[entry.account]) { outcome in
            self.latencies.append(self.loop.nowNanoseconds - sent)
            switch outcome {
            case .acknowledged(let answer):
                self.journal.entries[id]?.cancellation = .acknowledged(answer)
            case .refused:
                self.journal.entries[id]?.cancellation = .late
            case .unavailable(let refusal):
                self.note(client.endpoint, "\(refusal)")
                self.later { self.cancel(id, entry, attempt: attempt + 1) }
            case .unknown(let reason):
                self.note(client.endpoint, reason)
                self.later { self.cancel(id, entry, attempt: attempt + 1) }
            }
        }
    }

    // MARK: Connections

    private func nextClient() -> PublicClient? {
        for _ in lanes.indices {
            turn = (turn + 1) % lanes.count
            if lanes[turn].isOpen { return lanes[turn].client }
        }
        return nil
    }

    private func later(_ body: @escaping () -> Void) {
        loop.schedule(afterMilliseconds: Self.retryMilliseconds, body)
    }

    private func note(_ endpoint: Endpoint, _ reason: String) {
        failures[endpoint, default: 0] += 1
        if firstFailure[endpoint] == nil { firstFailure[endpoint] = reason }
    }
}
