import Trading

/// Picks single members out of a JSON answer without parsing it: the hot path needs three of them.
///
/// It takes the first member of a name wherever it stands, which suits the flat answers of the
/// exchange; fills come last there, and have other names.
enum AnswerScanner {
    /// The text of a member: of a string what is between its quotes, escapes untouched.
    ///
    /// Complexity: linear in the size of the answer.
    ///
    /// - Parameters:
    ///   - name: Name of the member.
    ///   - body: JSON without blanks around colons.
    /// - Returns: `nil` when there is no such member.
    static func text(of name: StaticString, in body: [UInt8]) -> ArraySlice<UInt8>? {
        guard var index = valueStart(of: name, in: body) else { return nil }
        let isString = index < body.count && body[index] == UInt8(ascii: "\"")
        if isString { index += 1 }
        var end = index
        while end < body.count, !isEnd(body[end], isString) { end += 1 }
        return body[index..<end]
    }

    /// A member that is a whole number.
    static func integer(of name: StaticString, in body: [UInt8]) -> Int64? {
        text(of: name, in: body).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }

    /// A member that is a decimal string, in units of 10⁻⁸.
    static func units(of name: StaticString, in body: [UInt8]) -> Int64? {
        guard let text = text(of: name, in: body) else { return nil }
        do throws(FixedPoint.ParseError) {
            return try FixedPoint.parse(text)
        } catch {
            return nil
        }
    }

    private static func isEnd(_ byte: UInt8, _ isString: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): true
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): !isString
        default: false
        }
    }

    private static func valueStart(of name: StaticString, in body: [UInt8]) -> Int? {
        let size = name.utf8CodeUnitCount
        return name.withUTF8Buffer { name in
            body.withUnsafeBufferPointer { body in
                var index = 0
                while index + size + 3 <= body.count {
                    defer { index += 1 }
                    guard body[index] == UInt8(ascii: "\""),
                        body[index + size + 1] == UInt8(ascii: "\""),
                        body[index + size + 2] == UInt8(ascii: ":")
                    else { continue }
                    let candidate = body[(index + 1)..<(index + 1 + size)]
                    if candidate.elementsEqual(name) { return index + size + 3 }
                }
                return nil
            }
        }
    }
}
