import Testing
import Trading

@testable import API

@Suite struct GatewaySocketTests {
    private let plain =
        "apiKey=\(Fixtures.keyText)&newClientOrderId=a:b&price=0.1&quantity=1&side=BUY"
        + "&symbol=LTCBTC&timeInForce=GTC&timestamp=1499827319559&type=LIMIT"

    private func place(_ price: String, _ quantity: String, payload: String) -> String {
        SocketFixture.signed(
            "order.place",
            """
            "symbol":"LTCBTC","side":"BUY","type":"LIMIT","timeInForce":"GTC",\
            "newClientOrderId":"a:b","price":\(price),"quantity":\(quantity)
            """,
            payload: payload
        )
    }

    private func expectPlacement(_ text: String) throws {
        var fixture = try SocketFixture()
        guard case .command(_, .place(let order), _) = try fixture.operation(text) else {
            Issue.record("no placement")
            return
        }
        #expect(order.account == Fixtures.account)
        #expect(order.clientOrderID == ClientOrderID("a:b"))
    }

    @Test func numbersMayBeNumbersOrStrings() throws {
        try expectPlacement(place("0.1", "1", payload: plain))
        try expectPlacement(place("\"0.1\"", "\"1\"", payload: plain))
    }

    @Test func signatureCoversTheTextOfTheToken() throws {
        let long = plain.replacing("price=0.1&", with: "price=0.10&")
        try expectPlacement(place("0.10", "1", payload: long))
        var fixture = try SocketFixture()
        expect(
            try fixture.answer(place("0.10", "1", payload: plain)).0,
            code: -1022,
            "Signature for this request is not valid."
        )
    }

    @Test func signatureMayCoverThePercentEncodedForm() throws {
        try expectPlacement(place("0.1", "1", payload: plain.replacing("a:b", with: "a%3Ab")))
    }

    @Test func listsMayBeListsOrText() throws {
        var fixture = try SocketFixture()
        for symbols in [#"["BTCUSDT","LTCBTC"]"#, #""[\"BTCUSDT\",\"LTCBTC\"]""#] {
            let text = #"{"method":"ticker.price","params":{"symbols":\#(symbols)}}"#
            guard case .market(let instruments, _) = try fixture.operation(text) else {
                Issue.record("no market data")
                return
            }
            #expect(instruments == [InstrumentID(0), InstrumentID(1)])
        }
    }

    @Test func openMethodsAnswerAtOnce() throws {
        var fixture = try SocketFixture("timeUnit=MICROSECOND")
        expect(try fixture.operation(#"{"method":"ping"}"#).response, "{}")
        expect(
            try fixture.operation(#"{"method":"time"}"#).response,
            #"{"serverTime":1499827319559000}"#
        )
    }

    @Test func refusalsAreThoseOfRest() throws {
        var fixture = try SocketFixture()
        let cases = [
            (#"{"method":"depth","params":{}}"#, 400, -1102),
            (#"{"method":"depth","params":{"symbol":null}}"#, 400, -1102),
            (#"{"method":"depth","params":{"symbol":"NOPE"}}"#, 400, -1121),
            (#"{"method":"depth","params":{"symbol":"LTCBTC","limit":true}}"#, 400, -1100),
            (#"{"method":"account.status"}"#, 401, -2014),
            (#"{"method":"account.status","params":{"apiKey":"nobody"}}"#, 401, -2015),
            (#"{"method":"account.status","params":{"apiKey":"reader"}}"#, 400, -1102),
            (SocketFixture.signed("order.cancel", key: "reader"), 401, -2015),
        ]
        for (text, status, code) in cases {
            let (response, ended) = try fixture.answer(text)
            #expect(response.status == status, "\(text)")
            #expect(response.text.hasPrefix("{\"code\":\(code),"), "\(text): \(response.text)")
            #expect(ended.isEmpty)
        }
    }

    @Test(arguments: [
        ("ping", "", 1), ("depth", #""limit":"500""#, 25), ("depth", #""limit":5000"#, 250),
        ("exchangeInfo", "", 20), ("openOrders.status", "", 80),
        ("openOrders.status", #""symbol":"A""#, 6), ("order.place", "", 1),
        ("account.status", "", 20), ("ticker.24hr", #""symbols":["A","B"]"#, 2),
        ("session.status", "", 2), ("userDataStream.subscribe.signature", "", 2),
    ])
    func requestsWeighAsInRest(_ method: String, _ members: String, _ weight: Int) throws {
        let text = #"{"method":"\#(method)","params":{\#(members)}}"#
        let request = try SocketRequest(Array(text.utf8), on: try SocketFixture.path())
        #expect(Fixtures.gateway.weight(of: request) == weight)
    }

    @Test func everyMethodIsInTheTableOnce() {
        #expect(SocketMethod.table.count == 46)
    }

    @Test func sessionStandsInForKeyAndSignatureButNotForTheTime() throws {
        let gateway = Fixtures.gateway
        let key = try gateway.key(Array(Fixtures.keyText.utf8), from: "")
        func operation(_ parameters: String) throws(APIError) -> API.Operation {
            let text = #"{"method":"openOrders.status","params":{\#(parameters)}}"#
            guard let path = try? SocketFixture.path(),
                let request = try? SocketRequest(Array(text.utf8), on: path)
            else { throw .unknownPath }
            return try gateway.operation(of: request, session: key, now: Fixtures.now)
        }
        guard
            case .queryAll(.openOrders(let account, _), _) = try operation(
                #""timestamp":1499827319559"#
            )
        else { throw SocketFixture.Unexpected() }
        #expect(account == Fixtures.account)
        #expect(throws: APIError.missing("timestamp")) { _ = try operation("") }
        #expect(throws: APIError.tooLate(byMilliseconds: 5001)) {
            _ = try operation(#""timestamp":1499827314558"#)
        }
        // Who names a key must sign.
        #expect(throws: APIError.missing("signature")) {
            _ = try operation(#""timestamp":1499827319559,"apiKey":"reader""#)
        }
    }
}
