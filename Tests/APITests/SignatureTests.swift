import Testing
import Trading

@testable import API

@Suite struct SignatureTests {
    private static let order =
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        + "&recvWindow=5000&timestamp=1499827319559"
    /// Checked with `openssl dgst -sha256 -hmac`.
    private static let signature =
        "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"

    private func interpret(query: String, body: String = "") -> API.Operation {
        Fixtures.gateway.interpret(
            APIRequest(
                method: "POST",
                path: Array("/api/v3/order".utf8),
                query: Array(query.utf8),
                body: Array(body.utf8),
                apiKey: Array(Fixtures.keyText.utf8)
            ),
            now: Fixtures.now
        )
    }

    private func isPlacement(_ operation: API.Operation) -> Bool {
        guard case .command(_, .place, _) = operation else { return false }
        return true
    }

    @Test func venueExampleIsAccepted() {
        #expect(isPlacement(interpret(query: Self.order + "&signature=" + Self.signature)))
        #expect(
            isPlacement(interpret(query: "", body: Self.order + "&signature=" + Self.signature))
        )
    }

    @Test func venueExampleSplitOverQueryAndBodyIsAccepted() {
        let query = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
        let body = "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
        // Joined without a separator, as the venue documents; checked with openssl.
        let signature = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
        #expect(isPlacement(interpret(query: query, body: body + "&signature=" + signature)))
        #expect(isPlacement(interpret(query: query + "&signature=" + signature, body: body)))
    }

    @Test func signatureMayStandAnywhereInAnyCase() {
        let upper = Self.signature.uppercased()
        #expect(isPlacement(interpret(query: "signature=" + upper + "&" + Self.order)))
        let parts = Self.order.split(separator: "&", maxSplits: 1)
        let middle = "\(parts[0])&signature=\(Self.signature)&\(parts[1])"
        #expect(isPlacement(interpret(query: middle)))
    }

    @Test(arguments: [
        "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b72", "00", "zz",
        "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6bzz",
    ])
    func wrongSignatureIsRefused(signature: String) {
        expect(
            interpret(query: Self.order + "&signature=" + signature).response,
            code: -1022,
            "Signature for this request is not valid."
        )
    }

    @Test(arguments: [
        ("a=1&signature=x", "", "a=1"), ("signature=x", "a=1", "a=1"),
        ("signature=x&a=1&b=2", "", "a=1&b=2"), ("a=1&signature=x&b=2", "c=3", "a=1&b=2c=3"),
        ("a=1", "b=2&signature=x", "a=1b=2"), ("a=1&signature2=x", "", "a=1&signature2=x"),
        ("a=%20&signature", "", "a=%20"), ("", "", ""),
    ])
    func payloadIsRawWithoutTheSignature(query: String, body: String, payload: String) {
        let bytes = SignedPayload.bytes(query: Array(query.utf8), body: Array(body.utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == payload)
    }

    @Test func keyComesBeforeEverythingElse() {
        let path = "/api/v3/account"
        var request = Fixtures.get(path)
        let gateway = Fixtures.gateway
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            code: -2014,
            "API-key format invalid.",
            status: 401
        )
        request.apiKey = Array("a b".utf8)
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            code: -2014,
            "API-key format invalid.",
            status: 401
        )
        request.apiKey = Array("nobody".utf8)
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            code: -2015,
            "Invalid API-key, IP, or permissions for action. The key is unknown.",
            status: 401
        )
        request.apiKey = Array(Fixtures.keyText.utf8)
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            code: -1102,
            "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."
        )
        request.query = Array("signature=00".utf8)
        expect(
            gateway.interpret(request, now: Fixtures.now).response,
            code: -1102,
            "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."
        )
    }

    @Test func keyWithoutPermissionReadsButDoesNotTrade() {
        let gateway = Fixtures.gateway
        let read = Fixtures.signed("GET", "/api/v3/account", key: "reader")
        #expect(gateway.interpret(read, now: Fixtures.now).response == nil)
        let trade = Fixtures.signed("DELETE", "/api/v3/openOrders", "symbol=LTCBTC", key: "reader")
        expect(
            gateway.interpret(trade, now: Fixtures.now).response,
            code: -2015,
            "Invalid API-key, IP, or permissions for action."
                + " The key lacks the permission to trade.",
            status: 401
        )
    }

    @Test(
        arguments: [
            ("timestamp=1499827320558", nil), ("timestamp=1499827314559", nil),
            ("timestamp=1499827314559000", nil), ("timestamp=1499827259559&recvWindow=60000", nil),
            ("timestamp=1499827319558&recvWindow=1.5", nil),
            ("timestamp=1499827319557&recvWindow=1.500", -1021),
            ("timestamp=1499827320559", -1021), ("timestamp=1499827314558", -1021),
            ("timestamp=1499827319559&recvWindow=60000.001", -1131),
            ("timestamp=1499827319559&recvWindow=99999999999999999999", -1131),
            ("timestamp=1499827319559&recvWindow=1.2345", -1111),
            ("timestamp=1499827319559&recvWindow=-1", -1100), ("timestamp=now", -1100),
            ("timestamp=-1", -1100), ("timestamp=", -1102),
            ("timestamp=9223372036854775807", -1021), ("timestamp=0", -1021),
        ] as [(String, Int?)]
    )
    func timestampMustLieInTheWindow(parameters: String, code: Int?) {
        let secret = Array(Fixtures.secretText.utf8)
        let signature = Fixtures.hex(HMAC.authenticate(Array(parameters.utf8), secret: secret))
        let request = APIRequest(
            method: "GET",
            path: Array("/api/v3/account".utf8),
            query: Array((parameters + "&signature=" + signature).utf8),
            apiKey: Array(Fixtures.keyText.utf8)
        )
        let response = Fixtures.gateway.interpret(request, now: Fixtures.now).response
        guard let code else {
            #expect(response == nil)
            return
        }
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
    }

    @Test func clockErrorsSayByHowMuch() {
        let gateway = Fixtures.gateway
        let request = Fixtures.signed("GET", "/api/v3/account")
        let early = Timestamp(microseconds: Fixtures.now.microseconds - 2_500_000)
        expect(
            gateway.interpret(request, now: early).response,
            code: -1021,
            "Timestamp for this request was 1000ms ahead of the server's time."
                + " It was 2500ms ahead."
        )
        let late = Timestamp(microseconds: Fixtures.now.microseconds + 7_000_000)
        expect(
            gateway.interpret(request, now: late).response,
            code: -1021,
            "Timestamp for this request is outside of the recvWindow."
                + " It was 7000ms behind the server's time."
        )
    }
}
