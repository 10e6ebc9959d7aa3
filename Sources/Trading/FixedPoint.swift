/// Decimal text to and from integers of 10⁻⁸: the only way a decimal enters or leaves the system.
public enum FixedPoint {
    /// Decimal places of every amount, price and quantity at the API.
    public static let places = 8
    /// One whole coin, in units.
    public static let one: Int64 = 100_000_000

    /// Why a text is no number we take.
    public enum ParseError: Error, Equatable, Sendable {
        /// Not digits with at most one point (signs, exponents, NaN, blanks are refused).
        case malformed
        /// More than eight decimals that are not zero.
        case tooPrecise
        /// Beyond the 63-bit range.
        case tooLarge
    }

    /// Reads a plain decimal such as `0.015` into units of 10⁻⁸.
    ///
    /// - Parameter text: ASCII digits with at most one point, at most 64 bytes.
    /// - Returns: The value in units; never negative.
    /// - Throws: `ParseError` naming what is wrong; a trailing zero beyond eight places is no error.
    public static func parse(_ text: some Collection<UInt8>) throws(ParseError) -> Int64 {
        guard !text.isEmpty, text.count <= 64 else { throw .malformed }
        var units: Int64 = 0
        var digitCount = 0
        var placesSeen = -1
        var isTooPrecise = false
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard placesSeen < 0 else { throw .malformed }
                placesSeen = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .malformed }
            digitCount += 1
            if placesSeen == places {
                isTooPrecise = isTooPrecise || byte != UInt8(ascii: "0")
                continue
            }
            if placesSeen >= 0 { placesSeen += 1 }
            units = try shift(units, adding: Int64(byte - UInt8(ascii: "0")))
        }
        guard digitCount > 0 else { throw .malformed }
        guard !isTooPrecise else { throw .tooPrecise }
        for _ in max(placesSeen, 0)..<places { units = try shift(units, adding: 0) }
        return units
    }

    private static func shift(_ units: Int64, adding digit: Int64) throws(ParseError) -> Int64 {
        let (product, overflows) = units.multipliedReportingOverflow(by: 10)
        let (sum, carries) = product.addingReportingOverflow(digit)
        guard !overflows, !carries else { throw .tooLarge }
        return sum
    }

    /// Reads a plain decimal out of a string.
    ///
    /// - Parameter text: See `parse(_:)` for bytes.
    /// - Returns: The value in units.
    /// - Throws: `ParseError`.
    public static func parse(_ text: String) throws(ParseError) -> Int64 {
        try parse(Array(text.utf8))
    }

    /// Writes units of 10⁻⁸ with exactly eight places, never an exponent.
    ///
    /// - Parameters:
    ///   - units: The value; may be negative (a price change).
    ///   - output: Where the ASCII bytes are appended.
    public static func write(_ units: Int64, to output: inout [UInt8]) {
        if units < 0 { output.append(UInt8(ascii: "-")) }
        let magnitude = units.magnitude
        appendDigits(magnitude / 100_000_000, width: 1, to: &output)
        output.append(UInt8(ascii: "."))
        appendDigits(magnitude % 100_000_000, width: 8, to: &output)
    }

    /// The text of units of 10⁻⁸ with exactly eight places.
    ///
    /// - Parameter units: The value.
    /// - Returns: For example `0.01500000`.
    public static func text(_ units: Int64) -> String {
        var bytes: [UInt8] = []
        write(units, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends an integer in decimal, padded with zeros on the left.
    ///
    /// - Parameters:
    ///   - value: The number.
    ///   - width: The least number of digits.
    ///   - output: Where the ASCII bytes are appended.
    public static func appendDigits(_ value: UInt64, width: Int, to output: inout [UInt8]) {
        let start = output.count
        var rest = value
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        while output.count - start < width { output.append(UInt8(ascii: "0")) }
        output[start...].reverse()
    }
}
