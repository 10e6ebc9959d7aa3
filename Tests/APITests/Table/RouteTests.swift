import Testing

@testable import API

@Suite struct RouteTests {
    private func answer(_ method: String, _ path: String) -> APIResponse? {
        let request = APIRequest(method: method, path: Array(path.utf8))
        return Fixtures.gateway.interpret(request, now: Fixtures.now).response
    }

    @Test(arguments: ["/api/v3/nothing", "/api/v3/", "/", "/sapi/v1/margin/order", "/api/v2/ping"])
    func unknownPathIsJSONToo(path: String) {
        let response = answer("GET", path)
        #expect(response?.status == 404)
        #expect(response?.text.hasPrefix("{\"code\":-1020,") == true)
    }

    @Test(arguments: [
        ("HEAD", "/api/v3/ping", "GET"), ("POST", "/api/v3/depth", "GET"),
        ("PUT", "/api/v3/order", "GET, POST, DELETE"),
        ("PATCH", "/api/v3/order/amend/keepPriority", "PUT"),
        ("GET", "/api/v3/order/oco", "POST"),
    ])
    func otherMethodsAreToldWhatThePathTakes(method: String, path: String, allowed: String) {
        let response = answer(method, path)
        #expect(response?.status == 405)
        #expect(response?.headers.first { $0.name == "allow" }?.value == allowed)
    }

    @Test func browserIsToldWhatItMaySend() {
        let response = answer("OPTIONS", "/api/v3/order")
        #expect(response?.status == 204)
        #expect(response?.body.isEmpty == true)
        let headers = response?.headers ?? []
        #expect(
            headers.first { $0.name == "access-control-allow-methods" }?.value
                == "GET, POST, DELETE, OPTIONS"
        )
        #expect(
            headers.first { $0.name == "access-control-allow-headers" }?.value
                == "content-type, x-mbx-apikey, x-mbx-time-unit"
        )
        let request = APIRequest(method: "OPTIONS", path: Array("/api/v3/depth".utf8))
        #expect(Fixtures.gateway.weight(of: request) == 0)
        #expect(answer("OPTIONS", "/nowhere")?.status == 404)
    }

    @Test func oldPrefixLeadsToTheSame() {
        expect(answer("GET", "/api/v1/ping"), "{}")
    }
}
