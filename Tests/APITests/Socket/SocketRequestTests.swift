import Testing

@testable import API

@Suite struct SocketRequestTests {
    private func read(_ text: String) throws -> SocketRequest {
        try SocketRequest(Array(text.utf8), on: try SocketFixture.path())
    }

    private func refusal(_ text: String) -> SocketRefusal? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error as? SocketRefusal
        }
    }

    @Test(arguments: ["1", "-5", "null", #""1""#, #""8d1f0a7c-3b5e-4c58-9d3e-0123456789ab""#])
    func idIsKeptAsSent(_ id: String) throws {
        #expect(try read(#"{"id":\#(id),"method":"ping"}"#).id == Array(id.utf8))
    }

    @Test func idMayBeLeftOut() throws {
        #expect(try read(#"{"method":"ping"}"#).id == Array("null".utf8))
        #expect(try read(#"{"method":"ping","params":null}"#).id == Array("null".utf8))
    }

    @Test func parametersBecomeTheQueryOfTheRestRequest() throws {
        let request = try read(
            #"""
            {"id":1,"method":"order.place","params":{"symbol":"BTCUSDT","quantity":0.0100,
            "price":"29000","test":false,"gone":null,"names":[ "A b" , 1 ],"apiKey":"k"}}
            """#
        )
        #expect(request.call.method == "POST")
        #expect(request.call.path == Array("/api/v3/order".utf8))
        #expect(request.call.apiKey == Array("k".utf8))
        #expect(
            String(decoding: request.call.query, as: UTF8.self)
                == "apiKey=k&names=%5B%22A%20b%22%2C1%5D&price=29000&quantity=0.0100"
                + "&symbol=BTCUSDT&test=false"
        )
    }

    @Test func payloadIsSortedRawTextWithoutTheSignature() throws {
        let request = try read(
            #"""
            {"id":1,"method":"order.place","params":{"timestamp":1660801715830,"signature":"00",
            "side":"SELL","newClientOrderId":"a:b\/c","quantity":0.01000,"price":52000.00,
            "returnRateLimits":false}}
            """#
        )
        #expect(
            request.payloads.map { String(decoding: $0, as: UTF8.self) } == [
                "newClientOrderId=a:b/c&price=52000.00&quantity=0.01000&returnRateLimits=false"
                    + "&side=SELL&timestamp=1660801715830",
                "newClientOrderId=a%3Ab%2Fc&price=52000.00&quantity=0.01000"
                    + "&returnRateLimits=false&side=SELL&timestamp=1660801715830",
            ]
        )
    }

    @Test(
        arguments: [
            (#"{"returnRateLimits":false}"#, false), (#"{"returnRateLimits":"False"}"#, false),
            (#"{"returnRateLimits":true}"#, true), (#"{"returnRateLimits":"true"}"#, true),
            (#"{"returnRateLimits":7}"#, nil), ("{}", nil),
        ] as [(String, Bool?)]
    )
    func requestSaysWhetherItWantsTheLimits(_ parameters: String, _ wanted: Bool?) throws {
        let request = try read(#"{"method":"ping","params":\#(parameters)}"#)
        #expect(request.returnsRateLimits == wanted)
    }

    @Test(arguments: [
        ("", -1135, "null"), ("x", -1135, "null"), ("[]", -1135, "null"), ("\"a\"", -1135, "null"),
        (#"{"id":1,"method":"ping""#, -1135, "1"), (#"{"id":1,"method":"ping"}x"#, -1135, "1"),
        (#"{"id":1,"method":"ping","params":[]}"#, -1135, "1"),
        (#"{"id":1,"method":"ping","params":7}"#, -1135, "1"),
        (#"{"id":1,"method":"ping","params":{"a":[[[[[[[[[1]]]]]]]]]}}"#, -1135, "1"),
        (#"{"id":{"a":1},ping"}"#, -1135, "null"), (#"{"id":[1]"#, -1135, "null"),
        ("{}", -1102, "null"), (#"{"id":4}"#, -1102, "4"), (#"{"id":4,"method":7}"#, -1102, "4"),
        (#"{"id":"u","method":"order.dance"}"#, -1020, #""u""#),
        (#"{"id":1.5,"method":"ping"}"#, -1100, "null"),
        (#"{"id":true,"method":"ping"}"#, -1100, "null"),
        (#"{"id":{},"method":"ping"}"#, -1100, "null"),
        (#"{"id":"0123456789012345678901234567890123456","method":"ping"}"#, -1100, "null"),
        (#"{"id":1,"method":"ping","method":"time"}"#, -1101, "1"),
        (#"{"id":1,"id":2,"method":"ping"}"#, -1101, "2"),
        (#"{"id":1,"method":"ping","params":{"a":1,"b":2,"a":1}}"#, -1101, "1"),
    ])
    func malformedRequestsAreAnswered(_ text: String, _ code: Int, _ id: String) {
        let refusal = refusal(text)
        #expect(refusal?.error.code == code)
        #expect(refusal?.error.status == 400)
        #expect(refusal?.id == Array(id.utf8))
    }

    @Test func sizeAndCountAreBounded() throws {
        let many = (0..<65).map { #""p\#($0)":1"# }.joined(separator: ",")
        #expect(refusal(#"{"id":1,"method":"ping","params":{\#(many)}}"#)?.error.code == -1101)
        let long = String(repeating: "a", count: 64 << 10)
        #expect(
            refusal(#"{"id":1,"method":"ping","params":{"a":"\#(long)"}}"#)?.error.code == -1101
        )
    }

    @Test func anyBytesAreSurvived() throws {
        let path = try SocketFixture.path()
        let text = Array(#"{"id":"x","method":"ping","params":{"a":[1,{"b":"\u0041"}]}}"#.utf8)
        for index in text.indices {
            for byte in [0, 0x22, 0x5b, 0x5c, 0x7b, 0x7d, 0xff] as [UInt8] {
                var changed = text
                changed[index] = byte
                // Whatever comes of it, nothing traps.
                _ = try? SocketRequest(changed, on: path)
                _ = try? SocketRequest(Array(text[..<index]), on: path)
            }
        }
    }

    @Test(
        arguments: [
            ("/ws-api/v3", "", .milliseconds, true), ("/ws-api/v3/", "", .milliseconds, true),
            ("/ws-api/v3", "timeUnit=MICROSECOND", .microseconds, true),
            ("/ws-api/v3", "returnRateLimits=false&timeUnit=microsecond", .microseconds, false),
            ("/ws-api/v3", "returnRateLimits=maybe&x&=", .milliseconds, true),
        ] as [(String, String, StreamTimeUnit, Bool)]
    )
    func pathIsRead(_ path: String, _ query: String, _ unit: StreamTimeUnit, _ returns: Bool) {
        let read = SocketPath(path: Array(path.utf8), query: Array(query.utf8))
        #expect(read?.timeUnit == unit)
        #expect(read?.returnsRateLimits == returns)
    }

    @Test(arguments: ["/ws-api", "/ws-api/v4", "/ws", "/ws-api/v3/x", ""])
    func otherPathsAreNotTheWebSocketAPI(_ path: String) {
        #expect(SocketPath(path: Array(path.utf8), query: []) == nil)
    }
}
