/// An IP address or a block of them, as in CIDR (RFC 4632, RFC 4291); IPv4 is kept as mapped IPv6.
public struct AddressPrefix: Equatable, Sendable {
    /// The longest text that can be an address with a prefix length.
    private static let textSizeMax = 64

    /// The first eight groups of bits, network order.
    private let high: UInt64
    private let low: UInt64
    /// Length of the prefix in bits, of 128.
    private let length: UInt8

    /// Reads an address, such as `203.0.113.7` or `2001:db8::1`, or a block, such as `10.0.0.0/8`.
    ///
    /// It is `nil` when it is none of these; bits behind the prefix must be zero.
    ///
    /// - Parameter text: Without a port, a zone or brackets.
    public init?(_ text: some StringProtocol) {
        guard (2...Self.textSizeMax).contains(text.utf8.count) else { return nil }
        let parts = Array(text.utf8).split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false
        )
        guard let first = parts.first, let address = Self.address(first), parts.count <= 2 else {
            return nil
        }
        let isShort = !first.contains(UInt8(ascii: ":"))
        var length = 128
        if parts.count == 2 {
            guard let bits = Self.decimal(parts[1]), bits <= (isShort ? 32 : 128) else {
                return nil
            }
            length = bits + (isShort ? 96 : 0)
        }
        (high, low) = address
        self.length = UInt8(length)
        guard masked(high, low) == (high, low) else { return nil }
    }

    /// Makes a prefix of its bits, as they are stored; `nil` when bits behind it are set.
    ///
    /// - Parameters:
    ///   - high: The first 64 bits.
    ///   - low: The last 64 bits.
    ///   - length: Bits that count, at most 128.
    public init?(high: UInt64, low: UInt64, length: UInt8) {
        self.high = high
        self.low = low
        self.length = length
        guard length <= 128, masked(high, low) == (high, low) else { return nil }
    }

    /// The bits, for `init(high:low:length:)`.
    public var bits: (high: UInt64, low: UInt64, length: UInt8) { (high, low, length) }

    /// Whether an address lies in the block.
    ///
    /// - Parameter address: A single address; a block lies in it when all of it does.
    /// - Returns: Whether the prefix is a prefix of it.
    public func contains(_ address: AddressPrefix) -> Bool {
        address.length >= length && masked(address.high, address.low) == (high, low)
    }

    private func masked(_ high: UInt64, _ low: UInt64) -> (UInt64, UInt64) {
        // A shift by the width or more gives 0.
        let highMask = length >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(length))
        let lowMask = length <= 64 ? 0 : ~(UInt64.max >> UInt64(length - 64))
        return (high & highMask, low & lowMask)
    }
}

extension AddressPrefix: CustomStringConvertible {
    private var isIPv4: Bool { high == 0 && low >> 32 == 0xffff && length >= 96 }

    /// As it is written; IPv6 as RFC 5952 has it.
    public var description: String {
        if isIPv4 {
            let bytes = [24, 16, 8, 0].map { (shift: UInt64) -> String in
                String(low >> shift & 255)
            }
            let text = bytes.joined(separator: ".")
            return length == 128 ? text : "\(text)/\(length - 96)"
        }
        let groups = [high, low].flatMap { half in
            [48, 32, 16, 0].map { (shift: UInt64) -> UInt64 in half >> shift & 0xffff }
        }
        let text = Self.text(groups)
        return length == 128 ? text : "\(text)/\(length)"
    }

    /// The first of the longest runs of two or more zeros becomes `::`.
    private static func text(_ groups: [UInt64]) -> String {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > max(best.count, 1) { best = start..<index }
            start = index + 1
        }
        let hex = groups.map { String($0, radix: 16) }
        guard !best.isEmpty else { return hex.joined(separator: ":") }
        let head = hex[..<best.lowerBound].joined(separator: ":")
        return "\(head)::\(hex[best.upperBound...].joined(separator: ":"))"
    }
}

extension AddressPrefix {
    private static func address(_ text: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
        if text.contains(UInt8(ascii: ":")) { return longAddress(text) }
        return shortAddress(text).map { (0, 0xffff << 32 | $0) }
    }

    /// Four decimal numbers.
    private static func shortAddress(_ text: ArraySlice<UInt8>) -> UInt64? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            guard let byte = decimal(part), byte <= 255 else { return nil }
            value = value << 8 | UInt64(byte)
        }
        return value
    }

    /// Eight groups, of which one run of zeros may be left out and the last two may be IPv4.
    private static func longAddress(_ text: ArraySlice<UInt8>) -> (UInt64, UInt64)? {
        let colon = UInt8(ascii: ":")
        var gap: Int?
        var groups: [UInt64] = []
        var parts = text.split(separator: colon, omittingEmptySubsequences: false)
        // A gap at an end shows as two empty parts there, one in the middle as one.
        if text.starts(with: [colon, colon]) {
            parts.removeFirst()
        } else if text.first == colon {
            return nil
        }
        if text.suffix(2).elementsEqual([colon, colon]) {
            parts.removeLast()
        } else if text.last == colon {
            return nil
        }
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                guard gap == nil else { return nil }
                gap = groups.count
            } else if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let short = shortAddress(part) else { return nil }
                groups += [short >> 16, short & 0xffff]
            } else {
                guard let group = hexadecimal(part) else { return nil }
                groups.append(group)
            }
        }
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        if let gap {
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        return (half(groups[..<4]), half(groups[4...]))
    }

    private static func half(_ groups: ArraySlice<UInt64>) -> UInt64 {
        groups.reduce(0) { (bits: UInt64, group: UInt64) -> UInt64 in bits << 16 | group }
    }

    /// One to three digits without a leading zero.
    private static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0")
        else { return nil }
        var value = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt64? {
        // `UInt64` would take a sign too.
        guard (1...4).contains(text.count), text.first != UInt8(ascii: "+") else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self), radix: 16)
    }
}
