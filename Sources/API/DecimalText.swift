import Trading

/// Reads the decimals of requests: plain ones, and ones with an exponent.
///
/// Clients that print `str(0.00001)` send `1e-05`. The text has one exact meaning, so it is taken;
/// the arithmetic stays on integers.
enum DecimalText {
    /// Source: the venue's range for decimals.
    static let legalRange = "^([0-9]{1,20})(\\.[0-9]{1,20})?$"
    private static let digitsMax = 20
    private static let sizeMax = 64
    private static let exponentMax = 99

    /// Reads a decimal into units of 10⁻⁸.
    ///
    /// - Parameter text: At most 64 bytes: digits with at most one point and perhaps an exponent,
    ///   no more than 20 digits before the point in the end.
    /// - Returns: The value; never negative.
    /// - Throws: What is wrong with it.
    static func parse(_ text: ArraySlice<UInt8>) throws(FixedPoint.ParseError) -> Int64 {
        let marker = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
        let mantissa = text[..<(marker ?? text.endIndex)]
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
        let fraction = mantissa[point...].dropFirst()
        guard mantissa.startIndex < point, point - mantissa.startIndex <= digitsMax,
            text.count <= sizeMax, point == mantissa.endIndex || !fraction.isEmpty
        else { throw .malformed }
        guard let marker else { return try FixedPoint.parse(mantissa) }
        let exponent = try exponent(text[(marker + 1)...])
        return try scale(mantissa[..<point], fraction, by: exponent + FixedPoint.places)
    }

    private static func exponent(_ text: ArraySlice<UInt8>) throws(FixedPoint.ParseError) -> Int {
        var digits = text
        let isNegative = digits.first == UInt8(ascii: "-")
        // A `+` that came unescaped in a form was decoded to a blank.
        let signs: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " ")]
        if let first = digits.first, signs.contains(first) { digits.removeFirst() }
        guard (1...3).contains(digits.count) else { throw .malformed }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw .malformed }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard value <= exponentMax else { throw isNegative ? .tooPrecise : .malformed }
        return isNegative ? -value : value
    }

    /// The digits with the decimal point moved right, as an integer.
    private static func scale(
        _ whole: ArraySlice<UInt8>,
        _ fraction: ArraySlice<UInt8>,
        by places: Int
    ) throws(FixedPoint.ParseError) -> Int64 {
        let digits = Array(whole) + Array(fraction)
        let count = whole.count + places
        guard count <= digitsMax + FixedPoint.places else { throw .malformed }
        var value: Int64 = 0
        for index in 0..<max(digits.count, count) {
            let digit = index < digits.count ? digits[index] : UInt8(ascii: "0")
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw .malformed }
            guard index < count else {
                guard digit == UInt8(ascii: "0") else { throw .tooPrecise }
                continue
            }
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflows, !carries else { throw .tooLarge }
            value = sum
        }
        return value
    }
}
