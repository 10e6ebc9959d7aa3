import Trading

/// Typed reading of parameters; every error names its parameter.
extension Parameters {
    private static let integerRange = "^[0-9]{1,20}$"

    /// A parameter that must be there.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Bytes, never empty.
    /// - Throws: -1102.
    func required(_ name: StaticString) throws(APIError) -> ArraySlice<UInt8> {
        guard let value = value(name), !value.isEmpty else { throw .missing(name) }
        return value
    }

    /// A parameter that may be left out.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Bytes, never empty, or `nil`.
    /// - Throws: -1105 when it was sent empty.
    func optional(_ name: StaticString) throws(APIError) -> ArraySlice<UInt8>? {
        guard let value = value(name) else { return nil }
        guard !value.isEmpty else { throw .empty(name) }
        return value
    }

    /// A whole number that is not negative, or `nil`.
    func integer(_ name: StaticString) throws(APIError) -> Int64? {
        guard let text = try optional(name) else { return nil }
        guard text.count <= 20, let value = Self.integer(text) else {
            throw .illegal(name, range: Self.integerRange)
        }
        return value
    }

    private static func integer(_ text: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in text {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflows, !carries else { return nil }
            value = sum
        }
        return value
    }

    /// A number of rows: at least 1; more than the most there may be means the most.
    func limit(default standard: Int, max: Int) throws(APIError) -> Int {
        guard let value = try integer("limit") else { return standard }
        guard value >= 1 else { throw .invalid("limit") }
        return Int(min(value, Int64(max)))
    }

    // 10¹⁴ ms is the year 5138, 10¹⁴ µs is 1973: a moment's size tells its unit.
    private static let microsecondsMin: Int64 = 100_000_000_000_000

    /// A moment in milliseconds or microseconds, told apart by its size, or `nil`.
    func timestamp(_ name: StaticString) throws(APIError) -> Timestamp? {
        guard let value = try integer(name) else { return nil }
        return Timestamp(microseconds: value < Self.microsecondsMin ? value * 1000 : value)
    }

    /// An inclusive end: all of its millisecond when it was sent in milliseconds, or `nil`.
    func endTimestamp(_ name: StaticString) throws(APIError) -> Timestamp? {
        guard let value = try integer(name) else { return nil }
        return Timestamp(microseconds: value < Self.microsecondsMin ? value * 1000 + 999 : value)
    }

    /// A decimal in units of 10⁻⁸, or `nil`.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - overflow: What a number beyond 63 bits means.
    /// - Returns: Never negative.
    /// - Throws: -1100, -1105, -1111 or `overflow`.
    func decimal(
        _ name: StaticString,
        overflow: @autoclosure () -> APIError
    ) throws(APIError) -> Int64? {
        guard let text = try optional(name) else { return nil }
        do throws(FixedPoint.ParseError) {
            return try DecimalText.parse(text)
        } catch {
            switch error {
            case .malformed: throw .illegal(name, range: DecimalText.legalRange)
            case .tooPrecise: throw .tooPrecise(name)
            case .tooLarge: throw overflow()
            }
        }
    }

    /// `true` or `false` in any case, or `nil`.
    func flag(_ name: StaticString) throws(APIError) -> Bool? {
        guard let text = try optional(name) else { return nil }
        let lowercase = ArraySlice(text.map { $0 | 0x20 })
        if lowercase.isEqual(to: "true") { return true }
        guard lowercase.isEqual(to: "false") else { throw .illegal(name, range: "true|false") }
        return false
    }

    /// A term by its word, or `nil`.
    func term<Term: APINamed>(
        _ name: StaticString,
        _ type: Term.Type,
        else error: @autoclosure () -> APIError
    ) throws(APIError) -> Term? {
        guard let text = try optional(name) else { return nil }
        guard let term = Term(apiName: text) else { throw error() }
        return term
    }

    /// A client order id, or `nil`.
    func clientOrderID(_ name: StaticString) throws(APIError) -> ClientOrderID? {
        guard let text = try optional(name) else { return nil }
        guard let id = ClientOrderID(text) else {
            throw .illegal(name, range: "^[\\.A-Z\\:/a-z0-9_-]{1,36}$")
        }
        return id
    }
}
