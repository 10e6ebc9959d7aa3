import Testing
import Trading

@testable import API

@Suite struct ListenKeysTests {
    private func key(_ name: String, _ account: UInt32) -> APIKey {
        APIKey(key: name, account: AccountID(account), material: KeyMaterial([1]))
    }

    private func keys() -> ListenKeys {
        var keys = ListenKeys()
        keys.follow([key("alice", 1), key("bob", 2)]) { "of-\($0)" }
        return keys
    }

    private let alice = ListenKeyOwner(apiKey: "alice", account: AccountID(1))
    private let bob = ListenKeyOwner(apiKey: "bob", account: AccountID(2))

    @Test func eachAPIKeyHasOne() throws {
        #expect(try keys().name(of: "alice") == "of-alice")
        #expect(keys().owner(of: "of-bob") == bob)
        #expect(throws: APIError.noSuchListenKey) { try keys().name(of: "carol") }
    }

    @Test func nobodyElseMayUseIt() throws {
        try keys().check("of-alice", of: alice)
        #expect(throws: APIError.noSuchListenKey) { try keys().check("of-alice", of: bob) }
        #expect(throws: APIError.noSuchListenKey) { try keys().check("made up", of: bob) }
    }

    @Test func itEndsWithItsAPIKey() {
        var keys = keys()
        var made: [String] = []
        keys.follow([key("bob", 2), key("carol", 3)]) { name in
            made.append(name)
            return "of-\(name)"
        }
        #expect(keys.owner(of: "of-alice") == nil)
        #expect(keys.owner(of: "of-bob") == bob)
        #expect(made == ["carol"])
    }
}
