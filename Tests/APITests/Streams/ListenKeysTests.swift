import Testing
import Trading

@testable import API

@Suite struct ListenKeysTests {
    private let alice = ListenKeyOwner(apiKey: "alice", account: AccountID(1))
    private let bob = ListenKeyOwner(apiKey: "bob", account: AccountID(2))

    private func at(_ minutes: Int64) -> Timestamp {
        Timestamp(microseconds: minutes * 60 * 1_000_000)
    }

    @Test func aSecondRequestGivesTheSameKey() throws {
        var keys = ListenKeys()
        let first = try keys.open(alice, now: at(0)) { "one" }
        let second = try keys.open(alice, now: at(30)) { "two" }
        #expect(first.key == "one" && first.isNew)
        #expect(second.key == "one" && !second.isNew)
        #expect(keys.takeExpired(now: at(61)) == [])
        #expect(keys.takeExpired(now: at(90)) == ["one"])
    }

    @Test func anHourAfterTheLastWordItIsOver() throws {
        var keys = ListenKeys()
        _ = try keys.open(alice, now: at(0)) { "one" }
        try keys.extend("one", of: alice, now: at(59))
        #expect(keys.takeExpired(now: at(118)) == [])
        #expect(keys.takeExpired(now: at(119)) == ["one"])
        #expect(throws: APIError.noSuchListenKey) {
            try keys.extend("one", of: alice, now: at(120))
        }
    }

    @Test func nobodyElseMayUseIt() throws {
        var keys = ListenKeys()
        _ = try keys.open(alice, now: at(0)) { "one" }
        #expect(throws: APIError.noSuchListenKey) { try keys.extend("one", of: bob, now: at(1)) }
        #expect(throws: APIError.noSuchListenKey) { try keys.close("one", of: bob) }
        try keys.close("one", of: alice)
        #expect(throws: APIError.noSuchListenKey) { try keys.close("one", of: alice) }
    }

    @Test func itEndsWithItsAPIKey() throws {
        var keys = ListenKeys()
        _ = try keys.open(alice, now: at(0)) { "one" }
        _ = try keys.open(bob, now: at(0)) { "two" }
        #expect(keys.takeRevoked { $0 == "bob" } == ["one"])
        #expect(keys.takeRevoked { $0 == "bob" } == [])
    }
}
