import Trading

/// Writes compact JSON straight into bytes: fixed-notation decimals, no doubles, no allocation a
/// value.
///
/// Commas are placed by looking at the last byte, so callers only say what comes next.
public struct JSONWriter: Sendable {
    /// The JSON so far.
    public private(set) var bytes: [UInt8]

    /// Starts empty.
    ///
    /// - Parameter capacity: Bytes to reserve.
    public init(capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object.
    ///
    /// - Parameter members: Writes the members.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        members(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Writes an array.
    ///
    /// - Parameter elements: Writes the elements.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        elements(&self)
        bytes.append(UInt8(ascii: "]"))
    }

    /// Writes the name of the member whose value comes next.
    ///
    /// - Parameter name: Plain ASCII without quotes or backslashes.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Makes what was written last the name of a member.
    mutating func colon() { bytes.append(UInt8(ascii: ":")) }

    /// Writes an integer.
    public mutating func value(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        FixedPoint.appendDigits(value.magnitude, width: 1, to: &bytes)
    }

    /// Writes a truth value.
    public mutating func value(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        append("null")
    }

    /// Writes a fixed word as a string.
    ///
    /// - Parameter word: Plain ASCII without quotes or backslashes.
    public mutating func word(_ word: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(word)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes units of 10⁻⁸ as a decimal string with eight places.
    public mutating func decimal(_ units: Int64) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        FixedPoint.write(units, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string, escaped.
    public mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { escape(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a client order id, whose characters need no escape.
    public mutating func value(_ id: ClientOrderID) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for index in 0..<id.size { bytes.append(id.byte(at: index)) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes JSON that is ready as it is.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func separate() {
        guard let last = bytes.last else { return }
        switch last {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): return
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20:
            bytes.append(contentsOf: Array("\\u00".utf8))
            for nibble in [byte >> 4, byte & 15] {
                bytes.append(
                    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                )
            }
        default: bytes.append(byte)
        }
    }
}
