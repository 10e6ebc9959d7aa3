import Testing
import Trading

/// Decimal text to units of 10⁻⁸ and back.
@Suite struct FixedPointTests {
    @Test(arguments: [
        ("0", 0), ("1", 100_000_000), ("0.015", 1_500_000), (".5", 50_000_000), ("7.", 700_000_000),
        ("0.00000001", 1), ("1.000000000000", 100_000_000), ("007.50", 750_000_000),
        ("92233720368.54775807", Int.max),
    ])
    func parsesPlainDecimals(text: String, units: Int) throws {
        #expect(try FixedPoint.parse(text) == Int64(units))
    }

    @Test(arguments: [
        "", ".", "-1", "+1", "1e5", "1,0", "1.2.3", " 1", "1 ", "NaN", "0x1", "١",
        String(repeating: "0", count: 65),
    ])
    func refusesWhatIsNoPlainDecimal(text: String) {
        #expect(throws: FixedPoint.ParseError.malformed) { try FixedPoint.parse(text) }
    }

    @Test(arguments: ["0.000000001", "1.123456789", "0.0000000000001"])
    func refusesMoreThanEightPlaces(text: String) {
        #expect(throws: FixedPoint.ParseError.tooPrecise) { try FixedPoint.parse(text) }
    }

    @Test(arguments: [
        "92233720368.54775808", "92233720369", "99999999999999999999999999",
        "9223372036854775807",
    ])
    func refusesWhatLeaves63Bits(text: String) {
        #expect(throws: FixedPoint.ParseError.tooLarge) { try FixedPoint.parse(text) }
    }

    @Test(arguments: [
        (0, "0.00000000"), (1, "0.00000001"), (1_500_000, "0.01500000"), (-1, "-0.00000001"),
        (-250_000_000, "-2.50000000"), (Int.max, "92233720368.54775807"),
        (Int.min, "-92233720368.54775808"),
    ])
    func writesEightPlaces(units: Int, text: String) {
        #expect(FixedPoint.text(Int64(units)) == text)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var units: Int64 = 1
        while units < Int64.max / 7 {
            #expect(try FixedPoint.parse(FixedPoint.text(units)) == units)
            units = units * 7 + 3
        }
    }

    @Test func digitsArePaddedNeverCut() {
        var bytes: [UInt8] = []
        FixedPoint.appendDigits(42, width: 4, to: &bytes)
        FixedPoint.appendDigits(12_345, width: 2, to: &bytes)
        FixedPoint.appendDigits(0, width: 0, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "0042123450")
    }
}
