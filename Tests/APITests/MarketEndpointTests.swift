import MarketData
import Testing
import Trading

@testable import API

@Suite struct MarketEndpointTests {
    private struct Mirror: MarketSource {
        var markets: [InstrumentID: PairMarket]

        func market(_ id: InstrumentID) -> PairMarket? { markets[id] }
    }

    private let gateway = Fixtures.gateway
    private let mirror: Mirror

    /// Three trades, the last two of one taker, an hour and a minute before the tests' now.
    init() throws {
        var btcusdt = PairMarket(instrument: Fixtures.btcusdt)
        let hour: Int64 = 3_600_000_000
        let trades: [(Int64, Int64, Int64, Bool)] = [
            (3_000_000, 1000, hour, true), (3_000_100, 2000, 60_000_000, false),
            (3_000_100, 3000, 60_000_000, false),
        ]
        for (index, trade) in trades.enumerated() {
            let price = Price(ticks: trade.0)
            let quantity = Quantity(lots: trade.1)
            try btcusdt.apply(
                .trade(
                    Trade(
                        instrument: InstrumentID(0),
                        id: TradeID(Int64(index + 1)),
                        price: price,
                        quantity: quantity,
                        quoteAmount: Fixtures.btcusdt.notional(price, quantity) ?? .zero,
                        time: Timestamp(microseconds: Fixtures.now.microseconds - trade.2),
                        isBuyerMaker: trade.3
                    )
                )
            )
        }
        let levels: [(Side, Int64, Int64)] = [
            (.buy, 2_999_900, 500), (.buy, 3_000_000, 700), (.sell, 3_000_200, 900),
        ]
        for (index, level) in levels.enumerated() {
            try btcusdt.apply(
                .level(
                    LevelChange(
                        instrument: InstrumentID(0),
                        side: level.0,
                        price: Price(ticks: level.1),
                        quantity: Quantity(lots: level.2),
                        updateID: Int64(index + 1)
                    )
                )
            )
        }
        mirror = Mirror(markets: [
            InstrumentID(0): btcusdt,
            InstrumentID(1): PairMarket(instrument: Fixtures.ltcbtc),
        ])
    }

    private func get(_ path: String, _ query: String = "") -> APIResponse? {
        switch gateway.interpret(Fixtures.get("/api/v3/" + path, query), now: Fixtures.now) {
        case .market(_, let plan): gateway.render(plan, source: mirror)
        case .respond(let response): response
        default: nil
        }
    }

    @Test func depthIsBestFirst() {
        expect(
            get("depth", "symbol=BTCUSDT"),
            """
            {"lastUpdateId":3,"bids":[["30000.00000000","0.00700000"],
            ["29999.00000000","0.00500000"]],"asks":[["30002.00000000","0.00900000"]]}
            """
        )
        expect(
            get("depth", "symbol=BTCUSDT&limit=1"),
            """
            {"lastUpdateId":3,"bids":[["30000.00000000","0.00700000"]],
            "asks":[["30002.00000000","0.00900000"]]}
            """
        )
        expect(get("depth", "symbol=LTCBTC"), "{\"lastUpdateId\":0,\"bids\":[],\"asks\":[]}")
    }

    private static let third = """
        {"id":3,"price":"30001.00000000","qty":"0.03000000","quoteQty":"900.03000000",
        "time":1499827259559,"isBuyerMaker":false,"isBestMatch":true}
        """

    @Test func tradesAreOldestFirst() {
        expect(get("trades", "symbol=BTCUSDT&limit=1"), "[" + Self.third + "]")
        expect(
            get("historicalTrades", "symbol=BTCUSDT&fromId=2"),
            """
            [{"id":2,"price":"30001.00000000","qty":"0.02000000","quoteQty":"600.02000000",
            "time":1499827259559,"isBuyerMaker":false,"isBestMatch":true},
            """ + Self.third + "]"
        )
        expect(get("trades", "symbol=LTCBTC"), "[]")
    }

    @Test func aggregateTradesJoinOneTaker() {
        let second = """
            {"a":2,"p":"30001.00000000","q":"0.05000000","f":2,"l":3,"T":1499827259559,
            "m":false,"M":true}
            """
        expect(
            get("aggTrades", "symbol=BTCUSDT"),
            """
            [{"a":1,"p":"30000.00000000","q":"0.01000000","f":1,"l":1,"T":1499823719559,
            "m":true,"M":true},
            """ + second + "]"
        )
        expect(get("aggTrades", "symbol=BTCUSDT&fromId=2"), "[" + second + "]")
        expect(get("aggTrades", "symbol=BTCUSDT&startTime=1499823719560"), "[" + second + "]")
    }

    @Test(arguments: ["klines", "uiKlines"])
    func candlesAreArraysOfTwelve(path: String) {
        expect(
            get(path, "symbol=BTCUSDT&interval=1d&timeZone=0"),
            """
            [[1499817600000,"30000.00000000","30001.00000000","30000.00000000","30001.00000000",
            "0.06000000",1499903999999,"1800.05000000",3,"0.05000000","1500.05000000","0"]]
            """
        )
        expect(
            get(path, "symbol=BTCUSDT&interval=1m&startTime=1499827260000&limit=1"),
            """
            [[1499827260000,"30001.00000000","30001.00000000","30001.00000000","30001.00000000",
            "0.00000000",1499827319999,"0.00000000",0,"0.00000000","0.00000000","0"]]
            """
        )
    }

    @Test func averagePriceIsWeighted() {
        expect(
            get("avgPrice", "symbol=BTCUSDT"),
            "{\"mins\":5,\"price\":\"30001.00000000\",\"closeTime\":1499827259559}"
        )
    }

    private static let volumes = """
        "openPrice":"30000.00000000","highPrice":"30001.00000000","lowPrice":"30000.00000000",
        """
    private static let window = """
        "volume":"0.06000000","quoteVolume":"1800.05000000","openTime":1499740860000,
        "closeTime":1499827319559,"firstId":1,"lastId":3,"count":3}
        """

    @Test func ticker24HoursInTwoSizes() {
        let full =
            """
            {"symbol":"BTCUSDT","priceChange":"1.00000000","priceChangePercent":"0.00300000",
            "weightedAvgPrice":"30000.83333333","prevClosePrice":"30000.00000000",
            "lastPrice":"30001.00000000","lastQty":"0.03000000","bidPrice":"30000.00000000",
            "bidQty":"0.00700000","askPrice":"30002.00000000","askQty":"0.00900000",
            """ + Self.volumes + Self.window
        expect(get("ticker/24hr", "symbol=BTCUSDT"), full)
        expect(get("ticker/24hr", "symbols=[\"BTCUSDT\"]&type=FULL"), "[" + full + "]")
        expect(
            get("ticker/24hr", "symbol=BTCUSDT&type=MINI"),
            "{\"symbol\":\"BTCUSDT\"," + Self.volumes + "\"lastPrice\":\"30001.00000000\","
                + Self.window
        )
    }

    @Test func priceAndBookTickers() {
        let price = "{\"symbol\":\"BTCUSDT\",\"price\":\"30001.00000000\"}"
        expect(get("ticker/price", "symbol=BTCUSDT"), price)
        expect(
            get("ticker/price"),
            "[\(price),{\"symbol\":\"LTCBTC\",\"price\":\"0.00000000\"}]"
        )
        expect(
            get("ticker/bookTicker", "symbol=BTCUSDT"),
            """
            {"symbol":"BTCUSDT","bidPrice":"30000.00000000","bidQty":"0.00700000",
            "askPrice":"30002.00000000","askQty":"0.00900000"}
            """
        )
        expect(
            get("ticker/bookTicker", "symbols=%5B%22LTCBTC%22%5D"),
            """
            [{"symbol":"LTCBTC","bidPrice":"0.00000000","bidQty":"0.00000000",
            "askPrice":"0.00000000","askQty":"0.00000000"}]
            """
        )
    }

    @Test(arguments: [
        ("depth", "", -1102), ("depth", "symbol=X", -1121),
        ("depth", "symbol=LTCBTC&limit=0", -1130),
        ("klines", "symbol=LTCBTC", -1102), ("klines", "symbol=LTCBTC&interval=1M2", -1120),
        ("klines", "symbol=LTCBTC&interval=1D", -1120),
        ("klines", "symbol=LTCBTC&interval=1d&timeZone=%2B15:00", -1130),
        ("klines", "symbol=LTCBTC&interval=1d&startTime=-5", -1100),
        ("aggTrades", "symbol=LTCBTC&fromId=1&startTime=5", -1128),
        ("ticker/24hr", "type=mini", -1139), ("ticker/price", "symbol=A&symbols=[]", -1128),
        ("historicalTrades", "symbol=LTCBTC&fromId=x", -1100),
    ])
    func badParametersAreRefused(path: String, query: String, code: Int) {
        let response = get(path, query)
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
        #expect(response?.status == 400)
    }

    @Test func planNamesThePairsToBringUpToDate() {
        let request = Fixtures.get("/api/v3/ticker/price")
        guard case .market(let ids, let plan) = gateway.interpret(request, now: Fixtures.now) else {
            Issue.record("not market data")
            return
        }
        #expect(ids == [InstrumentID(0), InstrumentID(1)])
        #expect(gateway.render(plan, source: Mirror(markets: [:])).status == 503)
    }
}
