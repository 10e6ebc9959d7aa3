import Testing
import Trading

@testable import Workload

@Suite struct RequestOutcomeTests {
    @Test func acknowledgementIsScanned() {
        let body = """
            {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"a","transactTime":1,\
            "price":"1.0","origQty":"10.0","executedQty":"2.50000000","status":"PARTIALLY_FILLED"}
            """
        let expected = Acknowledgement(
            orderID: 28,
            status: "PARTIALLY_FILLED",
            executedUnits: 250_000_000
        )
        #expect(RequestOutcome(status: 200, body: Array(body.utf8)) == .acknowledged(expected))
    }

    @Test(arguments: [
        (400, -2010, "refused"), (401, -2015, "refused"), (503, -1001, "unavailable"),
        (503, -1008, "unavailable"), (429, -1015, "unavailable"), (504, -1007, "unknown"),
        (408, -1007, "unknown"), (500, -1000, "unknown"), (503, -1, "unknown"),
    ])
    func refusalIsJudgedByStatusAndCode(status: Int, code: Int, kind: String) {
        let body = Array("{\"code\":\(code),\"msg\":\"Why, then.\"}".utf8)
        switch RequestOutcome(status: status, body: body) {
        case .refused(let refusal):
            #expect(kind == "refused")
            #expect(refusal.message == "Why, then.")
        case .unavailable: #expect(kind == "unavailable")
        case .unknown: #expect(kind == "unknown")
        case .acknowledged: Issue.record("no acknowledgement")
        }
    }

    @Test(arguments: ["", "<html>", "{\"orderId\":", "{}"])
    func answerOfNoUseIsUnknown(body: String) {
        guard case .unknown = RequestOutcome(status: 200, body: Array(body.utf8)) else {
            Issue.record("must be unknown")
            return
        }
    }

    @Test func queryIsSignedAsTheVenueDocuments() {
        // Key, secret and parameters of the venue's own example.
        let key = TradingKey(
            apiKey: "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
            secret: "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
        )
        var query = Array(
            """
            symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&\
            recvWindow=5000&timestamp=1499827319559
            """.utf8
        )
        key.sign(&query)
        let signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
        #expect(String(decoding: query, as: UTF8.self).hasSuffix("&signature=\(signature)"))
    }

    @Test func ticketIsWrittenWithPlainDecimals() {
        var query = RequestQuery()
        OrderTicket(
            symbol: "BTCUSDT",
            side: .sell,
            timeInForce: .immediateOrCancel,
            price: 1,
            quantity: 123_000_000,
            clientOrderID: "x-1"
        ).write(to: &query)
        let text = String(decoding: query.bytes, as: UTF8.self)
        let expected =
            "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC&price=0.00000001"
            + "&quantity=1.23000000&newClientOrderId=x-1&selfTradePreventionMode=NONE"
        #expect(text == expected)
    }
}

@Suite struct EndpointTests {
    @Test func urlIsTakenApart() {
        let endpoint = Endpoint(url: "https://127.0.0.1:9001/api")
        #expect(endpoint?.host == "127.0.0.1")
        #expect(endpoint?.port == 9001)
        #expect(endpoint?.isTLS == true)
        #expect(Endpoint(url: "http://localhost:1")?.isTLS == false)
    }

    @Test(arguments: [
        "", "ftp://a:1", "http://", "http://a", "http://a:0", "http://a:x", "http://:1",
    ])
    func otherTextIsRefused(url: String) {
        #expect(Endpoint(url: url) == nil)
    }
}
