import FoundationEssentials
import MarketData
import Testing
import Trading

@testable import API

/// The members of any payload that tests look at; all optional.
struct Payload: Decodable, Equatable {
    struct Kline: Decodable, Equatable {
        var t: Int64
        var T: Int64
        var x: Bool
        var n: Int64
        var c: String
        var i: String
    }

    var e: String?
    var E: Int64?
    var s: String?
    var U: Int64?
    var u: Int64?
    var b: Levels?
    var a: Either?
    var t: Int64?
    var p: String?
    var q: String?
    var f: Int64?
    var l: Either?
    var k: Kline?
    var c: String?
    var lastUpdateId: Int64?
    var bids: [[String]]?
    var asks: [[String]]?
}

/// `b` is a list of levels in some payloads and a price in others.
struct Levels: Decodable, Equatable {
    var levels: [[String]] = []
    var text = ""

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let levels = try? container.decode([[String]].self) {  // The other form is tried next.
            self.levels = levels
        } else {
            text = try container.decode(String.self)
        }
    }
}

/// `a` is a number, a price or a list of levels.
struct Either: Decodable, Equatable {
    var number: Int64?
    var levels: Levels?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        number = try? container.decode(Int64.self)  // The other form is tried next.
        if number == nil { levels = try container.decode(Levels.self) }
    }
}

struct WrappedPayload: Decodable {
    var stream: String
    var data: Payload
}

func payload(_ json: [UInt8]) throws -> Payload {
    try JSONDecoder().decode(Payload.self, from: Data(json))
}

/// A hub with its markets, driven by events and a virtual clock.
final class HubFixture {
    var hub: StreamHub
    var markets: [PairMarket]
    var now = Timestamp(microseconds: 1_700_000_040_000_000)
    var output = StreamOutput()

    init(_ symbols: [String] = ["BTCUSDT"]) {
        let instruments = symbols.enumerated().map { instrument($1, UInt16($0)) }
        hub = StreamHub(instruments: instruments)
        markets = instruments.map { PairMarket(instrument: $0) }
    }

    func open(_ connection: Int, _ target: String) throws {
        hub.open(connection, try #require(StreamPath(target)), markets: markets, now: now)
    }

    func receive(_ text: String, from connection: Int) -> String {
        let answer = hub.receive(Array(text.utf8), from: connection, markets: markets, now: now)
        return String(decoding: answer, as: UTF8.self)
    }

    func publish(_ event: MarketEvent, pair: Int = 0) throws {
        try markets[pair].apply(event)
        hub.publish(event, markets: markets, now: now, to: &output)
    }

    func level(_ side: Side, _ ticks: Int64, _ lots: Int64, pair: Int = 0) throws {
        try publish(change(markets[pair], side, ticks, lots), pair: pair)
    }

    func trade(
        _ ticks: Int64,
        _ lots: Int64,
        isBuyerMaker: Bool = false,
        pair: Int = 0
    ) throws {
        try publish(tradeEvent(markets[pair], ticks, lots, now, isBuyerMaker), pair: pair)
    }

    func flush() {
        hub.flush(markets: markets, now: now, to: &output)
    }

    func count(_ connection: Int) -> Bool { hub.countMessage(connection, now: now) }

    /// Lets time pass in steps of 50 ms.
    func advance(milliseconds: Int64) {
        for _ in 0..<milliseconds / 50 {
            now = Timestamp(microseconds: now.microseconds + 50_000)
            hub.tick(markets: markets, now: now, to: &output)
        }
    }

    /// What a connection was sent since the last time, in order.
    func take(_ connection: Int) throws -> [Payload] {
        defer { output.removeAll() }
        return try output.deliveries.filter { $0.connections.contains(connection) }
            .map { try payload($0.payload) }
    }
}

func instrument(_ symbol: String, _ id: UInt16) -> Instrument {
    Instrument(
        id: InstrumentID(id),
        symbol: symbol,
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 1_000_000,
        lotUnits: 100_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1_000_000_000),
        quantityMin: Quantity(lots: 1),
        quantityMax: Quantity(lots: 1_000_000_000),
        marketQuantityMax: .zero,
        notionalMin: .zero,
        notionalMax: Amount(units: .max),
        bidMultiplierUp: 0,
        bidMultiplierDown: 0,
        askMultiplierUp: 0,
        askMultiplierDown: 0,
        marketBand: 0,
        openOrdersMax: 200,
        makerRate: 0,
        takerRate: 0,
        defaultSelfTradePrevention: .expireMaker
    )
}

func change(_ market: PairMarket, _ side: Side, _ ticks: Int64, _ lots: Int64) -> MarketEvent {
    .level(
        LevelChange(
            instrument: market.instrument.id,
            side: side,
            price: Price(ticks: ticks),
            quantity: Quantity(lots: lots),
            updateID: market.book.lastUpdateID + 1
        )
    )
}

func tradeEvent(
    _ market: PairMarket,
    _ ticks: Int64,
    _ lots: Int64,
    _ time: Timestamp,
    _ isBuyerMaker: Bool = false
) -> MarketEvent {
    let price = Price(ticks: ticks)
    let quantity = Quantity(lots: lots)
    return .trade(
        Trade(
            instrument: market.instrument.id,
            id: TradeID(market.history.lastTradeID.rawValue + 1),
            price: price,
            quantity: quantity,
            quoteAmount: market.instrument.notional(price, quantity) ?? .zero,
            time: time,
            isBuyerMaker: isBuyerMaker
        )
    )
}
