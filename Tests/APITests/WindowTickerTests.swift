import MarketData
import Testing
import Trading

@testable import API

@Suite struct WindowTickerTests {
    private struct Mirror: MarketSource {
        var btcusdt: PairMarket

        func market(_ id: InstrumentID) -> PairMarket? {
            id == InstrumentID(0) ? btcusdt : PairMarket(instrument: Fixtures.ltcbtc)
        }
    }

    private let mirror: Mirror

    /// One trade two hours, one a minute before the tests' now, 02:41:59 UTC on 2017-07-12.
    init() throws {
        var market = PairMarket(instrument: Fixtures.btcusdt)
        for (index, minutes) in ([120, 1] as [Int64]).enumerated() {
            let price = Price(ticks: 3_000_000 + Int64(index) * 300)
            try market.apply(
                .trade(
                    Trade(
                        instrument: InstrumentID(0),
                        id: TradeID(Int64(index + 1)),
                        price: price,
                        quantity: Quantity(lots: 1000),
                        quoteAmount: Fixtures.btcusdt.notional(price, Quantity(lots: 1000))
                            ?? .zero,
                        time: Timestamp(
                            microseconds: Fixtures.now.microseconds - minutes * 60_000_000
                        ),
                        isBuyerMaker: false
                    )
                )
            )
        }
        mirror = Mirror(btcusdt: market)
    }

    private func get(_ path: String, _ query: String) -> APIResponse? {
        let gateway = Fixtures.gateway
        return switch gateway.interpret(Fixtures.get("/api/v3/" + path, query), now: Fixtures.now) {
        case .market(_, let plan): gateway.render(plan, source: mirror)
        case .respond(let response): response
        default: nil
        }
    }

    @Test func windowOpensOnAMinute() {
        expect(
            get("ticker", "symbol=BTCUSDT&windowSize=1h"),
            """
            {"symbol":"BTCUSDT","priceChange":"0.00000000","priceChangePercent":"0.00000000",
            "weightedAvgPrice":"30003.00000000","openPrice":"30003.00000000",
            "highPrice":"30003.00000000","lowPrice":"30003.00000000",
            "lastPrice":"30003.00000000","volume":"0.01000000","quoteVolume":"300.03000000",
            "openTime":1499823660000,"closeTime":1499827319559,"firstId":2,"lastId":2,"count":1}
            """
        )
        let day = get("ticker", "symbols=[\"BTCUSDT\"]&type=MINI")?.text
        #expect(day?.hasPrefix("[{\"symbol\":\"BTCUSDT\",\"openPrice\":\"30000.00000000\"") == true)
        #expect(day?.contains("\"count\":2}") == true)
    }

    @Test(arguments: [
        ("0", "1499817600000", "1499903999999", 2), ("8", "1499788800000", "1499875199999", 2),
        ("-02:30", "1499826600000", "1499912999999", 1),
    ])
    func tradingDayBeginsInItsZone(zone: String, open: String, close: String, count: Int) {
        let text = get("ticker/tradingDay", "symbol=BTCUSDT&timeZone=" + zone)?.text
        let times = "\"openTime\":\(open),\"closeTime\":\(close),"
        #expect(text?.contains(times) == true)
        #expect(text?.contains("\"count\":\(count)}") == true)
    }

    @Test func candlesOfAZone() {
        let text = get("klines", "symbol=BTCUSDT&interval=1d&timeZone=-02:30")?.text
        #expect(text?.hasPrefix("[[1499740200000,\"30000.00000000\"") == true)
        #expect(text?.contains("[1499826600000,\"30003.00000000\"") == true)
    }

    @Test func statusFiltersAndMustMatch() {
        expect(get("ticker/price", "symbolStatus=HALT"), "[]")
        expect(
            get("ticker/price", "symbol=BTCUSDT&symbolStatus=HALT"),
            code: -1220,
            "The symbol's status does not match the requested symbolStatus."
        )
        #expect(get("depth", "symbol=BTCUSDT&symbolStatus=TRADING")?.status == 200)
    }

    @Test(arguments: [
        ("ticker", "", -1102), ("ticker/tradingDay", "", -1102),
        ("ticker", "symbol=BTCUSDT&windowSize=60m", -1130),
        ("ticker", "symbol=BTCUSDT&windowSize=8d", -1130),
        ("ticker", "symbol=BTCUSDT&windowSize=h", -1130),
        ("ticker", "symbol=BTCUSDT&windowSize=", -1105),
        ("ticker", "symbol=BTCUSDT&type=SHORT", -1139),
        ("ticker/tradingDay", "symbol=BTCUSDT&timeZone=15", -1130),
        ("ticker/tradingDay", "symbol=BTCUSDT&timeZone=1:5", -1130),
        ("ticker/tradingDay", "symbol=BTCUSDT&timeZone=x", -1130),
        ("depth", "symbol=BTCUSDT&symbolStatus=OPEN", -1122),
    ])
    func badParametersAreRefused(path: String, query: String, code: Int) {
        #expect(get(path, query)?.text.hasPrefix("{\"code\":\(code),") == true)
    }
}
