import MarketData
import Testing
import Trading

@testable import API

/// A generator with a seed (an xorshift), so that a failure can be run again.
struct StreamGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

/// A client's book, kept as every client library does it: snapshot, then events without a hole.
private struct ClientBook {
    var lastUpdateID: Int64
    var bids: [String: String] = [:]
    var asks: [String: String] = [:]

    init(_ book: DepthMirror) {
        lastUpdateID = book.lastUpdateID
        for level in book.depth(limit: .max).bids { bids[text(level)[0]] = text(level)[1] }
        for level in book.depth(limit: .max).asks { asks[text(level)[0]] = text(level)[1] }
    }

    mutating func apply(_ event: Payload, isFirst: Bool) {
        let first = event.U ?? 0
        #expect(isFirst ? first <= lastUpdateID + 1 : first == lastUpdateID + 1)
        #expect((event.u ?? 0) >= first)
        lastUpdateID = event.u ?? 0
        for level in event.b?.levels ?? [] { Self.put(level, &bids) }
        for level in event.a?.levels?.levels ?? [] { Self.put(level, &asks) }
    }

    private static func put(_ level: [String], _ side: inout [String: String]) {
        side[level[0]] = level[1] == "0.00000000" ? nil : level[1]
    }
}

private func text(_ level: DepthLevel) -> [String] {
    [
        FixedPoint.text(level.price.ticks * 1_000_000),
        FixedPoint.text(level.quantity.lots * 100_000),
    ]
}

@Suite struct StreamDepthTests {
    @Test func changedLevelsComeOncePerPeriod() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@depth@100ms")
        try fixture.open(2, "/ws/btcusdt@depth")
        fixture.advance(milliseconds: 1000)
        #expect(fixture.output.deliveries.isEmpty)
        try fixture.level(.buy, 100, 5)
        try fixture.level(.buy, 101, 5)
        try fixture.level(.buy, 100, 0)
        fixture.advance(milliseconds: 100)
        try fixture.level(.sell, 200, 1)
        fixture.advance(milliseconds: 1000)
        let output = fixture.output
        let fast = try fixture.take(1)
        #expect(fast.map(\.U) == [1, 4])
        #expect(fast.map(\.u) == [3, 4])
        #expect(
            fast.first?.b?.levels
                == [["1.01000000", "0.00500000"], ["1.00000000", "0.00000000"]]
        )
        fixture.output = output
        let slow = try fixture.take(2)
        #expect(slow.map(\.U) == [1])
        #expect(slow.map(\.u) == [4])
        #expect(slow.first?.a?.levels?.levels == [["2.00000000", "0.00100000"]])
    }

    @Test(arguments: (1...20).map { UInt64($0) })
    func booksOfClientsNeverHaveAHole(_ seed: UInt64) throws {
        var generator = StreamGenerator(seed: seed)
        let fixture = HubFixture()
        // Someone is there before, so that the client joins a stream that is under way.
        try fixture.open(9, "/ws/btcusdt@depth/btcusdt@depth@100ms")
        let names = ["btcusdt@depth@100ms", "btcusdt@depth"]
        var clients: [Int: (book: ClientBook, isFirst: Bool)] = [:]
        for step in 0..<400 {
            switch generator.next() % 40 {
            case 0: try resync(fixture, &generator)
            case 1 where clients.count < 6:
                try fixture.open(step, "/ws/\(names[Int(generator.next() % 2)])")
                clients[step] = (ClientBook(fixture.markets[0].book), true)
            case 2...9: fixture.advance(milliseconds: 50 * Int64(generator.next() % 30))
            default: try randomLevel(fixture, &generator)
            }
            try deliver(fixture, &clients)
        }
        fixture.advance(milliseconds: 1000)
        try deliver(fixture, &clients)
        let truth = ClientBook(fixture.markets[0].book)
        #expect(!clients.isEmpty)
        for client in clients.values {
            #expect(client.book.bids == truth.bids, "seed \(seed)")
            #expect(client.book.asks == truth.asks, "seed \(seed)")
        }
    }

    private func deliver(
        _ fixture: HubFixture,
        _ clients: inout [Int: (book: ClientBook, isFirst: Bool)]
    ) throws {
        for delivery in fixture.output.deliveries {
            let event = try payload(delivery.payload)
            for connection in delivery.connections {
                guard let client = clients[connection], let last = event.u else { continue }
                // As all clients do: events the snapshot has already are passed over.
                if client.isFirst, last <= client.book.lastUpdateID { continue }
                clients[connection]?.book.apply(event, isFirst: client.isFirst)
                clients[connection]?.isFirst = false
            }
        }
        fixture.output.removeAll()
    }

    private func randomLevel(
        _ fixture: HubFixture,
        _ generator: inout StreamGenerator
    ) throws {
        let event = randomChange(fixture.markets[0], &generator)
        try fixture.publish(event)
    }

    private func randomChange(
        _ market: PairMarket,
        _ generator: inout StreamGenerator
    ) -> MarketEvent {
        let lots = Int64(generator.next() % 6)
        let side: Side = generator.next() % 2 == 0 ? .buy : .sell
        return change(market, side, Int64(generator.next() % 30) + 1, max(lots - 2, 0))
    }

    /// The router misses some events and takes a snapshot that has them.
    private func resync(_ fixture: HubFixture, _ generator: inout StreamGenerator) throws {
        let old = fixture.markets[0]
        var new = old
        for _ in 0..<generator.next() % 30 { try new.apply(randomChange(new, &generator)) }
        let snapshot = PairMarket(
            history: new.history,
            book: DepthMirror(new.book.depth(limit: .max)),
            phase: .continuous
        )
        fixture.markets[0] = snapshot
        let lost = fixture.hub.resync(
            old: old,
            new: snapshot,
            now: fixture.now,
            to: &fixture.output
        )
        #expect(lost.isEmpty)
    }

    @Test func missedTradesComeOutOfTheSnapshot() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@trade")
        try fixture.open(2, "/ws/btcusdt@aggTrade")
        try fixture.trade(100, 1)
        fixture.flush()
        let old = fixture.markets[0]
        var new = old
        for ticks: Int64 in [101, 102, 103] {
            try new.apply(tradeEvent(new, ticks, 1, fixture.now))
        }
        fixture.markets[0] = new
        let lost = fixture.hub.resync(old: old, new: new, now: fixture.now, to: &fixture.output)
        #expect(lost.isEmpty)
        let output = fixture.output
        #expect(try fixture.take(1).map(\.t) == [1, 2, 3, 4])
        fixture.output = output
        #expect(try fixture.take(2).map(\.a?.number) == [1, 2, 3, 4])
    }

    @Test func listenersOfLostTradesAreCut() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@trade")
        try fixture.open(2, "/ws/btcusdt@depth@100ms")
        let old = fixture.markets[0]
        var new = old
        for _ in 0...TradeHistory.tradesMax {
            try new.apply(tradeEvent(new, 100, 1, fixture.now))
        }
        try new.apply(change(new, .buy, 100, 1))
        fixture.markets[0] = new
        let lost = fixture.hub.resync(old: old, new: new, now: fixture.now, to: &fixture.output)
        #expect(lost == [1])
        #expect(fixture.hub.connectionCount == 1)
        fixture.advance(milliseconds: 100)
        #expect(try fixture.take(1).isEmpty)
    }

    @Test func aBookThatWentBackCutsItsListeners() throws {
        let fixture = HubFixture(["BTCUSDT", "ETHUSDT"])
        try fixture.level(.buy, 100, 1)
        try fixture.open(1, "/ws/btcusdt@depth")
        try fixture.open(2, "/ws/ethusdt@depth")
        let old = fixture.markets[0]
        let new = PairMarket(instrument: old.instrument)
        let lost = fixture.hub.resync(old: old, new: new, now: fixture.now, to: &fixture.output)
        #expect(lost == [1])
    }
}
