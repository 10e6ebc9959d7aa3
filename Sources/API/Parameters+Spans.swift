/// Reading spans of time: windows and time zones.
extension Parameters {
    private static let minute: Int64 = 60_000_000

    /// The length of a rolling window in microseconds: `1m` to `59m`, `1h` to `23h`, `1d` to `7d`.
    ///
    /// - Parameter name: Its name.
    /// - Returns: A day when it was not sent.
    /// - Throws: -1105 or -1130.
    func windowLength(_ name: StaticString) throws(APIError) -> Int64 {
        guard let text = try optional(name) else { return 1440 * Self.minute }
        guard let unit = text.last, let count = Self.number(text.dropLast()) else {
            throw .invalid(name)
        }
        switch (unit, count) {
        case (UInt8(ascii: "m"), 1...59): return count * Self.minute
        case (UInt8(ascii: "h"), 1...23): return count * 60 * Self.minute
        case (UInt8(ascii: "d"), 1...7): return count * 1440 * Self.minute
        default: throw .invalid(name)
        }
    }

    /// How far a time zone is ahead of UTC, in microseconds: `-12:00` to `14:00`, or hours alone.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Zero when it was not sent.
    /// - Throws: -1105 or -1130.
    func zoneOffset(_ name: StaticString) throws(APIError) -> Int64 {
        guard var text = try optional(name) else { return 0 }
        let isNegative = text.first == UInt8(ascii: "-")
        // A `+` that came unescaped in a form was decoded to a blank.
        let signs: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " ")]
        if let first = text.first, signs.contains(first) { text.removeFirst() }
        let parts = text.split(
            separator: UInt8(ascii: ":"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let hours = Self.number(parts[0]) else { throw .invalid(name) }
        var minutes: Int64 = 0
        if parts.count == 2 {
            guard parts[1].count == 2, let sent = Self.number(parts[1]), sent < 60 else {
                throw .invalid(name)
            }
            minutes = sent
        }
        let total = (hours * 60 + minutes) * (isNegative ? -1 : 1)
        guard (-720...840).contains(total) else { throw .invalid(name) }
        return total * Self.minute
    }

    /// One or two digits.
    private static func number(_ text: ArraySlice<UInt8>) -> Int64? {
        guard (1...2).contains(text.count) else { return nil }
        var value: Int64 = 0
        for digit in text {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
