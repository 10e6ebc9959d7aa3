import Testing
import Trading

@testable import Matching

@Suite struct BookEngineTests {
    private typealias Kind = BookEvent.Kind

    /// An engine of two pairs and what has not been read of its events.
    private struct Rig: ~Copyable {
        var engine = BookEngine(
            instruments: 2,
            ordersMax: 4,
            ordersReserved: 4,
            eventsMax: 100
        )
        var read: UInt64 = 0

        mutating func events() -> [BookEvent] {
            defer { read = engine.eventCount }
            return (read..<engine.eventCount).map { engine.event($0) }
        }
    }

    private static func event(
        _ kind: Kind,
        _ sequence: UInt64,
        _ side: Side = .buy,
        account: UInt32 = 0,
        order: Int64,
        counterparty: Int64 = 0,
        price: Int64 = 0,
        lots: Int64 = 0,
        remaining: Int64 = 0,
        levelLots: Int64 = 0
    ) -> BookEvent {
        BookEvent(
            kind: kind,
            sideCode: side.rawValue,
            instrument: 1,
            account: account,
            sequence: sequence,
            order: order,
            counterparty: counterparty,
            price: price,
            lots: lots,
            remaining: remaining,
            levelLots: levelLots
        )
    }

    @Test func crossingOrderTradesAndItsRestRests() {
        var rig = Rig()
        rig.engine.add(1, 1, account: 7, .sell, at: 100, lots: 5)
        rig.engine.add(1, 2, account: 8, .sell, at: 100, lots: 6)
        rig.engine.add(1, 3, account: 9, .buy, at: 101, lots: 15)
        let expected = [
            Self.event(
                .accepted,
                0,
                .sell,
                account: 7,
                order: 1,
                price: 100,
                lots: 5,
                remaining: 5,
                levelLots: 5
            ),
            Self.event(
                .accepted,
                1,
                .sell,
                account: 8,
                order: 2,
                price: 100,
                lots: 6,
                remaining: 6,
                levelLots: 11
            ),
            Self.event(
                .trade,
                2,
                .sell,
                account: 7,
                order: 1,
                counterparty: 3,
                price: 100,
                lots: 5,
                levelLots: 6
            ),
            Self.event(
                .trade,
                3,
                .sell,
                account: 8,
                order: 2,
                counterparty: 3,
                price: 100,
                lots: 6
            ),
            Self.event(
                .accepted,
                4,
                account: 9,
                order: 3,
                price: 101,
                lots: 15,
                remaining: 4,
                levelLots: 4
            ),
        ]
        expectEqual(rig.events(), expected)
        expectEqual(rig.engine.restingOrders, 1)
        expectEqual(rig.engine.restingLots, 4)
        expectEqual(rig.engine.best(1, .buy), 101)
        expectEqual(rig.engine.best(1, .sell), 0)
        expectEqual(rig.engine.best(0, .buy), 0)
        expectEqual(rig.engine.lots(1, .buy, at: 101), 4)
    }

    @Test func restOfATakerExpires() {
        var rig = Rig()
        rig.engine.add(1, 1, account: 7, .buy, at: 100, lots: 5)
        rig.engine.take(1, 2, account: 8, .sell, at: 101, lots: 1)
        rig.engine.take(1, 3, account: 8, .sell, at: 100, lots: 2)
        rig.engine.take(1, 4, account: 8, .sell, at: 0, lots: 9)
        rig.engine.add(1, 5, account: 7, .sell, at: 1 << 50, lots: 1)
        rig.engine.take(1, 6, account: 8, .buy, at: 0, lots: 1)
        let events = rig.events()
        expectEqual(
            events.map(\.kind),
            [
                .accepted, .expired, .trade, .filled, .trade, .expired, .accepted, .trade, .filled,
            ]
        )
        expectEqual(events.map(\.remaining), [5, 1, 3, 0, 0, 6, 1, 0, 0])
        expectEqual(rig.engine.restingOrders, 0)
    }

    @Test func replacementLosesItsPlaceAndMayTrade() {
        var rig = Rig()
        for id in 1...Int64(2) { rig.engine.add(1, id, account: 7, .buy, at: 100, lots: 5) }
        rig.engine.replace(1, 1, at: 100, lots: 5)
        rig.engine.add(1, 3, account: 8, .sell, at: 103, lots: 4)
        rig.engine.replace(1, 3, at: 100, lots: 6)
        _ = rig.events()
        rig.engine.add(1, 4, account: 8, .sell, at: 104, lots: 1)
        rig.engine.replace(1, 4, at: 1, lots: 4)
        let expected = [
            Self.event(
                .accepted,
                7,
                .sell,
                account: 8,
                order: 4,
                price: 104,
                lots: 1,
                remaining: 1,
                levelLots: 1
            ),
            Self.event(
                .trade,
                8,
                account: 7,
                order: 1,
                counterparty: 4,
                price: 100,
                lots: 4
            ),
            Self.event(
                .replaced,
                9,
                .sell,
                account: 8,
                order: 4,
                counterparty: 104,
                price: 1
            ),
        ]
        expectEqual(rig.events(), expected)
        expectEqual(rig.engine.restingOrders, 0)
    }

    @Test func replacementTellsBothLevels() {
        var rig = Rig()
        for id in 1...Int64(3) { rig.engine.add(1, id, account: 7, .buy, at: 100, lots: id) }
        rig.engine.add(1, 4, account: 7, .buy, at: 99, lots: 10)
        rig.engine.replace(1, 2, at: 99, lots: 30)
        let last = rig.events().last
        expectEqual(last?.priceBefore, 100)
        expectEqual(last?.levelLotsBefore, 4)
        expectEqual(last?.price, 99)
        expectEqual(last?.levelLots, 40)
        expectEqual(last?.remaining, 30)
    }

    @Test func reductionKeepsItsPlaceAndTakingAllCancels() {
        var rig = Rig()
        for id in 1...Int64(2) { rig.engine.add(1, id, account: 7, .sell, at: 100, lots: 5) }
        rig.engine.reduce(1, 1, by: 3)
        rig.engine.take(1, 3, account: 8, .buy, at: 100, lots: 1)
        rig.engine.reduce(1, 1, by: 1)
        rig.engine.cancel(1, 2)
        let events = Array(rig.events().dropFirst(2))
        expectEqual(events.map(\.kind), [.reduced, .trade, .filled, .canceled, .canceled])
        expectEqual(events.map(\.order), [1, 1, 3, 1, 2])
        expectEqual(events.map(\.lots), [3, 1, 1, 1, 5])
        expectEqual(events.map(\.levelLots), [7, 6, 0, 5, 0])
        expectEqual(events.map(\.side), [.sell, .sell, .buy, .sell, .sell])
    }

    @Test func badInputIsRefusedWithoutEffect() {
        var rig = Rig()
        rig.engine.add(1, 5, account: 1, .buy, at: 10, lots: 3)
        _ = rig.events()
        for pair in [-1, 2, 1 << 32 + 1, Int.max] {
            rig.engine.add(pair, 6, account: 1, .buy, at: 10, lots: 3)
            rig.engine.take(pair, 6, account: 1, .buy, at: 10, lots: 3)
            rig.engine.cancel(pair, 5)
            rig.engine.replace(pair, 5, at: 10, lots: 3)
            rig.engine.reduce(pair, 5, by: 1)
        }
        for bad in [Int64.min, -1, 0, 1 << 60, Int64.max] {
            rig.engine.add(1, bad, account: 1, .buy, at: 10, lots: 3)
            rig.engine.add(1, 6, account: 1, .buy, at: bad, lots: 3)
            rig.engine.add(1, 6, account: 1, .buy, at: 10, lots: bad)
            rig.engine.take(1, 6, account: 1, .sell, at: 10, lots: bad)
            rig.engine.replace(1, 5, at: bad, lots: 3)
            rig.engine.replace(1, 5, at: 10, lots: bad)
            rig.engine.reduce(1, 5, by: bad)
        }
        rig.engine.reduce(1, 5, by: 4)
        rig.engine.take(1, 6, account: 1, .sell, at: -1, lots: 3)
        let events = rig.events()
        expectEqual(events.count, 57)
        expectEqual(events.allSatisfy { $0.kind == .malformed }, true)
        expectEqual(rig.engine.restingLots, 3)
    }

    @Test func unknownAndDoubleIdsAreRefused() {
        var rig = Rig()
        rig.engine.add(1, 5, account: 1, .buy, at: 10, lots: 3)
        rig.engine.add(1, 5, account: 1, .sell, at: 10, lots: 3)
        rig.engine.cancel(0, 5)
        rig.engine.cancel(1, 6)
        rig.engine.cancel(1, -1)
        rig.engine.replace(1, Int64.max, at: 1, lots: 1)
        rig.engine.reduce(1, 5 + 1 << 32, by: 1)
        rig.engine.cancel(1, 5)
        rig.engine.cancel(1, 5)
        expectEqual(
            rig.events().map(\.kind),
            [
                .accepted, .duplicateOrder, .unknownOrder, .unknownOrder, .unknownOrder,
                .unknownOrder, .unknownOrder, .canceled, .unknownOrder,
            ]
        )
    }

    @Test func fullBookRefusesWhatMayRest() {
        var rig = Rig()
        for id in 1...Int64(5) { rig.engine.add(1, id, account: 1, .buy, at: 10, lots: 1) }
        rig.engine.add(0, 6, account: 1, .buy, at: 10, lots: 1)
        rig.engine.take(1, 7, account: 1, .sell, at: 10, lots: 1)
        rig.engine.add(1, 8, account: 1, .buy, at: 10, lots: 1)
        let kinds = rig.events().map(\.kind)
        expectEqual(kinds[3...], [.accepted, .bookFull, .accepted, .trade, .filled, .accepted])
    }

    @Test func ringKeepsTheLatestEvents() {
        var engine = BookEngine(instruments: 1, ordersMax: 4, ordersReserved: 4, eventsMax: 5)
        expectEqual(engine.eventsMax, 8)
        for id in 1...Int64(20) { engine.cancel(0, id) }
        expectEqual(engine.eventCount, 20)
        for sequence in UInt64(12)..<20 {
            expectEqual(engine.event(sequence).sequence, sequence)
            expectEqual(engine.event(sequence).order, Int64(sequence) + 1)
        }
    }

    @Test func releasedEventsMakeRoomForAsManyAsTheRingHolds() {
        var engine = BookEngine(instruments: 1, ordersMax: 4, ordersReserved: 4, eventsMax: 8)
        for id in 1...Int64(5) { engine.cancel(0, id) }
        engine.releaseEvents()
        for id in 6...Int64(13) { engine.cancel(0, id) }
        expectEqual(engine.eventCount, 13)
        for sequence in UInt64(5)..<13 {
            expectEqual(engine.event(sequence).sequence, sequence)
            expectEqual(engine.event(sequence).order, Int64(sequence) + 1)
        }
        engine.cancel(0, 14)
        expectEqual(engine.event(13).order, 14)
        expectEqual(engine.event(6).order, 7)
    }
}
