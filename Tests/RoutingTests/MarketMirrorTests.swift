import MarketData
import Routing
import Testing
import Trading
import Wire

private final class Recorder: MarketObserver {
    var applied: [MarketEvent] = []
    var replacedCount = 0
    var batchCount = 0

    func applied(_ event: MarketEvent, _ markets: [PairMarket]) { applied.append(event) }
    func replaced(_ old: PairMarket, by new: PairMarket) { replacedCount += 1 }
    func finishedBatch(_ markets: [PairMarket]) { batchCount += 1 }
}

@Suite struct MarketMirrorTests {
    private var mirror = MarketMirror()
    private var markets = [PairMarket(instrument: Self.instrument)]
    private let recorder = Recorder()

    private static let instrument = Instrument(
        id: InstrumentID(0),
        symbol: "BTCUSDT",
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 100_000_000,
        lotUnits: 100_000_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1000),
        quantityMin: Quantity(lots: 1),
        quantityMax: Quantity(lots: 1000),
        marketQuantityMax: Quantity(lots: 0),
        notionalMin: .zero,
        notionalMax: Amount(units: .max),
        bidMultiplierUp: 0,
        bidMultiplierDown: 0,
        askMultiplierUp: 0,
        askMultiplierDown: 0,
        marketBand: 0,
        openOrdersMax: 100,
        makerRate: 0,
        takerRate: 0,
        defaultSelfTradePrevention: .none
    )

    private func level(_ updateID: Int64, lots: Int64 = 5, instrument: UInt16 = 0) -> MarketEvent {
        .level(
            LevelChange(
                instrument: InstrumentID(instrument),
                side: .buy,
                price: Price(ticks: 10),
                quantity: Quantity(lots: lots),
                updateID: updateID
            )
        )
    }

    private func snapshot(_ position: UInt64, updateID: Int64) -> FeedMessage {
        var writer = ByteWriter()
        TradeHistory(instrument: Self.instrument).encode(into: &writer)
        let pair = PairSnapshot(
            instrument: InstrumentID(0),
            phase: .continuous,
            updateID: updateID,
            bids: [PriceLevel(price: Price(ticks: 9), quantity: Quantity(lots: 2))],
            asks: [],
            history: writer.bytes
        )
        return .snapshot(position: SequenceNumber(position), [pair])
    }

    private func events(_ first: UInt64, _ events: [MarketEvent]) -> FeedMessage {
        .events(first: SequenceNumber(first), events)
    }

    private mutating func receive(_ message: FeedMessage) -> [MirrorEffect] {
        var effects: [MirrorEffect] = []
        mirror.received(
            message,
            now: 0,
            markets: &markets,
            observer: recorder,
            effects: &effects
        )
        return effects
    }

    private mutating func wait(_ position: UInt64, _ token: UInt64) -> [MirrorEffect] {
        var effects: [MirrorEffect] = []
        let position = SequenceNumber(position)
        mirror.wait(for: position, token: token, deadline: 100, effects: &effects)
        return effects
    }

    @Test mutating func followsASnapshotWithEvents() {
        #expect(receive(snapshot(4, updateID: 3)).isEmpty)
        #expect(mirror.position == SequenceNumber(4))
        #expect(receive(events(5, [level(4), level(5, lots: 1)])).isEmpty)
        #expect(mirror.position == SequenceNumber(6))
        #expect(markets[0].book.depth(limit: 9).bids.map(\.quantity.lots) == [1, 2])
        #expect(recorder.replacedCount == 1)
        #expect(recorder.applied.count == 2)
        #expect(recorder.batchCount == 2)
    }

    @Test mutating func aHoleOrARepeatAsksAgain() {
        _ = receive(snapshot(4, updateID: 3))
        #expect(receive(events(6, [level(5)])) == [.resync])
        #expect(receive(events(4, [level(3)])) == [.resync])
        #expect(recorder.applied.isEmpty)
        #expect(mirror.position == SequenceNumber(4))
    }

    @Test mutating func eventsBeforeASnapshotAskForOne() {
        #expect(receive(events(1, [level(1)])) == [.resync])
        #expect(mirror.position == nil)
    }

    @Test mutating func aBookThatDoesNotGoOnAsksForASnapshot() {
        _ = receive(snapshot(4, updateID: 3))
        #expect(receive(events(5, [level(9)])) == [.resync])
        #expect(mirror.position == nil)
    }

    @Test mutating func aHeartbeatTellsWhatWasMissed() {
        #expect(receive(.heartbeat(position: SequenceNumber(9))).isEmpty)
        _ = receive(snapshot(4, updateID: 3))
        #expect(receive(.heartbeat(position: SequenceNumber(4))).isEmpty)
        #expect(receive(.heartbeat(position: SequenceNumber(5))) == [.resync])
    }

    @Test mutating func unknownPairsAreCountedAndLeftOut() {
        _ = receive(snapshot(4, updateID: 3))
        #expect(receive(events(5, [level(1, instrument: 7), level(4)])).isEmpty)
        #expect(mirror.position == SequenceNumber(6))
        #expect(recorder.applied.count == 1)
    }

    @Test mutating func anArrivalIsToldAtOnce() {
        let arrival = PairArrival(
            instrument: InstrumentID(0),
            generation: 3,
            updateID: 9,
            lastTradeID: TradeID(0)
        )
        _ = receive(snapshot(4, updateID: 3))
        #expect(receive(events(5, [.arrival(arrival)])) == [.arrived(arrival)])
        #expect(mirror.isHolding, "other events of the pair come from the shard it left")
    }

    @Test mutating func aReplicaThatIsBehindIsNotFollowed() {
        _ = receive(snapshot(4, updateID: 3))
        _ = receive(events(5, [level(4)]))
        mirror.forget()
        #expect(receive(snapshot(4, updateID: 3)) == [.resync])
        #expect(mirror.position == nil)
        #expect(receive(snapshot(5, updateID: 4)).isEmpty)
        #expect(mirror.position == SequenceNumber(5))
    }

    @Test mutating func readsWaitForTheirPosition() {
        #expect(wait(5, 1).isEmpty)
        _ = receive(snapshot(4, updateID: 3))
        #expect(wait(4, 2) == [.ready(token: 2, isCurrent: true)])
        #expect(receive(events(5, [level(4)])) == [.ready(token: 1, isCurrent: true)])
        #expect(receive(events(6, [level(5)])).isEmpty)
    }

    @Test mutating func readsAreGivenUpAtTheirDeadline() {
        #expect(wait(5, 1).isEmpty)
        var effects: [MirrorEffect] = []
        mirror.tick(now: 99, effects: &effects)
        #expect(effects.isEmpty)
        mirror.tick(now: 100, effects: &effects)
        mirror.tick(now: 101, effects: &effects)
        #expect(effects == [.ready(token: 1, isCurrent: false)])
    }

    @Test mutating func waitingReadsAreBounded() {
        for token in 0..<UInt64(MarketMirror.waitersMax) { _ = wait(5, token) }
        #expect(wait(5, 99) == [.ready(token: 99, isCurrent: false)])
    }
}
