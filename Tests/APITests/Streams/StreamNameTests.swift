import API
import MarketData
import Testing

@Suite struct StreamNameTests {
    @Test(arguments: [
        ("btcusdt@trade", StreamName.Kind.trade),
        ("btcusdt@aggTrade", .aggregateTrade),
        ("btcusdt@depth", .depth(.slow)),
        ("btcusdt@depth@1000ms", .depth(.slow)),
        ("btcusdt@depth@100ms", .depth(.fast)),
        ("btcusdt@depth5", .partialDepth(levels: 5, .slow)),
        ("btcusdt@depth10@100ms", .partialDepth(levels: 10, .fast)),
        ("btcusdt@depth20", .partialDepth(levels: 20, .slow)),
        ("btcusdt@bookTicker", .bookTicker),
        ("btcusdt@miniTicker", .miniTicker),
        ("btcusdt@ticker", .ticker),
        ("btcusdt@avgPrice", .averagePrice),
        ("btcusdt@kline_1m", .kline(.oneMinute)),
        ("btcusdt@kline_1M", .kline(.oneMonth)),
        ("btcusdt@kline_1s", .kline(.oneSecond)),
        ("btcusdt@ticker_1h", .windowTicker(.oneHour)),
        ("btcusdt@ticker_4h", .windowTicker(.fourHours)),
        ("btcusdt@ticker_1d", .windowTicker(.oneDay)),
    ])
    func namesOfAPairAreRead(_ text: String, _ kind: StreamName.Kind) {
        let name = StreamName(text)
        #expect(name?.kind == kind)
        #expect(name?.symbol == "BTCUSDT")
        #expect(name?.text == text)
    }

    @Test(arguments: [
        ("!miniTicker@arr", StreamName.Kind.allMiniTickers),
        ("!miniTicker@arr@1000ms", .allMiniTickers), ("!ticker@arr", .allTickers),
        ("!ticker@arr@1000ms", .allTickers), ("!ticker_1h@arr", .allWindowTickers(.oneHour)),
        ("!ticker_1d@arr", .allWindowTickers(.oneDay)),
    ])
    func namesOfAllPairsAreRead(_ text: String, _ kind: StreamName.Kind) {
        #expect(StreamName(text)?.kind == kind)
        #expect(StreamName(text)?.symbol == nil)
    }

    @Test(arguments: [
        "", "@", "0", "btcusdt", "btcusdt@", "@trade", "BTCUSDT@trade", "btcusdt@Trade",
        "btcusdt@trade@100ms", "btcusdt@depth7", "btcusdt@depth@250ms", "btcusdt@depth@100ms@",
        "btcusdt@kline", "btcusdt@kline_", "btcusdt@kline_7m", "btcusdt@kline_1m@+08:00",
        "!bookTicker", "!miniTicker", "btc-usdt@trade", "btcusdt@ticker_2h", "!ticker_1w@arr",
        "!ticker_1h@arr@1000ms",
        "!miniTicker@arr@100ms", "!miniTicker@arr@1000ms@", "bt\u{e9}@trade",
        String(repeating: "a", count: 100) + "@trade",
    ])
    func otherNamesAreRefused(_ text: String) {
        #expect(StreamName(text) == nil)
    }

    @Test(arguments: [
        ("/ws", [], false), ("/ws/", [], false), ("/ws/0", ["0"], false),
        ("/ws/a@trade", ["a@trade"], false),
        ("/ws/a@trade/b@depth", ["a@trade", "b@depth"], false),
        ("/ws/%21miniTicker%40arr", ["!miniTicker@arr"], false), ("/stream", [], true),
        ("/stream?streams=a@trade/b@depth", ["a@trade", "b@depth"], true),
        ("/stream?x=1&streams=a%40trade%2Fb%40depth", ["a@trade", "b@depth"], true),
        ("/stream?streams=", [], true), ("/stream/ws/3", ["3"], false),
        ("/ws/%zz%4", ["%zz%4"], false),
    ])
    func pathsAreRead(_ target: String, _ names: [String], _ isWrapped: Bool) {
        let path = StreamPath(target)
        #expect(path?.names == names)
        #expect(path?.isWrapped == isWrapped)
        #expect(path?.timeUnit == .milliseconds)
    }

    @Test func pathsChooseTheTimeUnit() {
        #expect(StreamPath("/ws?timeUnit=MICROSECOND")?.timeUnit == .microseconds)
        let path = StreamPath("/stream?streams=a@trade&timeUnit=microsecond")
        #expect(path?.timeUnit == .microseconds)
        #expect(path?.names == ["a@trade"])
    }

    @Test(arguments: [
        "", "/", "/api/v3/ping", "/wss", "/stream/x", "/ws-api/v3",
        "/ws" + String(repeating: "/a", count: 1025),
    ])
    func otherPathsAreRefused(_ target: String) {
        #expect(StreamPath(target) == nil)
    }
}
