import HTTP
import Testing

@testable import Node

@Suite struct ClientAddressTests {
    private func client(_ peer: String, forwarded: String?, trusting: [String]) -> String {
        let headers = forwarded.map { [(name: "x-forwarded-for", value: $0)] } ?? []
        return ClientAddress(trusting: trusting).client(
            of: HTTPRequest(method: "GET", headers: headers, remoteAddress: peer)
        )
    }

    @Test(arguments: [
        ("127.0.0.1:4000", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1:4000", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1:4000", nil, "127.0.0.1"), ("10.0.0.2:4000", "203.0.113.7", "10.0.0.2"),
        ("127.0.0.2:4000", "2001:db8::1", "2001:db8::1"), ("::1:4000", "1.2.3.4", "1.2.3.4"),
        ("[::1]:4000", "1.2.3.4", "1.2.3.4"), ("127.0.0.1:4000", "", "127.0.0.1"),
    ])
    func wordOfThisMachineIsTaken(peer: String, forwarded: String?, client: String) {
        #expect(
            self.client(peer, forwarded: forwarded, trusting: ClientAddress.standard) == client
        )
    }

    @Test func wordOfAListedProxyIsTakenAndOfNoOther() {
        let proxies = ["10.88.0.0/16"]
        #expect(client("10.88.0.3:1", forwarded: "1.2.3.4", trusting: proxies) == "1.2.3.4")
        #expect(client("127.0.0.1:1", forwarded: "1.2.3.4", trusting: proxies) == "127.0.0.1")
        #expect(client("unknown", forwarded: "1.2.3.4", trusting: proxies) == "unknown")
    }
}
