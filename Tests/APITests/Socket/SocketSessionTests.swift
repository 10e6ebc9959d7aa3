import Testing
import Trading

@testable import API

@Suite struct SocketSessionTests {
    private static let subscribe = SocketFixture.signed("userDataStream.subscribe.signature")
    private static let otherAccount = APIKey(
        key: "other",
        account: AccountID(8),
        material: KeyMaterial(Array(Fixtures.secretText.utf8))
    )

    private func request(_ method: String) throws -> SocketRequest {
        try SocketRequest(Array(#"{"method":"\#(method)"}"#.utf8), on: try SocketFixture.path())
    }

    private func key(_ fixture: SocketFixture) throws -> APIKey {
        try fixture.gateway.key(Array(Fixtures.keyText.utf8), from: "")
    }

    @Test func subscriptionsAreNumberedFromZero() throws {
        var fixture = try SocketFixture()
        let first = try fixture.subscriber(Self.subscribe)
        #expect(first.account == Fixtures.account)
        let begun = fixture.session.begin(first)
        #expect(begun?.id == 0)
        expect(begun?.1, #"{"subscriptionId":0}"#)
        let ends = [fixture.session.end(0), fixture.session.end(0)]
        #expect(ends == [true, false])
        let second = try fixture.subscriber(Self.subscribe)
        let next = fixture.session.begin(second)
        #expect(next?.id == 1)
        expect(
            try fixture.answer(#"{"method":"session.subscriptions"}"#).0,
            #"[{"subscriptionId":1}]"#
        )
    }

    @Test func sameAccountTwiceIsRefused() throws {
        var fixture = try SocketFixture()
        let subscriber = try fixture.subscriber(Self.subscribe)
        let message = "User Data Stream subscription already active."
        // Also while the first is being asked for.
        expect(try fixture.answer(Self.subscribe).0, code: -2035, message)
        _ = fixture.session.begin(subscriber)
        expect(try fixture.answer(Self.subscribe).0, code: -2035, message)
    }

    @Test func whatCannotBeHadMayBeAskedForAgain() throws {
        var fixture = try SocketFixture()
        fixture.session.fail(try fixture.subscriber(Self.subscribe))
        _ = try fixture.subscriber(Self.subscribe)
    }

    @Test func unsubscribeEndsOneOrAll() throws {
        var fixture = try SocketFixture()
        let message = "User Data Stream subscription not active."
        let all = #"{"method":"userDataStream.unsubscribe"}"#
        expect(try fixture.answer(all).0, code: -2036, message)
        _ = fixture.session.begin(try fixture.subscriber(Self.subscribe))
        let other = #"{"method":"userDataStream.unsubscribe","params":{"subscriptionId":1}}"#
        expect(try fixture.answer(other).0, code: -2036, message)
        for one in ["0", "\"0\""] {
            let (response, ended) = try fixture.answer(
                #"{"method":"userDataStream.unsubscribe","params":{"subscriptionId":\#(one)}}"#
            )
            guard response.status == 200 else { continue }
            expect(response, "{}")
            #expect(ended == [0])
        }
        _ = fixture.session.begin(try fixture.subscriber(Self.subscribe))
        let ended = try fixture.answer(all).ended
        #expect(ended == [1])
        expect(try fixture.answer(#"{"method":"session.subscriptions"}"#).0, "[]")
    }

    @Test func statusTellsWhoIsLoggedOn() throws {
        var fixture = try SocketFixture("returnRateLimits=false")
        expect(
            try fixture.answer(#"{"method":"session.status"}"#).0,
            """
            {"apiKey":null,"authorizedSince":null,"connectedSince":1499827319559,\
            "returnRateLimits":false,"serverTime":1499827319559,"userDataStream":false}
            """
        )
        fixture.now = Timestamp(microseconds: Fixtures.now.microseconds + 1000)
        let key = try key(fixture)
        _ = fixture.session.logOn(key, try request("session.logon"), fixture.now)
        expect(
            try fixture.answer(#"{"method":"session.status"}"#).0,
            """
            {"apiKey":"\(Fixtures.keyText)","authorizedSince":1499827319560,\
            "connectedSince":1499827319559,"returnRateLimits":false,\
            "serverTime":1499827319560,"userDataStream":false}
            """
        )
    }

    @Test func keyWithASharedSecretCannotLogOn() throws {
        var fixture = try SocketFixture()
        expect(
            try fixture.answer(SocketFixture.signed("session.logon")).0,
            code: -4056,
            "HMAC_SHA256 API key is not supported."
        )
        expect(
            try fixture.answer(#"{"method":"userDataStream.subscribe"}"#).0,
            code: -2014,
            "API-key format invalid.",
            status: 401
        )
    }

    @Test func logoutEndsWhatTheSessionSubscribedTo() throws {
        var fixture = try SocketFixture()
        let logon = try request("session.logon")
        _ = fixture.session.logOn(try key(fixture), logon, fixture.now)
        let subscriber = try fixture.subscriber(#"{"method":"userDataStream.subscribe"}"#)
        let begun = fixture.session.begin(subscriber)
        #expect(begun?.id == 0)
        let (response, ended) = try fixture.answer(#"{"method":"session.logout"}"#)
        #expect(ended == [0])
        #expect(response.text.hasPrefix(#"{"apiKey":null,"authorizedSince":null,"#))
    }

    @Test func signedSubscriptionSurvivesLogoutAndAnotherLogon() throws {
        var fixture = try SocketFixture()
        let logon = try request("session.logon")
        _ = fixture.session.begin(try fixture.subscriber(Self.subscribe))
        _ = fixture.session.logOn(try key(fixture), logon, fixture.now)
        guard
            case .answer(_, let ended) = fixture.session.logOn(
                Self.otherAccount,
                logon,
                fixture.now
            )
        else { throw SocketFixture.Unexpected() }
        #expect(ended.isEmpty)
        let last = try fixture.answer(#"{"method":"session.logout"}"#).ended
        #expect(last.isEmpty)
    }

    @Test func subscriptionThatLosesItsRightMeanwhileDoesNotBegin() throws {
        var fixture = try SocketFixture()
        let subscriber = try fixture.subscriber(Self.subscribe)
        let ended = fixture.session.keysChanged { _ in false }
        #expect(ended.isEmpty)
        let begun = fixture.session.begin(subscriber)
        #expect(begun?.id == nil)
    }

    @Test func revokedKeyEndsSessionAndSubscriptions() throws {
        var fixture = try SocketFixture()
        let logon = try request("session.logon")
        _ = fixture.session.logOn(Self.otherAccount, logon, fixture.now)
        _ = fixture.session.begin(try fixture.subscriber(Self.subscribe))
        let first = fixture.session.keysChanged { $0 != "other" }
        #expect(first.isEmpty)
        let status = try fixture.answer(#"{"method":"session.status"}"#).0
        #expect(status.text.hasPrefix(#"{"apiKey":null"#))
        let second = fixture.session.keysChanged { $0 != Fixtures.keyText }
        #expect(second == [0])
    }
}
