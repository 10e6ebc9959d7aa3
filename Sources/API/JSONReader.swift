/// Why a text is not the JSON that was expected.
struct JSONFault: Error, Equatable {
    var reason: String
    /// Index of the byte at which it was seen.
    var position: Int
}

/// A value of JSON; what is nested is not taken apart.
enum JSONValue: Equatable {
    case string(String)
    case bool(Bool)
    case null
    /// The digits as sent.
    case number([UInt8])
    /// An array or an object as compact text, otherwise as sent.
    case nested([UInt8])

    /// The text of the token as clients sign it: of a string its content, else what was sent.
    var text: [UInt8] {
        switch self {
        case .string(let content): Array(content.utf8)
        case .bool(let isTrue): Array((isTrue ? "true" : "false").utf8)
        case .null: Array("null".utf8)
        case .number(let text), .nested(let text): text
        }
    }

    /// Whether it may be the id of a request: an integer, a string of up to 36 characters or `null`.
    var isRequestID: Bool {
        switch self {
        case .string(let content): content.unicodeScalars.count <= 36
        case .number(let text):
            text.count <= 20
                && text.allSatisfy { JSONReader.isDigit($0) || $0 == UInt8(ascii: "-") }
        case .null: true
        case .bool, .nested: false
        }
    }
}

/// Reads JSON strictly from any bytes: no recursion, and nothing is reprinted.
struct JSONReader {
    /// How deeply arrays and objects may be nested in a value.
    private static let depthMax = 8

    private let text: [UInt8]
    private(set) var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// Reads an object; the body reads the value of each member, whose name it gets.
    mutating func readObject(
        _ member: (inout JSONReader, String) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let name = try readName()
            try member(&self, name)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Reads an array; the body reads each element.
    mutating func readArray(
        _ element: (inout JSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Whether the next value begins with a byte.
    mutating func isNext(_ byte: UInt8) -> Bool {
        skipBlanks()
        return peek == byte
    }

    /// Reads a value and the very bytes of it.
    mutating func readVerbatim() throws(JSONFault) -> (value: JSONValue, text: [UInt8]) {
        skipBlanks()
        let start = position
        let value = try readValue()
        return (value, Array(text[start..<position]))
    }

    /// Reads any value.
    mutating func readValue() throws(JSONFault) -> JSONValue {
        skipBlanks()
        guard peek == UInt8(ascii: "[") || peek == UInt8(ascii: "{") else {
            return try readScalar()
        }
        return .nested(try readNested())
    }

    /// Reads a value that is neither an array nor an object.
    mutating func readScalar() throws(JSONFault) -> JSONValue {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "\"")?: return .string(try readString())
        case UInt8(ascii: "t")?:
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f")?:
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n")?:
            try word("null")
            return .null
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
            let start = position
            try readNumber()
            return .number(Array(text[start..<position]))
        default: throw fail("expected a string, a number, a boolean or null")
        }
    }

    /// Checks that nothing follows.
    mutating func expectEnd() throws(JSONFault) {
        skipBlanks()
        guard position == text.count else { throw fail("trailing characters") }
    }

    /// A fault at this place.
    func fail(_ reason: String) -> JSONFault { JSONFault(reason: reason, position: position) }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    // MARK: Inside

    private mutating func readNested() throws(JSONFault) -> [UInt8] {
        var compact: [UInt8] = []
        // The brackets that are still to come.
        var closers: [UInt8] = []
        repeat {
            skipBlanks()
            if let opener = peek, opener == UInt8(ascii: "[") || opener == UInt8(ascii: "{") {
                guard closers.count < Self.depthMax else { throw fail("nested too deeply") }
                position += 1
                compact.append(opener)
                // In ASCII a closing bracket comes two after its opening one.
                closers.append(opener + 2)
                guard take(opener + 2) else {
                    if opener == UInt8(ascii: "{") { try copyName(to: &compact) }
                    continue
                }
                compact.append(closers.removeLast())
            } else {
                let start = position
                _ = try readScalar()
                compact.append(contentsOf: text[start..<position])
            }
            try endValue(&closers, &compact)
        } while !closers.isEmpty
        return compact
    }

    /// Goes on to the next value, or out of everything that ends here.
    private mutating func endValue(
        _ closers: inout [UInt8],
        _ compact: inout [UInt8]
    ) throws(JSONFault) {
        while let closer = closers.last {
            if take(UInt8(ascii: ",")) {
                compact.append(UInt8(ascii: ","))
                if closer == UInt8(ascii: "}") { try copyName(to: &compact) }
                return
            }
            try expect(closer)
            compact.append(closers.removeLast())
        }
    }

    private mutating func copyName(to compact: inout [UInt8]) throws(JSONFault) {
        skipBlanks()
        let start = position
        _ = try readString()
        compact.append(contentsOf: text[start..<position])
        try expect(UInt8(ascii: ":"))
        compact.append(UInt8(ascii: ":"))
    }

    private mutating func readName() throws(JSONFault) -> String {
        skipBlanks()
        let name = try readString()
        try expect(UInt8(ascii: ":"))
        return name
    }

    private mutating func word(_ word: StaticString) throws(JSONFault) {
        let start = position
        let isThere = word.withUTF8Buffer { text[start...].starts(with: $0) }
        guard isThere else { throw fail("unknown word") }
        position += word.utf8CodeUnitCount
    }

    private mutating func readNumber() throws(JSONFault) {
        _ = takeRaw(UInt8(ascii: "-"))
        let isZero = takeRaw(UInt8(ascii: "0"))
        if !isZero { try readDigits() }
        if takeRaw(UInt8(ascii: ".")) { try readDigits() }
        guard takeRaw(UInt8(ascii: "e")) || takeRaw(UInt8(ascii: "E")) else { return }
        if !takeRaw(UInt8(ascii: "+")) { _ = takeRaw(UInt8(ascii: "-")) }
        try readDigits()
    }

    private mutating func readDigits() throws(JSONFault) {
        let start = position
        while let byte = peek, Self.isDigit(byte) { position += 1 }
        guard position > start else { throw fail("expected a digit") }
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

    private mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard take(byte) else {
            throw fail("expected `\(Character(Unicode.Scalar(byte)))`")
        }
    }

    // MARK: Strings

    private mutating func readString() throws(JSONFault) -> String {
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

    private mutating func readEscape(into bytes: inout [UInt8]) throws(JSONFault) {
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

    private mutating func readUnicodeEscape() throws(JSONFault) -> Unicode.Scalar {
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

    private mutating func readHex() throws(JSONFault) -> UInt32 {
        guard text.count - position >= 4 else { throw fail("expected four hexadecimal digits") }
        var value: UInt32 = 0
        for byte in text[position..<position + 4] {
            guard let digit = Hexadecimal.value(byte) else {
                throw fail("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
