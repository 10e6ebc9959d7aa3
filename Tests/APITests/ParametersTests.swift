import Testing
import Trading

@testable import API

@Suite struct ParametersTests {
    private func value(_ query: String, _ body: String = "", name: StaticString) throws -> String? {
        let parameters = try Parameters(query: Array(query.utf8), body: Array(body.utf8))
        return parameters.value(name).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func queryWinsOverBody() throws {
        #expect(try value("a=1", "a=2&b=3", name: "a") == "1")
        #expect(try value("a=1", "a=2&b=3", name: "b") == "3")
        #expect(try value("a=1", "b=3", name: "c") == nil)
    }

    @Test(arguments: [
        ("a=%5B%22BTC%22%5d", "[\"BTC\"]"), ("a=1+2%2B3", "1 2+3"), ("a=%zz%4", "%zz%4"),
        ("a=%", "%"), ("&&a=x=y&", "x=y"), ("a", ""), ("a=", ""), ("%61=1", "1"),
    ])
    func valuesAreDecoded(query: String, expected: String) throws {
        #expect(try value(query, name: "a") == expected)
        #expect(try value("", query, name: "a") == expected)
    }

    @Test func nameTwiceInOnePlaceIsRefused() {
        #expect(throws: APIError.duplicate("a")) { try value("a=1&b=2&a=1", name: "a") }
        #expect(throws: APIError.duplicate("a")) { try value("", "a=1&%61=1", name: "a") }
    }

    @Test func countAndSizeAreLimited() throws {
        let most = (0..<Parameters.countMax).map { "p\($0)=" }.joined(separator: "&")
        _ = try value(most, name: "a")
        #expect(throws: APIError.tooManyParameters(max: 64, received: 65)) {
            try value(most + "&a=", name: "a")
        }
        let long = String(repeating: "x", count: Parameters.sizeMax)
        #expect(throws: APIError.tooMuchData) { try value(long, "a", name: "a") }
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 100_000_000), ("0.00000001", 1), ("1.50", 150_000_000),
            ("1.000000000", 100_000_000), ("1e-05", 1_000), ("1E-8", 1),
            ("1.5e+3", 150_000_000_000),
            ("0.5e1", 500_000_000), ("100e-2", 100_000_000), ("0e19", 0),
            ("92233720368.54775807", Int64.max), ("00012", 1_200_000_000),
            ("1.5e 3", 150_000_000_000),
        ] as [(String, Int64)]
    )
    func decimalsAreExact(text: String, units: Int64) throws {
        #expect(try DecimalText.parse(Array(text.utf8)[...]) == units)
    }

    @Test(
        arguments: [
            ("", .malformed), (".", .malformed), ("1.", .malformed), (".5", .malformed),
            ("-1", .malformed), ("+1", .malformed), ("NaN", .malformed), ("Infinity", .malformed),
            ("1,5", .malformed), ("1.2.3", .malformed), ("0x10", .malformed), ("1e", .malformed),
            ("e5", .malformed), ("1e5e5", .malformed), ("1e1.5", .malformed), ("1ee5", .malformed),
            (" 1", .malformed), ("1e1234", .malformed), ("1e--5", .malformed),
            (String(repeating: "9", count: 40), .malformed), ("0.000000001", .tooPrecise),
            ("1e-9", .tooPrecise), ("1e-99", .tooPrecise), ("99999999999999999999", .tooLarge),
            ("9.9e18", .tooLarge), ("1e20", .malformed), ("1e400", .malformed),
            ("0.1 ", .malformed),
            ("0." + String(repeating: "1", count: 40), .tooPrecise),
            ("0." + String(repeating: "1", count: 63), .malformed), ("1e-400", .tooPrecise),
            ("92233720368.54775808", .tooLarge),
        ] as [(String, FixedPoint.ParseError)]
    )
    func badDecimalsAreRefused(text: String, error: FixedPoint.ParseError) {
        #expect(throws: error) { try DecimalText.parse(Array(text.utf8)[...]) }
    }

    @Test func symbolKeysDiffer() {
        #expect(SymbolKey(Array("AB".utf8)[...]) != SymbolKey(Array("BA".utf8)[...]))
        #expect(SymbolKey(Array("ABCDEFGHIJKLMNOPQRST".utf8)[...]) != nil)
        #expect(SymbolKey(Array("ABCDEFGHIJKLMNOPQRSTU".utf8)[...]) == nil)
        #expect(SymbolKey(Array("btcusdt".utf8)[...]) == nil)
        #expect(SymbolKey([]) == nil)
    }
}
