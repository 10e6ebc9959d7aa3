import Trading

/// A signature as it is sent: hexadecimal for HMAC, base64 for public keys (RFC 4648, section 4).
enum SignatureText {
    /// The longest signature taken, in bytes: an RSA key of 8192 bits makes 1024.
    private static let sizeMax = 1024

    /// Reads a signature.
    ///
    /// - Parameters:
    ///   - text: As sent, percent-decoded.
    ///   - kind: Of the key.
    /// - Returns: `nil` when it has another form.
    static func bytes(_ text: ArraySlice<UInt8>, _ kind: KeyKind) -> [UInt8]? {
        switch kind {
        case .hmac: hexadecimal(text)
        case .ed25519, .rsa: base64(text)
        }
    }

    /// Two digits of either case a byte.
    static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2), text.count <= 2 * sizeMax else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var index = text.startIndex
        while index < text.endIndex {
            guard let high = Hexadecimal.value(text[index]),
                let low = Hexadecimal.value(text[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    /// Four digits for three bytes, padded; bits that no byte needs must be zero.
    static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4), !text.isEmpty, text.count <= 2 * sizeMax else {
            return nil
        }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, count): (UInt32, Int) = (0, 0)
        for digit in text.dropLast(padding) {
            guard let value = value(digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        // A `+` that came unescaped in a query was read as a space.
        case UInt8(ascii: " "): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
