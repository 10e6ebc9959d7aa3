import API
import Testing

@Suite struct StreamControlTests {
    @Test(arguments: [
        (
            #"{"method":"SUBSCRIBE","params":["a@trade","b@depth"],"id":1}"#,
            StreamControl.Request.subscribe(["a@trade", "b@depth"]), "1"
        ),
        (
            #" { "id" : "8d1f0a7c-3b5e-4c58-9d3e-0123456789ab" , "params" : [ "a@trade" ], "method" : "UNSUBSCRIBE" } "#,
            .unsubscribe(["a@trade"]), #""8d1f0a7c-3b5e-4c58-9d3e-0123456789ab""#
        ),
        (#"{"method":"LIST_SUBSCRIPTIONS","id":null}"#, .listSubscriptions, "null"),
        (#"{"method":"LIST_SUBSCRIPTIONS","params":[],"id":-7}"#, .listSubscriptions, "-7"),
        (#"{"method":"LIST_SUBSCRIPTIONS","params":null}"#, .listSubscriptions, "null"),
        (#"{"method":"GET_PROPERTY","params":["combined"],"id":3}"#, .getCombined, "3"),
        (
            #"{"method":"SET_PROPERTY","params":["combined",true],"id":"x\"y"}"#,
            .setCombined(true), #""x\"y""#
        ),
        (
            #"{"method":"SUBSCRIBE","params":["\u0061@tr\u0061de\ud83d\ude00"],"id":1,"more":1.5e3}"#,
            .subscribe(["a@trade😀"]), "1"
        ),
    ])
    func messagesAreRead(
        _ text: String,
        _ request: StreamControl.Request,
        _ id: String
    ) throws {
        let control = try StreamControl(Array(text.utf8))
        #expect(control.request == request)
        #expect(control.id == Array(id.utf8))
        let answer = control.answer { $0.null() }
        #expect(String(decoding: answer, as: UTF8.self) == #"{"result":null,"id":\#(id)}"#)
    }

    @Test(arguments: [
        ("", 3, "null"), ("x", 3, "null"), ("{", 3, "null"), ("{}", 2, "null"), ("[]", 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade"],"id":1}x"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade",],"id":1}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade"],"id":1,}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade"],"id":01}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["\ud83d"],"id":1}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["\x"],"id":1}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":[["a"]],"id":1}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":[nul],"id":1}"#, 3, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade"],"id":1.5}"#, 2, "null"),
        (#"{"method":"SUBSCRIBE","params":["a@trade"],"id":true}"#, 2, "null"),
        (#"{"method":"SUBSCRIBE","id":"0123456789012345678901234567890123456"}"#, 2, "null"),
        (#"{"method":"SUBSCRIBE","params":[],"id":4}"#, 2, "4"),
        (#"{"method":"SUBSCRIBE","params":[1],"id":4}"#, 2, "4"),
        (#"{"method":"SUBSCRIBE","id":4}"#, 2, "4"),
        (#"{"method":"subscribe","params":["a@trade"],"id":"u"}"#, 2, #""u""#),
        (#"{"method":7,"id":4}"#, 2, "4"),
        (#"{"id":4}"#, 2, "4"),
        (#"{"method":"SET_PROPERTY","params":["combined"],"id":4}"#, 2, "4"),
        (#"{"method":"SET_PROPERTY","params":["combined","yes"],"id":4}"#, 1, "4"),
        (#"{"method":"SET_PROPERTY","params":["other",true],"id":4}"#, 0, "4"),
        (#"{"method":"GET_PROPERTY","params":[],"id":4}"#, 2, "4"),
    ])
    func malformedMessagesAreAnswered(_ text: String, _ code: Int, _ id: String) {
        do throws(StreamControlError) {
            let control = try StreamControl(Array(text.utf8))
            Issue.record("\(control) was read")
        } catch {
            #expect(error.code == code)
            let answer = String(decoding: error.answer, as: UTF8.self)
            #expect(answer.hasPrefix(#"{"error":{"code":\#(code),"msg":"#), "\(answer)")
            #expect(answer.hasSuffix(#"},"id":\#(id)}"#), "\(answer)")
        }
    }

    @Test func anyBytesAreSurvived() {
        let text = Array(#"{"method":"SUBSCRIBE","params":["a@trade\u0041"],"id":"x"}"#.utf8)
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x5B, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] {
                var bad = text
                bad[index] = byte
                _ = try? StreamControl(bad)  // Only a trap would be wrong.
            }
            _ = try? StreamControl(Array(text[..<index]))  // As above.
        }
        #expect(throws: StreamControlError.self) {
            try StreamControl(Array(repeating: UInt8(ascii: "["), count: 60_000))
        }
        #expect(throws: StreamControlError.self) {
            try StreamControl(Array(repeating: 0x20, count: StreamControl.sizeMax + 1))
        }
    }
}
