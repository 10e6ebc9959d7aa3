import Testing
import Trading

@testable import API

@Suite struct StreamWindowTests {
    private func texts(_ fixture: HubFixture, _ connection: Int) -> [String] {
        defer { fixture.output.removeAll() }
        return fixture.output.deliveries.filter { $0.connections.contains(connection) }
            .map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test func statisticsOfAWindowComeEachSecond() throws {
        let fixture = HubFixture()
        try fixture.trade(3_000_000, 1000)
        fixture.now = Timestamp(microseconds: fixture.now.microseconds + 2 * 3_600_000_000)
        try fixture.trade(3_100_000, 2000)
        try fixture.open(1, "/ws/btcusdt@ticker_1h/btcusdt@ticker_4h")
        fixture.advance(milliseconds: 50)
        let told = texts(fixture, 1)
        #expect(told.count == 2)
        let hour = told.first { $0.contains("1hTicker") }
        // The window opens on a whole minute.
        #expect(
            hour
                == """
                {"e":"1hTicker","E":1700007240050,"s":"BTCUSDT","p":"0.00000000",\
                "P":"0.00000000","c":"31000.00000000","w":"31000.00000000","o":"31000.00000000",\
                "h":"31000.00000000","l":"31000.00000000","v":"2.00000000",\
                "q":"62000.00000000","O":1700003640000,"C":1700007240050,"F":2,"L":2,"n":1}
                """
        )
        let fourHours = told.first { $0.contains("4hTicker") }
        #expect(fourHours?.contains(#""p":"1000.00000000""#) == true)
        #expect(fourHours?.contains(#""F":1,"L":2,"n":2"#) == true)
        fixture.advance(milliseconds: 1000)
        #expect(texts(fixture, 1).count == 2)
    }

    @Test func windowsOfAllPairsTellThoseThatChanged() throws {
        let fixture = HubFixture(["BTCUSDT", "ETHUSDT"])
        try fixture.open(1, "/stream?streams=!ticker_1d@arr")
        fixture.advance(milliseconds: 1000)
        let all = texts(fixture, 1)
        #expect(all.count == 1)
        #expect(
            all.first?.hasPrefix(#"{"stream":"!ticker_1d@arr","data":[{"e":"1dTicker","#) == true
        )
        #expect(all.first?.contains("BTCUSDT") == true)
        try fixture.trade(100, 1, pair: 1)
        fixture.advance(milliseconds: 1000)
        let changed = texts(fixture, 1)
        #expect(changed.count == 1)
        #expect(changed.first?.contains("ETHUSDT") == true)
        #expect(changed.first?.contains("BTCUSDT") == false)
    }

    @Test(arguments: [
        ("/ws", #"{"e":"serverShutdown","E":1700000040000}"#),
        ("/ws?timeUnit=MICROSECOND", #"{"e":"serverShutdown","E":1700000040000000}"#),
        (
            "/stream",
            #"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1700000040000}}"#
        ),
    ])
    func endIsToldInTheFormOfTheConnection(_ target: String, _ text: String) throws {
        let fixture = HubFixture()
        try fixture.open(1, target)
        let notice = fixture.hub.shutdownNotice(to: 1, now: fixture.now)
        #expect(String(decoding: notice, as: UTF8.self) == text)
    }
}
