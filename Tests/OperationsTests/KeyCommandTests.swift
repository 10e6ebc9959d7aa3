import Configuration
import Testing

@testable import Operations

@Suite struct KeyCommandTests {
    private func isRefused(_ words: String...) -> Bool {
        do throws(ArgumentError) {
            _ = try KeyOrder(words)
            return false
        } catch {
            return true
        }
    }

    @Test func orderForAKeyIsRead() throws {
        let order = try KeyOrder([
            "create", "--account", "alice", "--permissions", "read,trade", "--ip=10.0.0.0/8,::1",
            "--label", "bot", "--json", "--dir", "x",
        ])
        guard case .create(let wanted) = order.action else {
            Issue.record("\(order)")
            return
        }
        #expect(wanted.account == "alice" && wanted.permissions == ["read", "trade"])
        #expect(wanted.ips == ["10.0.0.0/8", "::1"] && wanted.label == "bot")
        #expect(wanted.publicKey == nil && !wanted.dryRun)
        #expect(order.isJSON && order.directory == "x")
        #expect(
            try wanted.json()
                == #"{"account":"alice","dryRun":false,"ips":["10.0.0.0\/8","::1"],"#
                + #""label":"bot","permissions":["read","trade"]}"#
        )
    }

    @Test func othersAreRead() throws {
        #expect(try KeyOrder(["list"]).action == .list)
        #expect(
            try KeyOrder(["revoke", "abc", "--dry-run"]).action == .revoke("abc", isDryRun: true)
        )
    }

    @Test func whatMakesNoSenseIsRefused() {
        #expect(isRefused())
        #expect(isRefused("make"))
        #expect(isRefused("create"))
        #expect(isRefused("create", "alice"))
        #expect(isRefused("revoke"))
        #expect(isRefused("revoke", "../x"))
        #expect(isRefused("list", "x"))
        #expect(isRefused("create", "--account", "a", "--public-key", "/nonexistent"))
    }

    @Test func answersAreShown() throws {
        let made = try KeyAnswer.decode(
            #"{"code":"OK","msg":"made","apiKey":"k","secret":"s","lacking":[]}"#
        )
        #expect(KeyTable.text(made).contains("secret  s"))
        let list = try KeyListAnswer.decode(
            #"{"keys":[{"apiKey":"k","account":1,"name":"alice","kind":"HMAC","#
                + #""permissions":["read"],"ips":[],"label":""}],"revoked":[]}"#
        )
        #expect(KeyTable.text(list) == "k  account 1 (alice)  HMAC  read  any address")
    }
}
