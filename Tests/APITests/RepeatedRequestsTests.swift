import Testing
import Trading

@testable import API

@Suite struct RepeatedRequestsTests {
    private func identity(_ payload: String, method: String = "POST") -> RequestIdentity {
        RequestIdentity(
            key: "k",
            method: method,
            path: Array("/api/v3/order".utf8),
            payload: Array(payload.utf8)
        )
    }

    private func answer(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(status: status, body: Array(text.utf8))
    }

    private func isFirst(_ admission: RepeatedRequests.Admission) -> Bool {
        if case .first = admission { true } else { false }
    }

    @Test func repetitionGetsTheFirstAnswer() {
        var repeats = RepeatedRequests()
        var told: [String] = []
        #expect(isFirst(repeats.admit(identity("a")) { _ in told.append("first") }))
        guard case .underWay = repeats.admit(identity("a"), { told.append($0.text) }) else {
            Issue.record("the first is under way")
            return
        }
        let waiters = repeats.answered(identity("a"), answer("one"))
        for waiter in waiters { waiter(answer("one")) }
        #expect(told == ["one"])
        guard case .answered(let response) = repeats.admit(identity("a"), { _ in }) else {
            Issue.record("the first was answered")
            return
        }
        #expect(response.text == "one")
    }

    @Test func otherRequestsAreNoRepetitions() {
        var repeats = RepeatedRequests()
        #expect(isFirst(repeats.admit(identity("a")) { _ in }))
        #expect(isFirst(repeats.admit(identity("b")) { _ in }))
        // A cancel may be signed in the same millisecond as a question with the same parameters.
        #expect(isFirst(repeats.admit(identity("a", method: "DELETE")) { _ in }))
    }

    @Test(arguments: [429, 500, 503, 504]) func answerThatTellsNothingIsNotKept(status: Int) {
        var repeats = RepeatedRequests()
        #expect(isFirst(repeats.admit(identity("a")) { _ in }))
        _ = repeats.answered(identity("a"), answer("?", status: status))
        #expect(repeats.count == 0)
        #expect(isFirst(repeats.admit(identity("a")) { _ in }))
    }

    @Test func refusalIsKept() {
        var repeats = RepeatedRequests()
        #expect(isFirst(repeats.admit(identity("a")) { _ in }))
        _ = repeats.answered(identity("a"), answer("no", status: 400))
        #expect(!isFirst(repeats.admit(identity("a")) { _ in }))
    }

    @Test func oldestAreForgotten() {
        var repeats = RepeatedRequests(countMax: 3)
        for number in 0..<20 {
            #expect(isFirst(repeats.admit(identity("\(number)")) { _ in }))
            _ = repeats.answered(identity("\(number)"), answer("\(number)"))
        }
        #expect(repeats.count == 3)
        #expect(!isFirst(repeats.admit(identity("19")) { _ in }))
        #expect(isFirst(repeats.admit(identity("16")) { _ in }))
    }

    @Test func waitersAreBounded() {
        var repeats = RepeatedRequests()
        _ = repeats.admit(identity("a")) { _ in }
        for _ in 0..<RepeatedRequests.waiterCountMax {
            #expect(!isFirst(repeats.admit(identity("a")) { _ in }))
        }
        #expect(isFirst(repeats.admit(identity("a")) { _ in }))
        #expect(
            repeats.answered(identity("a"), answer("x")).count == RepeatedRequests.waiterCountMax
        )
        #expect(repeats.answered(identity("a"), answer("x")).isEmpty)
    }
}

@Suite struct RequestIdentityTests {
    private func identity(_ request: APIRequest) -> RequestIdentity? {
        Fixtures.gateway.identity(of: request)
    }

    @Test func formOfTheSignatureDoesNotMatter() {
        let request = Fixtures.signed("POST", "/api/v3/order", "symbol=LTCBTC")
        var upper = request
        let text = String(decoding: request.query, as: UTF8.self)
        let parts = text.split(separator: "&signature=")
        upper.query = Array("\(parts[0])&signature=\(parts[1].uppercased())".utf8)
        #expect(identity(request) == identity(upper))
        var first = request
        first.query = Array("signature=\(parts[1])&\(parts[0])".utf8)
        #expect(identity(request) == identity(first))
    }

    @Test func everythingElseMatters() {
        let request = Fixtures.signed("POST", "/api/v3/order", "symbol=LTCBTC")
        let others = [
            Fixtures.signed("DELETE", "/api/v3/order", "symbol=LTCBTC"),
            Fixtures.signed("POST", "/api/v3/order/test", "symbol=LTCBTC"),
            Fixtures.signed("POST", "/api/v3/order", "symbol=BTCUSDT"),
            Fixtures.signed("POST", "/api/v3/order", "symbol=LTCBTC", key: "reader"),
        ]
        for other in others { #expect(identity(request) != identity(other)) }
        #expect(identity(Fixtures.get("/api/v3/time")) == nil)
    }

    @Test func orderWithoutAnIDGetsOneOfItsRequest() {
        let gateway = Gateway(
            venue: Fixtures.venue,
            keys: KeyRing([
                APIKey(
                    key: Fixtures.keyText,
                    account: Fixtures.account,
                    material: KeyMaterial(Array(Fixtures.secretText.utf8))
                )
            ]),
            verify: { HMAC.authenticate($1, secret: $0.material.bytes) == $2 },
            makeClientOrderID: { ClientOrderID("random") ?? .none },
            deriveClientOrderID: {
                ClientOrderID(String(Fixtures.hex(HMAC.digest($0)).prefix(22))) ?? .none
            }
        )
        func id(_ parameters: String) -> ClientOrderID? {
            let request = Fixtures.signed(
                "POST",
                "/api/v3/order",
                "symbol=LTCBTC&side=BUY&type=MARKET&" + parameters
            )
            guard
                case .command(_, .place(let order), _) = gateway.interpret(
                    request,
                    now: Fixtures.now
                )
            else { return nil }
            return order.clientOrderID
        }
        #expect(id("quantity=1") != nil)
        #expect(id("quantity=1") == id("quantity=1"))
        #expect(id("quantity=1") != id("quantity=2"))
        #expect(id("quantity=1&newClientOrderId=mine") == ClientOrderID("mine"))
    }
}
