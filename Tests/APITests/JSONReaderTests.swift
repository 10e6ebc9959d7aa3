import Testing

@testable import API

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue {
        var reader = JSONReader(Array(text.utf8))
        let value = try reader.readValue()
        try reader.expectEnd()
        return value
    }

    @Test(arguments: [
        ("0.01", "0.01"), ("29000", "29000"), ("-1.50e+3", "-1.50e+3"), ("1.0", "1.0"),
        ("true", "true"), ("false", "false"), ("null", "null"), (#""a\"b\u0041""#, "a\"bA"),
        (#" [ "A" , "B" ] "#, #"["A","B"]"#), ("[]", "[]"), ("{ }", "{}"),
        (
            #"{ "a" : [ 1 , { "b" : "x y" } , [] ] , "c" : null }"#,
            #"{"a":[1,{"b":"x y"},[]],"c":null}"#
        ),
        (#"["\u0041"]"#, #"["\u0041"]"#),
    ])
    func textOfAValueIsWhatWasSent(_ text: String, _ wanted: String) throws {
        #expect(String(decoding: try read(text).text, as: UTF8.self) == wanted)
    }

    @Test(arguments: [
        "", "01", "1.", ".5", "+1", "1e", "tru", "nul", "'a'", "[1,]", "[1 2]", "{\"a\"}",
        "{\"a\":}", "{a:1}", "{\"a\":1,}", "[", "{", "[}", "\"", "\"\\x\"", "\"\u{1}\"", "1 2",
        "\"\\ud83d\"", "\"\\u12\"",
    ])
    func otherTextIsAFault(_ text: String) {
        #expect(throws: JSONFault.self) { try read(text) }
    }

    @Test func nestingIsBounded() throws {
        let deep = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try read(deep(8)).text == Array(deep(8).utf8))
        #expect(throws: JSONFault.self) { try read(deep(9)) }
        #expect(throws: JSONFault.self) { try read(deep(50_000)) }
    }

    @Test(arguments: [
        ("1", true), ("-7", true), ("null", true), ("\"abc\"", true), ("1.5", false),
        ("true", false), ("[]", false), ("1e3", false),
        ("\"8d1f0a7c-3b5e-4c58-9d3e-0123456789ab\"", true),
        ("\"8d1f0a7c-3b5e-4c58-9d3e-0123456789abc\"", false),
        ("123456789012345678901", false),
    ])
    func idsAreIntegersShortStringsOrNull(_ text: String, _ isID: Bool) throws {
        #expect(try read(text).isRequestID == isID)
    }
}
