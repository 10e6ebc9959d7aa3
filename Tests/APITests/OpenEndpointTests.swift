import Testing
import Trading

@testable import API

@Suite struct OpenEndpointTests {
    private let gateway = Fixtures.gateway

    private func get(_ path: String, _ query: String = "") -> APIResponse? {
        gateway.interpret(Fixtures.get(path, query), now: Fixtures.now).response
    }

    @Test(arguments: ["/api/v3/", "/api/v1/"])
    func pingAndTimeAnswer(prefix: String) {
        expect(get(prefix + "ping"), "{}")
        expect(get(prefix + "time"), "{\"serverTime\":1499827319559}")
        var request = Fixtures.get(prefix + "time")
        request.timeUnitMicroseconds = true
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            "{\"serverTime\":1499827319559000}"
        )
    }

    @Test func walletAnswersWithoutSignature() {
        expect(get("/sapi/v1/system/status"), "{\"status\":0,\"msg\":\"normal\"}")
        expect(get("/sapi/v1/margin/allPairs"), "[]")
        expect(get("/sapi/v1/margin/isolated/allPairs"), "[]")
    }

    @Test(arguments: [
        "/", "", "/api/v3", "/api/v3/", "/api/v3/ping/", "/api/v2/ping", "/sapi/v1/other",
        "/sapi/v3/system/status", "/API/V3/ping",
    ])
    func unknownPathIsAJSONError(path: String) {
        expect(
            get(path),
            code: -1020,
            "This operation is not supported. There is no such path.",
            status: 404
        )
    }

    @Test func wrongMethodIsAJSONError() {
        var request = Fixtures.get("/api/v3/openOrders")
        request.method = "PATCH"
        let response = gateway.interpret(request, now: Fixtures.now).response
        expect(
            response,
            code: -1020,
            "This operation is not supported. The path takes GET, DELETE.",
            status: 405
        )
        #expect(response?.headers.first?.name == "allow")
        #expect(response?.headers.first?.value == "GET, DELETE")
    }

    private static let head = """
        {"timezone":"UTC","serverTime":1499827319559,"rateLimits":[
        {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
        {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},
        {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000}],
        "exchangeFilters":[],"symbols":[
        """

    private static let btcusdt = """
        {"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,
        "quoteAsset":"USDT","quotePrecision":8,"quoteAssetPrecision":8,
        "baseCommissionPrecision":8,"quoteCommissionPrecision":8,
        "orderTypes":["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS","STOP_LOSS_LIMIT","TAKE_PROFIT",
        "TAKE_PROFIT_LIMIT"],"icebergAllowed":true,"ocoAllowed":true,
        "otoAllowed":true,"opoAllowed":false,"quoteOrderQtyMarketAllowed":true,
        "allowTrailingStop":true,"cancelReplaceAllowed":true,"amendAllowed":true,
        "pegInstructionsAllowed":false,"isSpotTradingAllowed":true,
        "isMarginTradingAllowed":false,"filters":[
        {"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000",
        "tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000",
        "stepSize":"0.00001000"},
        {"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"100.00000000",
        "stepSize":"0.00000000"},
        {"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,
        "maxNotional":"9000000.00000000","applyMaxToMarket":true,"avgPriceMins":0},
        {"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"5.00000000",
        "bidMultiplierDown":"0.20000000","askMultiplierUp":"5.00000000",
        "askMultiplierDown":"0.20000000","avgPriceMins":0},
        {"filterType":"MAX_NUM_ORDERS","maxNumOrders":200},
        {"filterType":"ICEBERG_PARTS","limit":10},
        {"filterType":"MAX_NUM_ALGO_ORDERS","maxNumAlgoOrders":5},
        {"filterType":"TRAILING_DELTA","minTrailingAboveDelta":10,"maxTrailingAboveDelta":2000,
        "minTrailingBelowDelta":10,"maxTrailingBelowDelta":2000}],"permissions":[],
        "defaultSelfTradePreventionMode":"EXPIRE_MAKER",
        "allowedSelfTradePreventionModes":["NONE","EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH",
        "DECREMENT"],
        "permissionSets":
        """

    @Test func exchangeInfoOfOnePair() {
        let full = Self.head + Self.btcusdt
        expect(get("/api/v3/exchangeInfo", "symbol=BTCUSDT"), full + "[[\"SPOT\"]]}]}")
        expect(
            get("/api/v3/exchangeInfo", "symbol=BTCUSDT&showPermissionSets=false"),
            full + "[]}]}"
        )
    }

    @Test(arguments: [
        (TradingPhase.continuous, "TRADING"), (.preOpen, "BREAK"), (.cancelOnly, "CANCEL_ONLY"),
        (.halted, "HALT"),
    ])
    func exchangeInfoShowsThePhase(phase: TradingPhase, status: String) {
        let gateway = Fixtures.gateway { $0 == InstrumentID(1) ? phase : .continuous }
        func info(_ query: String) -> String {
            let request = Fixtures.get("/api/v3/exchangeInfo", query)
            return gateway.interpret(request, now: Fixtures.now).response?.text ?? ""
        }
        #expect(info("").contains("{\"symbol\":\"LTCBTC\",\"status\":\"\(status)\","))
        #expect(info("").contains("{\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\","))
        #expect(info("symbolStatus=\(status)").contains("LTCBTC"))
        #expect(!info("symbolStatus=END_OF_DAY").contains("LTCBTC"))
    }

    @Test func rulesThatAreOffAreNotOffered() {
        var plain = Fixtures.btcusdt
        (plain.icebergPartsMax, plain.algoOrdersMax) = (0, 0)
        plain.positionMax = Quantity(lots: 500)
        let venue = Venue(assets: Fixtures.assets, instruments: [plain])
        let gateway = Fixtures.gateway(venue) { _ in .continuous }
        let request = Fixtures.get("/api/v3/exchangeInfo", "")
        let text = gateway.interpret(request, now: Fixtures.now).response?.text ?? ""
        #expect(text.contains("\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\"],"))
        #expect(text.contains("\"icebergAllowed\":false,"))
        #expect(text.contains("\"allowTrailingStop\":false,"))
        #expect(text.contains("\"MAX_POSITION\",\"maxPosition\":\"0.00500000\"}"))
        #expect(!text.contains("TRAILING_DELTA"))
        #expect(!text.contains("ICEBERG_PARTS"))
        #expect(!text.contains("MAX_NUM_ALGO_ORDERS"))
    }

    @Test(arguments: [
        ("", ["BTCUSDT", "LTCBTC"]), ("symbols=%5B%22LTCBTC%22%5D", ["LTCBTC"]),
        ("symbols=[\"LTCBTC\",\"BTCUSDT\"]", ["LTCBTC", "BTCUSDT"]),
        ("symbols=%5B%22LTCBTC%22%2C+%22BTCUSDT%22%5D", ["LTCBTC", "BTCUSDT"]),
        ("permissions=SPOT", ["BTCUSDT", "LTCBTC"]),
        ("permissions=%5B%22MARGIN%22%2C%22SPOT%22%5D", ["BTCUSDT", "LTCBTC"]),
        ("permissions=MARGIN", []), ("symbolStatus=TRADING", ["BTCUSDT", "LTCBTC"]),
        ("symbolStatus=HALT", []),
    ])
    func exchangeInfoSelects(query: String, symbols: [String]) {
        let text = get("/api/v3/exchangeInfo", query)?.text ?? ""
        let found = text.split(separator: "{\"symbol\":\"").dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
        #expect(found == symbols)
    }

    @Test(arguments: [
        ("symbol=XXX", -1121), ("symbols=[\"BTCUSDT\",\"XXX\"]", -1121), ("symbols=BTCUSDT", -1100),
        ("symbols=[BTCUSDT]", -1100), ("symbols=[\"BTCUSDT\",]", -1100), ("symbols=[\"\"]", -1100),
        ("symbols=[\"btcusdt\"]", -1100), ("symbols=[]", -1102), ("symbols=", -1105),
        ("symbols=[\"BTCUSDT\",\"BTCUSDT\"]", -1151), ("symbol=LTCBTC&symbols=[\"LTCBTC\"]", -1128),
        ("symbol=LTCBTC&permissions=SPOT", -1128), ("symbolStatus=X", -1122),
        ("permissions=a-b", -1130), ("symbol=LTCBTC&symbol=LTCBTC", -1101),
    ])
    func exchangeInfoRefuses(query: String, code: Int) {
        let response = get("/api/v3/exchangeInfo", query)
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
        #expect(response?.status == 400)
        #expect(response?.isJSON == true)
    }

    @Test func filtersThatAreOffAreLeftOut() {
        var instrument = Fixtures.ltcbtc
        instrument.marketQuantityMax = .zero
        instrument.bidMultiplierUp = 0
        instrument.bidMultiplierDown = 0
        instrument.askMultiplierUp = 0
        instrument.askMultiplierDown = 0
        var writer = JSONWriter()
        writer.array { FilterJSON.write(instrument, to: &$0) }
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(!text.contains("MARKET_LOT_SIZE"))
        #expect(!text.contains("PERCENT_PRICE_BY_SIDE"))
        #expect(text.contains("MAX_NUM_ORDERS"))
    }
}
