import HTTP
import Testing

@testable import Node

/// Who is an operator: money comes in and goes out by their word.
@Suite struct CashControlTests {
    private func isOperator(
        _ address: String,
        _ headers: [(name: String, value: String)] = []
    ) -> Bool {
        CashControl.isOperator(
            HTTPRequest(method: "POST", headers: headers, remoteAddress: address)
        )
    }

    @Test func whoIsOnTheMachineIs() {
        #expect(isOperator("127.0.0.1:40000"))
        #expect(isOperator("127.0.0.1:40000", [(name: "user-agent", value: "curl")]))
    }

    @Test(arguments: ["10.0.0.7:40000", "192.168.127.0:1", "[::1]:40000", "127.0.0.2:1", ""])
    func nobodyElseIs(address: String) {
        #expect(!isOperator(address))
    }

    /// The edge runs on the machine too, and says so of everybody it speaks for.
    @Test(arguments: ["x-forwarded-for", "forwarded", "via"])
    func nobodyBehindTheEdgeIs(header: String) {
        #expect(!isOperator("127.0.0.1:40000", [(name: header, value: "127.0.0.1")]))
        #expect(!isOperator("127.0.0.1:40000", [(name: header, value: "")]))
    }
}
