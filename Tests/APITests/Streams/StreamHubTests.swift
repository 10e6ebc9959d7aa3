import FoundationEssentials
import MarketData
import Testing
import Trading

@testable import API

@Suite struct StreamHubTests {
    @Test func tradesReachEachFormOnce() throws {
        let fixture = HubFixture(["BTCUSDT", "ETHUSDT"])
        try fixture.open(1, "/ws/btcusdt@trade")
        try fixture.open(2, "/ws/btcusdt@trade")
        try fixture.open(3, "/stream?streams=btcusdt@trade")
        try fixture.open(4, "/ws/ethusdt@trade")
        try fixture.open(5, "/ws/btcusdt@trade?timeUnit=MICROSECOND")
        try fixture.trade(3_000_000, 15, isBuyerMaker: true)
        let raw =
            #"{"e":"trade","E":1700000040000,"s":"BTCUSDT","t":1,"p":"30000.00000000","#
            + #""q":"0.01500000","T":1700000040000,"m":true,"M":true}"#
        let micro = raw.replacing("1700000040000", with: "1700000040000000")
        let deliveries = fixture.output.deliveries
        #expect(deliveries.map(\.connections) == [[1, 2], [3], [5]])
        let texts = deliveries.map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(texts == [raw, #"{"stream":"btcusdt@trade","data":\#(raw)}"#, micro])
    }

    @Test func subscriptionsFollowControlMessages() throws {
        let fixture = HubFixture(["BTCUSDT", "ETHUSDT"])
        try fixture.open(1, "/ws/0")
        #expect(
            fixture.receive(
                #"{"method":"SUBSCRIBE","params":["ethusdt@trade","btcusdt@trade","ethusdt@trade"],"id":"1"}"#,
                from: 1
            ) == #"{"result":null,"id":"1"}"#
        )
        #expect(
            fixture.receive(#"{"method":"LIST_SUBSCRIPTIONS","id":2}"#, from: 1)
                == #"{"result":["ethusdt@trade","btcusdt@trade"],"id":2}"#
        )
        try fixture.trade(100, 1, pair: 1)
        #expect(try fixture.take(1).count == 1)
        #expect(
            fixture.receive(
                #"{"method":"UNSUBSCRIBE","params":["ethusdt@trade","no"],"id":3}"#,
                from: 1
            ) == #"{"result":null,"id":3}"#
        )
        try fixture.trade(100, 1, pair: 1)
        #expect(try fixture.take(1).isEmpty)
        #expect(fixture.hub.streamCount == 1)
        fixture.hub.close(1)
        #expect(fixture.hub.streamCount == 0)
        #expect(fixture.hub.connectionCount == 0)
    }

    @Test func unknownNamesSubscribeNothing() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws")
        for name in ["xrpusdt@trade", "btcusdt@nothing", "BTCUSDT@trade"] {
            let answer = fixture.receive(
                #"{"method":"SUBSCRIBE","params":["btcusdt@trade","\#(name)"],"id":1}"#,
                from: 1
            )
            #expect(answer.contains(#""code":2"#), "\(answer)")
        }
        #expect(fixture.hub.streamCount == 0)
    }

    @Test func combinedCanBeSwitched() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@trade")
        let get = #"{"method":"GET_PROPERTY","params":["combined"],"id":1}"#
        #expect(fixture.receive(get, from: 1) == #"{"result":false,"id":1}"#)
        _ = fixture.receive(
            #"{"method":"SET_PROPERTY","params":["combined",true],"id":2}"#,
            from: 1
        )
        #expect(fixture.receive(get, from: 1) == #"{"result":true,"id":1}"#)
        try fixture.trade(100, 1)
        #expect(fixture.output.deliveries.count == 1)
        let data = Data(fixture.output.deliveries[0].payload)
        let wrapped = try JSONDecoder().decode(WrappedPayload.self, from: data)
        #expect(wrapped.stream == "btcusdt@trade")
        #expect(wrapped.data.p == "1.00000000")
    }

    @Test func aConnectionHoldsALimitedNumberOfStreams() throws {
        let symbols = (0..<1025).map { "S\($0)" }
        let fixture = HubFixture(symbols)
        try fixture.open(1, "/ws")
        func message(_ range: Range<Int>) -> String {
            let names = range.map { "\"s\($0)@trade\"" }.joined(separator: ",")
            return #"{"method":"SUBSCRIBE","params":[\#(names)],"id":1}"#
        }
        #expect(fixture.receive(message(0..<1024), from: 1) == #"{"result":null,"id":1}"#)
        #expect(fixture.receive(message(0..<1024), from: 1) == #"{"result":null,"id":1}"#)
        #expect(fixture.receive(message(1024..<1025), from: 1).contains(#""code":2"#))
        #expect(fixture.hub.streamCount == 1024)
    }

    @Test func clientMessagesAreCountedBySecond() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws")
        for _ in 0..<5 { #expect(fixture.count(1)) }
        #expect(!fixture.count(1))
        fixture.advance(milliseconds: 1000)
        #expect(fixture.count(1))
        #expect(!fixture.count(2))
    }

    @Test func aggregatesAreToldWholeOnce() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@aggTrade")
        for ticks: Int64 in [100, 100, 101] { try fixture.trade(ticks, 1) }
        #expect(try fixture.take(1).isEmpty)
        fixture.flush()
        let told = try fixture.take(1)
        #expect(told.map(\.a?.number) == [1, 2])
        #expect(told.map(\.f) == [1, 3])
        #expect(told.map(\.l?.number) == [2, 3])
        #expect(told.first?.q == "0.00200000")
        fixture.flush()
        #expect(try fixture.take(1).isEmpty)
    }

    @Test func aggregatesOfAHugeBatchAreAllTold() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@aggTrade")
        for ticks in 1...5000 { try fixture.trade(Int64(ticks), 1) }
        fixture.flush()
        #expect(try fixture.take(1).map(\.a?.number) == (1...5000).map { Int64($0) })
    }

    @Test func topOfBookIsToldWhenItChanges() throws {
        let fixture = HubFixture()
        try fixture.open(1, "/ws/btcusdt@bookTicker")
        try fixture.level(.buy, 100, 5)
        try fixture.level(.sell, 110, 5)
        fixture.flush()
        try fixture.level(.buy, 90, 5)
        fixture.flush()
        let told = try fixture.take(1)
        #expect(told.map(\.u) == [2])
        #expect(told.first?.e == nil)
        #expect(told.first?.b?.text == "1.00000000")
        #expect(told.first?.a?.levels?.text == "1.10000000")
    }

    @Test func timedStreamsComeEachPeriod() throws {
        let fixture = HubFixture(["BTCUSDT", "ETHUSDT"])
        try fixture.level(.buy, 100, 5)
        try fixture.trade(100, 1)
        fixture.advance(milliseconds: 1000)
        try fixture.open(1, "/ws/btcusdt@depth5@100ms")
        try fixture.open(2, "/ws/btcusdt@ticker/btcusdt@miniTicker/btcusdt@avgPrice")
        try fixture.open(3, "/ws/!miniTicker@arr")
        fixture.output.removeAll()
        fixture.advance(milliseconds: 2000)
        let deliveries = fixture.output.deliveries
        func arrays() throws -> [[Payload]] {
            try deliveries.filter { $0.connections == [3] }
                .map { try JSONDecoder().decode([Payload].self, from: Data($0.payload)) }
        }
        // All pairs for the newcomer, then nothing as nothing changed.
        #expect(try arrays().map { $0.map(\.s) } == [["BTCUSDT", "ETHUSDT"]])
        fixture.output.deliveries.removeAll { $0.connections == [3] }
        let partial = fixture.output.deliveries.filter { $0.connections == [1] }
        #expect(partial.count == 20)
        let depth = try payload(try #require(partial.first).payload)
        #expect(depth.lastUpdateId == 1)
        #expect(depth.bids == [["1.00000000", "0.00500000"]])
        let kinds = try fixture.take(2).map(\.e)
        let each = ["24hrTicker", "24hrMiniTicker", "avgPrice"]
        #expect(kinds == each + each)
    }
}
