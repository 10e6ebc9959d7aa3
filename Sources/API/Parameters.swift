/// The parameters of a request, percent-decoded, from its query and its form body.
///
/// The query wins where both name a parameter; a name twice in one of them is refused. Unknown
/// parameters are left alone.
struct Parameters {
    /// The most parameters of one request.
    static let countMax = 64
    /// The most bytes of query and body together.
    static let sizeMax = 65_536

    private struct Entry {
        var nameStart: Int
        var nameEnd: Int
        var valueEnd: Int
    }

    /// Names and values, decoded, one after the other.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// Splits and decodes.
    ///
    /// - Parameters:
    ///   - query: Raw, without the `?`.
    ///   - body: Raw; taken as a form whatever its type.
    /// - Throws: -1101 beyond the limits or with a name twice.
    init(query: [UInt8], body: [UInt8]) throws(APIError) {
        let size = query.count + body.count
        guard size > 0 else { return }
        guard size <= Self.sizeMax else { throw .tooMuchData }
        bytes.reserveCapacity(size)
        entries.reserveCapacity(16)
        try add(query)
        try add(body)
    }

    /// The decoded value of a parameter; `nil` when it was not sent.
    ///
    /// - Parameter name: Its name; case matters.
    /// - Returns: Bytes that may be empty.
    func value(_ name: StaticString) -> ArraySlice<UInt8>? {
        // An order of a list need not have a name for each of its terms.
        guard name.utf8CodeUnitCount > 0 else { return nil }
        for entry in entries where bytes[entry.nameStart..<entry.nameEnd].isEqual(to: name) {
            return bytes[entry.nameEnd..<entry.valueEnd]
        }
        return nil
    }

    /// Whether a parameter was sent at all.
    func has(_ name: StaticString) -> Bool { value(name) != nil }

    private mutating func add(_ form: [UInt8]) throws(APIError) {
        let first = entries.count
        var start = 0
        while start < form.count {
            var end = start
            var equals: Int?
            while end < form.count, form[end] != UInt8(ascii: "&") {
                if equals == nil, form[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start { try add(form, start, equals ?? end, end) }
            start = end + 1
        }
        try checkDuplicates(in: first..<entries.count)
    }

    private mutating func add(
        _ form: [UInt8],
        _ start: Int,
        _ equals: Int,
        _ end: Int
    ) throws(APIError) {
        guard entries.count < Self.countMax else {
            throw .tooManyParameters(max: Self.countMax, received: Self.countMax + 1)
        }
        let nameStart = bytes.count
        decode(form[start..<equals])
        let nameEnd = bytes.count
        decode(form[min(equals + 1, end)..<end])
        entries.append(Entry(nameStart: nameStart, nameEnd: nameEnd, valueEnd: bytes.count))
    }

    /// A broken escape stays as it is: the `%` then fails the parameter's own check.
    private mutating func decode(_ text: ArraySlice<UInt8>) {
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex,
                let high = Hexadecimal.value(text[index + 1]),
                let low = Hexadecimal.value(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
                continue
            }
            bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            index += 1
        }
    }

    private func checkDuplicates(in range: Range<Int>) throws(APIError) {
        for later in range {
            let name = name(later)
            for earlier in range.lowerBound..<later where self.name(earlier) == name {
                throw .duplicate(String(decoding: name.prefix(40), as: UTF8.self))
            }
        }
    }

    private func name(_ index: Int) -> ArraySlice<UInt8> {
        bytes[entries[index].nameStart..<entries[index].nameEnd]
    }
}

/// Hexadecimal digits.
enum Hexadecimal {
    /// The value of a digit of either case; `nil` when it is none.
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
