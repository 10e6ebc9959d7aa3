/// A value inside `params`.
enum ControlValue: Equatable {
    case string(String)
    case bool(Bool)
    case other
}

/// The members of a control message, read strictly from any bytes.
///
/// The messages are one object of scalars and one flat list, so no nesting is ever followed.
struct ControlMessage {
    var method: String?
    var params: [ControlValue] = []
    var id: [UInt8]?

    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) throws(StreamControlError) {
        self.text = text
        try readObject()
        skipBlanks()
        guard position == text.count else { throw fail("trailing characters") }
    }

    private mutating func readObject() throws(StreamControlError) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipBlanks()
            let name = try readString()
            try expect(UInt8(ascii: ":"))
            try readMember(name)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    private mutating func readMember(_ name: String) throws(StreamControlError) {
        skipBlanks()
        switch name {
        case "method":
            guard peek == UInt8(ascii: "\"") else {
                _ = try readScalar()
                return
            }
            method = try readString()
        case "params": try readParams()
        case "id": try readID()
        // A member we do not know does no harm as long as it is flat.
        default: _ = try readScalar()
        }
    }

    private mutating func readParams() throws(StreamControlError) {
        params = []
        guard take(UInt8(ascii: "[")) else {
            // `null` is how some clients leave the list out.
            _ = try readScalar()
            return
        }
        if take(UInt8(ascii: "]")) { return }
        repeat { params.append(try readScalar()) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    private mutating func readID() throws(StreamControlError) {
        let start = position
        let value = try readScalar()
        let token = Array(text[start..<position])
        switch value {
        case .string(let text):
            guard text.unicodeScalars.count <= 36 else { throw badID }
        case .bool: throw badID
        case .other:
            let digits = token.first == UInt8(ascii: "-") ? token.dropFirst() : token[...]
            let isInteger = !digits.isEmpty && digits.count <= 19 && digits.allSatisfy(Self.isDigit)
            guard isInteger || token == Array("null".utf8) else { throw badID }
        }
        id = token
    }

    private var badID: StreamControlError {
        .invalidRequest("request ID must be an integer, a string up to 36 or null", id: nil)
    }

    private mutating func readScalar() throws(StreamControlError) -> ControlValue {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "\"")?: return .string(try readString())
        case UInt8(ascii: "t")?:
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f")?:
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n")?: try word("null")
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: try readNumber()
        default: throw fail("expected a string, a number, a boolean or null")
        }
        return .other
    }

    private mutating func word(_ word: StaticString) throws(StreamControlError) {
        let start = position
        let isThere = word.withUTF8Buffer { text[start...].starts(with: $0) }
        guard isThere else { throw fail("unknown word") }
        position += word.utf8CodeUnitCount
    }

    private mutating func readNumber() throws(StreamControlError) {
        _ = takeRaw(UInt8(ascii: "-"))
        let isZero = takeRaw(UInt8(ascii: "0"))
        if !isZero { try readDigits() }
        if takeRaw(UInt8(ascii: ".")) { try readDigits() }
        guard takeRaw(UInt8(ascii: "e")) || takeRaw(UInt8(ascii: "E")) else { return }
        if !takeRaw(UInt8(ascii: "+")) { _ = takeRaw(UInt8(ascii: "-")) }
        try readDigits()
    }

    private mutating func readDigits() throws(StreamControlError) {
        let start = position
        while let byte = peek, Self.isDigit(byte) { position += 1 }
        guard position > start else { throw fail("expected a digit") }
    }

    private mutating func readString() throws(StreamControlError) -> String {
        guard takeRaw(UInt8(ascii: "\"")) else { throw fail("expected a string") }
        var bytes: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw fail("not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try readEscape(into: &bytes)
            case 0..<0x20: throw fail("control character in a string")
            default: bytes.append(byte)
            }
        }
        throw fail("unfinished string")
    }

    private mutating func readEscape(into bytes: inout [UInt8]) throws(StreamControlError) {
        guard let byte = peek else { throw fail("unfinished string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "f"): bytes.append(12)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "u"):
            let scalar = try readUnicodeEscape()
            bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw fail("unknown escape")
        }
    }

    private mutating func readUnicodeEscape() throws(StreamControlError) -> Unicode.Scalar {
        let first = try readHex()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), takeRaw(UInt8(ascii: "\\")),
            takeRaw(UInt8(ascii: "u"))
        else { throw fail("lone surrogate") }
        let second = try readHex()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fail("lone surrogate") }
        return scalar
    }

    private mutating func readHex() throws(StreamControlError) -> UInt32 {
        guard text.count - position >= 4,
            text[position..<position + 4].allSatisfy(Self.isHexDigit),
            let value = UInt32(
                String(decoding: text[position..<position + 4], as: UTF8.self),
                radix: 16
            )
        else { throw fail("expected four hexadecimal digits") }
        position += 4
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 9 || byte == 10 || byte == 13 {
            position += 1
        }
    }

    private mutating func takeRaw(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        return takeRaw(byte)
    }

    private mutating func expect(_ byte: UInt8) throws(StreamControlError) {
        guard take(byte) else {
            throw fail("expected `\(Character(Unicode.Scalar(byte)))`")
        }
    }

    private func fail(_ reason: String) -> StreamControlError {
        .invalidJSON(reason, at: position)
    }
}
