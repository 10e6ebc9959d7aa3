import Testing
import Trading

@testable import API

@Suite struct KeyTests {
    private let secret = KeyMaterial(Array(Fixtures.secretText.utf8))

    private func code(_ request: APIRequest, _ gateway: Gateway) -> Int? {
        gateway.interpret(request, now: Fixtures.now).response?.status
    }

    @Test func keyMadeLaterIsTakenAndOneRevokedIsNot() throws {
        let ring = KeyRing([
            APIKey(key: "file", account: Fixtures.account, material: secret),
            APIKey(key: "other", account: Fixtures.account, material: secret),
        ])
        let made = APIKey(key: "made", account: Fixtures.account, material: secret)
        func find(_ key: String) throws -> APIKey? { try ring.find(Array(key.utf8)) }
        #expect(try find("made") == nil)
        ring.add(made)
        #expect(try find("made") == made)
        ring.revoke("file")
        #expect(try find("file") == nil)
        ring.revoke("made")
        #expect(try find("made") == nil)
        // The whole table, as after a connection was lost.
        ring.replace([made], revoked: ["other"])
        #expect(ring.count == 2)
        #expect(try find("made") == made)
        #expect(try find("file") != nil)
        #expect(try find("other") == nil)
    }

    @Test(arguments: [
        ("10.1.2.3", true), ("2001:db8::1", true), ("2001:0DB8:0::0001", true),
        ("::ffff:10.1.2.3", true), ("11.1.2.3", false), ("2001:db8::2", false), ("", false),
        ("unknown", false),
    ])
    func keyWithAListIsTakenFromThereOnly(address: String, isTaken: Bool) {
        let gateway = Fixtures.gateway
        var request = Fixtures.signed(
            "DELETE",
            "/api/v3/openOrders",
            "symbol=LTCBTC",
            key: "trader"
        )
        request.clientAddress = address
        let response = gateway.interpret(request, now: Fixtures.now).response
        guard !isTaken else { return #expect(response == nil) }
        expect(
            response,
            code: -2015,
            "Invalid API-key, IP, or permissions for action."
                + " The key may not be used from \(address).",
            status: 401
        )
    }

    @Test func keyThatMayNotReadTradesOnly() {
        var request = Fixtures.signed("GET", "/api/v3/account", key: "trader")
        request.clientAddress = "10.0.0.1"
        expect(
            Fixtures.gateway.interpret(request, now: Fixtures.now).response,
            code: -2015,
            "Invalid API-key, IP, or permissions for action."
                + " The key lacks the permission to read.",
            status: 401
        )
    }

    @Test func reasonIsForTheLogUnlessTheVenueExplains() {
        var told: [(key: String, reason: KeyRefusal)] = []
        let gateway = Gateway(
            venue: Fixtures.venue,
            keys: KeyRing([
                APIKey(
                    key: "readerOfSomeone",
                    account: Fixtures.account,
                    material: secret,
                    permissions: .read
                )
            ]),
            verify: { HMAC.authenticate($1, secret: $0.material.bytes) == $2 },
            onRefusedKey: { told.append(($0, $1)) },
            makeClientOrderID: { .none },
            deriveClientOrderID: { _ in .none }
        )
        let trade = Fixtures.signed(
            "DELETE",
            "/api/v3/openOrders",
            "symbol=LTCBTC",
            key: "readerOfSomeone"
        )
        let unknown = Fixtures.signed("GET", "/api/v3/account", key: "nobody")
        for request in [trade, unknown] {
            expect(
                gateway.interpret(request, now: Fixtures.now).response,
                code: -2015,
                "Invalid API-key, IP, or permissions for action.",
                status: 401
            )
        }
        #expect(told.map(\.key) == ["readerOf…", "nobody…"])
        #expect(told.map(\.reason) == [.permission(.trade), .unknownKey])
    }

    @Test func signatureOfAPublicKeyIsBase64WithItsCase() {
        let gateway = Gateway(
            venue: Fixtures.venue,
            keys: KeyRing([
                APIKey(
                    key: "public",
                    account: Fixtures.account,
                    kind: .ed25519,
                    material: KeyMaterial([1])
                )
            ]),
            verify: { _, payload, signature in
                payload == Array("timestamp=1499827319559".utf8) && signature == [0xfb, 0xff]
            },
            makeClientOrderID: { .none },
            deriveClientOrderID: { _ in .none }
        )
        func status(_ signature: String) -> Int? {
            var request = Fixtures.get(
                "/api/v3/account",
                "timestamp=1499827319559&signature=\(signature)"
            )
            request.apiKey = Array("public".utf8)
            return gateway.interpret(request, now: Fixtures.now).response?.status
        }
        #expect(status("%2B%2F8%3D") == nil)
        #expect(status("%2b%2f8%3d") == nil)
        #expect(status("+/8=") == nil)
        #expect(status("%2B%2F9%3D") == 400)
        #expect(status("fbff") == 400)
    }

    @Test func restrictionsShowWhatTheKeyMayDo() {
        var request = Fixtures.signed("GET", "/sapi/v1/account/apiRestrictions", key: "reader")
        let reader = Fixtures.gateway.interpret(request, now: Fixtures.now).response
        #expect(reader?.text.contains("\"ipRestrict\":false,\"enableReading\":true") == true)
        #expect(reader?.text.contains("\"enableSpotAndMarginTrading\":false") == true)
        request = Fixtures.signed("GET", "/sapi/v1/account/apiRestrictions")
        let owner = Fixtures.gateway.interpret(request, now: Fixtures.now).response
        #expect(owner?.text.contains("\"enableWithdrawals\":true") == true)
    }
}
