import Foundation
import Testing
import Trading

@testable import API

/// Whatever a client may send wrong, and the code it gets.
@Suite struct ErrorTableTests {
    private let gateway = Fixtures.gateway

    private func signed(_ method: String, _ path: String, _ parameters: String) -> APIResponse? {
        let request = Fixtures.signed(method, "/api/v3/" + path, parameters)
        return gateway.interpret(request, now: Fixtures.now).response
    }

    private func code(_ response: APIResponse?) -> Int? {
        guard let body = response?.body,
            let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        else { return nil }
        return object["code"] as? Int
    }

    private static let order =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=100&quantity="

    private func place(_ quantity: String) -> API.Operation {
        let request = Fixtures.signed("POST", "/api/v3/order", Self.order + quantity)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private static let accepted: [(String, Int64)] = [
        ("1", 100_000), ("1.0", 100_000), ("1.50", 150_000), ("1e-05", 1), ("1E-05", 1),
        ("1e1", 1_000_000), ("1e%2B1", 1_000_000), ("1e+1", 1_000_000), ("0.00001", 1),
    ]

    @Test(arguments: accepted)
    func quantityIsTakenForWhatItMeans(text: String, lots: Int64) {
        guard case .command(_, .place(let order), _) = place(text) else {
            Issue.record("refused")
            return
        }
        #expect(order.quantity.lots == lots)
    }

    private static let malformed = [
        "%20", "NaN", "nan", "Infinity", "inf", "+1", "%2B1", "-1", "-0", ".5", "5.", "1,5",
        "1_000", "0x1F", "1e", "e1", "1e1.5", "1e999", "%FF%FE", "%E2%82%AC", "%D9%A1",
        "%EF%BC%91", "%00", "1%00", "%ZZ", "1%", "%1", "true", "null", "[1]", "\"1\"",
        "999999999999999999999",
    ]

    @Test(arguments: malformed)
    func malformedQuantityIsRefusedByName(text: String) {
        let message =
            "Illegal characters found in parameter 'quantity'; legal range is"
            + " '\(DecimalText.legalRange)'."
        expect(place(text).response, code: -1100, message)
    }

    private static let refused: [(String, Int)] = [
        ("", -1102), ("0.000000001", -1111), ("1e-9", -1111), ("0", -1013), ("0.0", -1013),
        ("0.000001", -1013), ("99999999999999999999", -1013),
    ]

    @Test(arguments: refused)
    func quantityThatDoesNotFitIsRefused(text: String, expected: Int) {
        let response = place(text).response
        #expect(code(response) == expected)
        // The refusal says which parameter it was, or which filter.
        let isNamed = response?.text.contains("'quantity'") == true || expected == -1013
        #expect(isNamed)
    }

    private static let many = (0..<70).map { "p\($0)=1" }.joined(separator: "&")
    private static let long = String(repeating: "a", count: 70_000)
    private static let digits = String(repeating: "1", count: 1 << 20)

    private static let bad: [(String, String, String, Int)] = [
        // Duplicates, too many, too long.
        ("GET", "openOrders", "symbol=BTCUSDT&symbol=BTCUSDT", -1101),
        ("GET", "openOrders", "symbol=BTCUSDT&%73ymbol=LTCBTC", -1101),
        ("GET", "openOrders", many, -1101),
        ("GET", "openOrders", "x=" + long, -1101),
        ("POST", "order", order + digits, -1101),
        // Symbols.
        ("GET", "openOrders", "symbol=", -1105), ("GET", "openOrders", "symbol=NOSUCH", -1121),
        ("GET", "openOrders", "symbol=%FF", -1100), ("GET", "openOrders", "symbol=btcusdt", -1100),
        ("GET", "openOrders", "symbol=BTCUSDT%00", -1100),
        ("GET", "openOrders", "symbol=AAAAAAAAAAAAAAAAAAAAA", -1100),
        // Whole numbers.
        ("GET", "order", "symbol=BTCUSDT&orderId=1.5", -1100),
        ("GET", "order", "symbol=BTCUSDT&orderId=-1", -1100),
        ("GET", "order", "symbol=BTCUSDT&orderId=1e3", -1100),
        ("GET", "order", "symbol=BTCUSDT&orderId=9223372036854775808", -1100),
        ("GET", "order", "symbol=BTCUSDT&orderId=", -1105),
        ("GET", "order", "symbol=BTCUSDT", -1102),
        ("GET", "allOrders", "symbol=BTCUSDT&limit=0", -1130),
        ("GET", "allOrders", "symbol=BTCUSDT&limit=x", -1100),
        ("GET", "allOrders", "symbol=BTCUSDT&startTime=2&endTime=1", -1128),
        ("GET", "allOrders", "symbol=BTCUSDT&startTime=1&endTime=86400002", -1127),
        ("GET", "myTrades", "symbol=BTCUSDT&fromId=1&startTime=1", -1128),
        // Names.
        ("GET", "order", "symbol=BTCUSDT&origClientOrderId=%E2%82%AC", -1100),
        (
            "GET", "order",
            "symbol=BTCUSDT&origClientOrderId=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -1100
        ),
        ("DELETE", "order", "symbol=BTCUSDT&orderId=1&newClientOrderId=a%20b", -1100),
        ("DELETE", "order", "symbol=BTCUSDT&orderId=1&cancelRestrictions=", -1105),
        ("DELETE", "order", "symbol=BTCUSDT&orderId=1&cancelRestrictions=ANY", -1145),
        // Words and flags.
        ("GET", "account", "omitZeroBalances=yes", -1100),
        ("GET", "account", "omitZeroBalances=", -1105),
        ("POST", "order/test", order + "1&computeCommissionRates=1", -1100),
        ("POST", "order", order + "1&newOrderRespType=ALL", -1130),
        ("POST", "order", order + "1&selfTradePreventionMode=MAYBE", -1130),
        ("POST", "order/cancelReplace", order + "1", -1102),
        ("POST", "order/cancelReplace", order + "1&cancelReplaceMode=X", -1130),
    ]

    @Test(arguments: bad.indices)
    func badRequestsAreRefused(index: Int) {
        let (method, path, parameters, expected) = Self.bad[index]
        let response = signed(method, path, parameters)
        #expect(code(response) == expected, "\(response?.text ?? "")")
        #expect(response?.status == 400)
        let row = EndpointTable.rows.first {
            $0.path == "/api/v3/" + path && "\($0.method.name)" == method
        }
        #expect(row?.allErrors.contains(expected) == true, "not among the codes of the document")
    }

    @Test func duplicateIsNamed() {
        expect(
            signed("GET", "openOrders", "symbol=BTCUSDT&symbol=LTCBTC"),
            code: -1101,
            "Duplicate values for a parameter detected: 'symbol'."
        )
        // The name comes from outside: whatever it is, the answer is JSON.
        let response = signed("GET", "openOrders", "%22%FF%0A=1&%22%FF%0A=2")
        #expect(code(response) == -1101)
        #expect(response?.isJSON == true)
    }

    @Test func queryWinsOverTheBody() {
        let query = "symbol=LTCBTC&timestamp=1499827319559"
        let body = "symbol=BTCUSDT"
        let signature = HMAC.authenticate(
            Array((query + body).utf8),
            secret: Array(Fixtures.secretText.utf8)
        )
        let request = APIRequest(
            method: "DELETE",
            path: Array("/api/v3/openOrders".utf8),
            query: Array((query + "&signature=" + Fixtures.hex(signature)).utf8),
            body: Array(body.utf8),
            apiKey: Array(Fixtures.keyText.utf8)
        )
        guard case .command(let pair, _, _) = gateway.interpret(request, now: Fixtures.now) else {
            Issue.record("refused")
            return
        }
        #expect(pair == InstrumentID(1))
    }

    /// Every reason of a shard has a code, and its words are a sentence.
    private static let reasons: [(RejectReason, Int)] = [
        (RejectReason.insufficientBalance, -2010), (.duplicateOrder, -2010), (.wouldTake, -2010),
        (.wouldTrigger, -2010), (.badPrices, -2010), (.icebergTooLarge, -2010),
        (.marketClosed, -2010), (.unknownOrder, -2011), (.unknownList, -2011),
        (.cancelRestricted, -2011), (.noSuchOrder, -2013), (.noSuchList, -2013),
        (.noChange, -2038), (.quantityIncrease, -2038), (.malformed, -1014),
        (.overloaded, -1008), (.unknownInstrument, -1001), (.duplicateExpired, -1007),
        (.filter(.notional), -1013), (.filter(.price), -1013), (.filter(.lotSize), -1013),
    ]

    @Test(arguments: reasons)
    func refusalsOfShardsHaveCodes(reason: RejectReason, expected: Int) {
        let error = APIError(reason)
        #expect(error.code == expected)
        #expect(!error.message.isEmpty)
    }
}
