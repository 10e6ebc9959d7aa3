import Testing
import Trading

@testable import Matching

@Suite struct BookBatchTests {
    /// Messages at few prices about few orders, so that those of a group meet each other; some
    /// are nonsense.
    private static func messages(_ count: Int, _ random: inout SeededGenerator) -> [BookMessage] {
        (0..<count).map { step in
            let kinds: [BookMessage.Kind] = [.add, .add, .add, .take, .cancel, .replace, .reduce]
            let isOdd = random.chance(4)
            return BookMessage(
                random.pick(kinds),
                UInt16(random.number(in: 0...(isOdd ? 4 : 2))),
                random.number(in: (isOdd ? -1 : 1)...Int64(20 + step / 4)),
                account: UInt32(random.number(in: 0...9)),
                random.pick([.buy, .sell]),
                at: isOdd ? random.pick([0, -1, 1 << 50, 1 << 53]) : random.number(in: 90...110),
                lots: random.number(in: (isOdd ? -1 : 1)...20)
            )
        }
    }

    private static func engine() -> BookEngine {
        BookEngine(instruments: 3, ordersMax: 24, ordersReserved: 8, eventsMax: 1 << 14)
    }

    /// The same by the methods for one message.
    private static func apply(_ message: BookMessage, to engine: inout BookEngine) {
        let (pair, id, account) = (Int(message.instrument), message.id, message.account)
        let (side, price, lots) = (message.side, message.price, message.lots)
        switch message.kind {
        case .add: engine.add(pair, id, account: account, side, at: price, lots: lots)
        case .take: engine.take(pair, id, account: account, side, at: price, lots: lots)
        case .cancel: engine.cancel(pair, id)
        case .replace: engine.replace(pair, id, at: price, lots: lots)
        case .reduce: engine.reduce(pair, id, by: lots)
        }
    }

    @Test(arguments: BookSeeds.all)
    func batchOfAnySizeDoesWhatItsMessagesDoAlone(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let messages = Self.messages(3000, &random)
        var one = Self.engine()
        var batched = Self.engine()
        for message in messages { Self.apply(message, to: &one) }
        var rest = messages[...]
        while !rest.isEmpty {
            let size = min(Int(random.number(in: 0...100)), rest.count)
            batched.apply(Array(rest.prefix(size)).span)
            rest = rest.dropFirst(size)
        }
        try requireEqual(batched.eventCount, one.eventCount, "CASTLE_SEED=\(seed)")
        for sequence in 0..<one.eventCount {
            let (event, expected) = (batched.event(sequence), one.event(sequence))
            try requireEqual(event, expected, "CASTLE_SEED=\(seed), event \(sequence)")
        }
        expectEqual(batched.restingLots, one.restingLots)
    }

    @Test func messageThatWasNotFetchedIsAppliedAllTheSame() {
        var engine = BookEngine(instruments: 2, ordersMax: 900, ordersReserved: 8, eventsMax: 2000)
        for id in 1...Int64(900) { engine.add(1, id, account: 1, .buy, at: 100, lots: 1) }
        engine.add(0, 900, account: 1, .buy, at: 100, lots: 1)
        func cancel(_ pair: UInt16) -> BookMessage {
            BookMessage(.cancel, pair, 900, account: 1, .buy, at: 0, lots: 0)
        }
        // The other book has no slot of that number.
        engine.fetch([cancel(1)].span)
        engine.apply(cancel(0), fetched: 0)
        engine.apply(cancel(1), fetched: BookEngine.groupSize - 1)
        engine.apply(cancel(1), fetched: 0)
        expectEqual(engine.event(901).kind, .canceled)
        expectEqual(engine.event(902).kind, .canceled)
        expectEqual(engine.event(903).kind, .unknownOrder)
        expectEqual(engine.restingOrders, 899)
    }

    @Test func flowMeetsEveryOutcome() {
        var random = SeededGenerator(state: 1)
        var engine = Self.engine()
        engine.apply(Self.messages(3000, &random).span)
        var kinds: Set<UInt8> = []
        for sequence in 0..<engine.eventCount { kinds.insert(engine.event(sequence).kind.rawValue) }
        expectEqual(kinds.count, 11)
    }

    @Test func messageIsHalfACacheLine() {
        expectEqual(MemoryLayout<BookMessage>.stride, 32)
    }
}
